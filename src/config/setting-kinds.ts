/** Kinds of settings, and how their text is parsed. */
import { isIP } from 'node:net'
import { resolve } from 'node:path'

export interface Setting<T> {
  readonly help: string
  readonly defaultValue: T
  /** Undefined if the text is not valid. */
  readonly parse: (text: string) => T | undefined
  readonly expects: string
  /** Whether its value must not appear in messages. */
  readonly isSecret?: boolean
}

export function text(help: string, defaultValue: string): Setting<string> {
  return { help, defaultValue, parse: (value) => value, expects: 'a text' }
}

export function onOff(help: string, defaultValue = true): Setting<boolean> {
  return {
    help,
    defaultValue,
    parse: (value) => ({ true: true, on: true, false: false, off: false })[value],
    expects: 'on or off',
  }
}

export function path(help: string): Setting<string | null> {
  return { help, defaultValue: null, parse: (value) => resolve(value), expects: 'a path' }
}

export function oneOf(help: string, defaultValue: string, words: readonly string[]): Setting<string> {
  return {
    help,
    defaultValue,
    parse: (value) => (words.includes(value) ? value : undefined),
    expects: `one of ${words.join(', ')}`,
  }
}

export function integer(help: string, defaultValue: number, min: number, max: number): Setting<number> {
  return {
    help,
    defaultValue,
    parse: (value) =>
      /^\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max ? Number(value) : undefined,
    expects: `a whole number from ${String(min)} to ${String(max)}`,
  }
}

export function originOf(value: string): string | undefined {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === value.replace(/\/$/, '')
    ? url.origin
    : undefined
}

export function originsOf(value: string): string[] | undefined {
  const origins = value.split(',').map((one) => originOf(one.trim()))
  return origins.every((origin) => origin !== undefined) ? origins : undefined
}

export function networksOf(value: string): string[] | undefined {
  const networks = value.split(',').map((one) => one.trim())
  return networks.every(isNetwork) ? networks : undefined
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  if (more.length > 0 || bits < 0 || address.includes('%')) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)
}
