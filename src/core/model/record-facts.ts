/** What a record's own properties say about it: how it is called and how it is found. Pure, and the same on every engine. */
import type { Json, Properties } from './model.ts'

/** Its name, else first and last name, else e-mail, else phone, else nothing. */
export function titleOf(properties: Properties): string {
  const person = `${textOf(properties.firstName)} ${textOf(properties.lastName)}`.trim()
  return textOf(properties.name) || person || textOf(properties.email) || textOf(properties.phone)
}

/** What its e-mail is compared by; null when it has none. */
export function emailKey(properties: Properties): string | null {
  return normalEmail(textOf(properties.email))
}

/** What its phone number is compared by; null when it has none. */
export function phoneKey(properties: Properties): string | null {
  return normalPhone(textOf(properties.phone))
}

/** Lower case, without the space around it; null when nothing is left. */
export function normalEmail(email: string | null): string | null {
  return email?.trim().toLowerCase() || null
}

/** Digits and a leading + alone; null without a single digit. */
export function normalPhone(phone: string | null): string | null {
  const digits = phone?.replace(/\D/g, '') ?? ''
  if (digits === '') return null
  return phone?.trim().startsWith('+') ? `+${digits}` : digits
}

/** The text that a search looks through: title, e-mail and phone (as written and as compared), in lower case. */
export function searchText(properties: Properties): string {
  const facts = [titleOf(properties), textOf(properties.email), textOf(properties.phone), phoneKey(properties) ?? '']
  return [...new Set(facts)]
    .filter((fact) => fact !== '')
    .join('\n')
    .toLowerCase()
}

function textOf(value: Json | undefined): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value.trim() : ''
}
