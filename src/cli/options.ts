import type { Flags } from '../config/config.ts'

/** Options as parsed by commander: texts, and `limits: false` for --no-limits. */
export type Options = Readonly<Record<string, unknown>>

/** The settings among the options. Commander's default is `limits: true`; only `false` is a flag. */
export function flagsOf(options: Options): Flags & { config?: string } {
  const texts = Object.entries(options).filter(([, value]) => typeof value === 'string')
  return { ...(Object.fromEntries(texts) as Flags), ...(options['limits'] === false ? { limits: 'off' } : {}) }
}

export function textOf(options: Options, name: string): string | null {
  const value = options[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** Prints an object as lines for people, or (--json) as JSON. */
export function print(options: Options, value: object, lines: readonly string[]): void {
  process.stdout.write(options['json'] === true ? `${JSON.stringify(value, null, 2)}\n` : `${lines.join('\n')}\n`)
}
