/** Title and search keys of a record, derived from its properties. Pure functions, identical for every engine. */
import type { Json, Properties } from './model.ts'

/** Its name, else first and last name, else e-mail, else phone, else ''. */
export function titleOf(properties: Properties): string {
  const person = `${textOf(properties.firstName)} ${textOf(properties.lastName)}`.trim()
  return textOf(properties.name) || person || textOf(properties.email) || textOf(properties.phone)
}

/** The e-mail address in compared form; null if it has none. */
export function emailKey(properties: Properties): string | null {
  return normalEmail(textOf(properties.email))
}

/** The phone number in compared form; null if it has none. */
export function phoneKey(properties: Properties): string | null {
  return normalPhone(textOf(properties.phone))
}

/** Lower case and trimmed; null if empty. */
export function normalEmail(email: string | null): string | null {
  return email?.trim().toLowerCase() || null
}

/** Only the digits and a leading +; null without any digit. */
export function normalPhone(phone: string | null): string | null {
  const digits = phone?.replace(/\D/g, '') ?? ''
  if (digits === '') return null
  return phone?.trim().startsWith('+') ? `+${digits}` : digits
}

/** The searched text: title, e-mail and phone (as written and as compared), in lower case. */
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
