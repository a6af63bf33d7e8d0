/** Everything that can go wrong for a caller. The list is closed: each dialect answers every code. */
export const FAULT_CODES = [
  'unauthenticated',
  'forbidden',
  'not_found',
  'invalid_input',
  'too_large',
  'type_refused',
  'quota_exceeded',
  'conflict',
  'too_many',
  'aborted',
  'unavailable',
  'internal',
] as const

export type FaultCode = (typeof FAULT_CODES)[number]

/** What a fault is about; a wire may say one code differently for different subjects. */
export type FaultSubject =
  | 'token'
  | 'client'
  | 'grant'
  | 'login'
  | 'scope'
  | 'organization'
  | 'module'
  | 'record'
  | 'field'
  | 'attachment'
  | 'link'
  | 'file'
  | 'part'
  | 'body'
  | 'parameter'
  | 'route'
  | 'method'
  | 'request'

export interface FaultOptions {
  /** A short machine word, where one code and subject still leave a choice to the wire (`missing`, `unsupported`). */
  readonly reason?: string
  /** Facts a wire may repeat in its body (a parameter's name, a record's id). */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * A refusal. `message` is one helpful sentence in plain words: which part, what was found,
 * what was expected, how to mend it. It never holds a token, a path of the server or another tenant's data.
 */
export class Fault extends Error {
  readonly code: FaultCode
  readonly subject: FaultSubject
  readonly reason: string | null
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: FaultCode, subject: FaultSubject, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Fault'
    this.code = code
    this.subject = subject
    this.reason = options.reason ?? null
    this.details = options.details ?? {}
  }

  /** Any thrown value as a Fault; what is none becomes `internal` (or `unavailable` for a store out of room) with the original as its cause. */
  static from(thrown: unknown): Fault {
    if (thrown instanceof Fault) return thrown
    if (OUT_OF_ROOM.has(codeOf(thrown))) {
      return new Fault(
        'unavailable',
        'request',
        'The store has no room or no free handles just now; nothing was kept. Try again later.',
        { cause: thrown },
      )
    }
    if (UNREACHABLE.has(codeOf(thrown))) {
      return new Fault(
        'unavailable',
        'request',
        'The store behind this server cannot be reached just now; nothing was acknowledged. Try again in a moment.',
        { cause: thrown },
      )
    }
    const elsewhere = ELSEWHERE.get(codeOf(thrown))
    if (elsewhere !== undefined) return new Fault('unavailable', 'request', elsewhere, { cause: thrown })
    return new Fault('internal', 'request', 'Something failed inside the server; nothing was kept.', { cause: thrown })
  }
}

const OUT_OF_ROOM = new Set([
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'EROFS',
  'SQLITE_FULL',
  'CATALOG_FULL',
  'BLOBS_FULL',
])

/** Said by stores that lie behind a network. */
const UNREACHABLE = new Set(['CATALOG_UNREACHABLE', 'CATALOG_UNCERTAIN', 'BLOBS_UNREACHABLE'])

/** Of a store that could not be asked, or broke off in the middle of an answer, nothing is known: that is no finding. */
export function mustHaveAnswered(thrown: unknown): void {
  if (UNREACHABLE.has(codeOf(thrown))) throw thrown
  if (!BROKEN_OFF.has(codeOf(thrown))) return
  throw new Error('The store broke off in the middle of an answer; run it again to go on.', { cause: thrown })
}

/** Said by a catalog that is being moved to another store. */
const ELSEWHERE = new Map([
  [
    'CATALOG_FENCED',
    'What is kept here is being moved to another store, which takes a moment; nothing was kept of this request. Try again in a few seconds.',
  ],
  [
    'CATALOG_MOVED',
    'What is kept here was moved to another store, and this server only answers what is read. Nothing was kept of this request; send it to the server of the new store, which the operator names.',
  ],
])

const BROKEN_OFF = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])

function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  return typeof code === 'string' ? code : ''
}
