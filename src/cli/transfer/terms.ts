/** What the options of put, get, ls and rm mean. */
import { ConnectionError, ProblemError } from '../../client/client.ts'
import { textOf, type Options } from '../options.ts'
import { Interruption, Refusal } from '../status.ts'

/** The record that --record names; null for --unfiled: the organization itself. */
export function targetOf(options: Options): string | null {
  const record = textOf(options, 'record')
  const isUnfiled = options['unfiled'] === true
  if (record !== null && isUnfiled) throw new Refusal('usage', 'Say --record or --unfiled, not both.')
  if (record === null && !isUnfiled)
    throw new Refusal('usage', 'Say where to: --record <id>, or --unfiled for the organization itself.')
  return record
}

export function numberOf(options: Options, name: string, otherwise: number): number {
  const value = options[name]
  return typeof value === 'number' ? value : otherwise
}

/** A file that is refused does not stop the others; no server, no token, no record or no room does. */
export function mayGoOn(error: unknown): boolean {
  if (error instanceof ConnectionError || error instanceof Interruption) return false
  return !(error instanceof ProblemError) || ![401, 403, 404, 429, 503, 507].includes(error.status)
}
