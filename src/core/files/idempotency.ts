/** Idempotent uploads: a request that is repeated under its key gets the first response again. */
import { hash } from 'node:crypto'
import { Fault } from '../model/fault.ts'
import type { Caller, Sha256 } from '../model/model.ts'

/** Retention of idempotency keys, in milliseconds. */
export const RETRY_MS = 24 * 3_600_000

/** One request under an idempotency key, and its outcome. */
export interface Retry {
  /** Identifies the key within its client, organization, method and path with query; stored in the catalog. */
  readonly scope: Sha256
  /** Set by the intake: attached by this request, or before under the same key. */
  outcome: 'none' | 'attached' | 'repeated'
  /** The first response, if this is a repetition and that response was stored. */
  answer: string | null
}

/** `target` is the path with its query. Fault: `invalid_input` for a key that is empty or longer than 255 printable characters. */
export function retryOf(key: string, caller: Caller, method: string, target: string): Retry {
  if (!/^[\x20-\x7e]{1,255}$/.test(key) || key.trim() === '') {
    throw new Fault(
      'invalid_input',
      'request',
      'The Idempotency-Key must be 1 to 255 printable ASCII characters, for example a uuid.',
      { reason: 'idempotency' },
    )
  }
  const scope = JSON.stringify([caller.client, caller.organization?.id ?? '', method, target, key])
  return { scope: hash('sha256', scope, 'hex') as Sha256, outcome: 'none', answer: null }
}

/** Two requests are equal if their parts' names, file names and bytes are, in order; the boundary does not matter. */
export function contentOf(parts: readonly (readonly [part: string, name: string, hash: Sha256])[]): Sha256 {
  return hash('sha256', JSON.stringify(parts), 'hex') as Sha256
}
