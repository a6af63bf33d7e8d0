/** All error codes of the services. The list is closed: each dialect maps every code. */
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

/** What a fault is about; a dialect may map one code differently for different subjects. */
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

interface FaultOptions {
  /** A short machine-readable word, if a dialect must distinguish cases of one code and subject (`missing`, `unsupported`). */
  readonly reason?: string
  /** Values that a dialect may include in its error body (a parameter's name, a record's id). */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * An error for the client. `message` is one plain sentence: which part, what was found, what was expected, how to
 * correct it. It never contains a token, a path of the server or another tenant's data.
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

  /**
   * Converts any thrown value to a Fault. What is none becomes `internal`, or `unavailable` if a store is full, unreachable or
   * being moved, with the original as its cause.
   */
  static from(thrown: unknown): Fault {
    if (thrown instanceof Fault) return thrown
    if (STORE_FULL.has(codeOf(thrown))) {
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
    const moveMessage = MOVE_MESSAGES.get(codeOf(thrown))
    if (moveMessage !== undefined) return new Fault('unavailable', 'request', moveMessage, { cause: thrown })
    return new Fault('internal', 'request', 'Something failed inside the server; nothing was kept.', { cause: thrown })
  }
}

const STORE_FULL = new Set([
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'EROFS',
  'SQLITE_FULL',
  'CATALOG_FULL',
  'BLOBS_FULL',
])

/** Error codes of stores behind a network. */
const UNREACHABLE = new Set(['CATALOG_UNREACHABLE', 'CATALOG_UNCERTAIN', 'BLOBS_UNREACHABLE'])

/** Rethrows errors of a store that was unreachable or disconnected while reading: they say nothing about its contents. */
export function rethrowIfUnreachable(thrown: unknown): void {
  if (UNREACHABLE.has(codeOf(thrown))) throw thrown
  if (!DISCONNECTED.has(codeOf(thrown))) return
  throw new Error('The store broke off in the middle of an answer; run it again to go on.', { cause: thrown })
}

/** Error codes of a catalog that is being or was moved to another store, with their messages. */
const MOVE_MESSAGES = new Map([
  [
    'CATALOG_FENCED',
    'What is kept here is being moved to another store, which takes a moment; nothing was kept of this request. Try again in a few seconds.',
  ],
  [
    'CATALOG_MOVED',
    'What is kept here was moved to another store, and this server only answers what is read. Nothing was kept of this request; send it to the server of the new store, which the operator names.',
  ],
])

const DISCONNECTED = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])

function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  return typeof code === 'string' ? code : ''
}
