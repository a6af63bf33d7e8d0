/** What went wrong between this process and PostgreSQL, as the rest of the house is told of it. */

/** PostgreSQL cannot be reached, is starting, stopping, has no connection left, or takes too long. Nothing was kept. */
export class CatalogUnreachable extends Error {
  override readonly name = 'CatalogUnreachable'
  readonly code = 'CATALOG_UNREACHABLE'

  constructor(cause: unknown) {
    super('PostgreSQL cannot be reached just now.', { cause })
  }
}

/** PostgreSQL has no room on its disk, or no memory, for what was asked. Nothing was kept. */
class CatalogFull extends Error {
  override readonly name = 'CatalogFull'
  readonly code = 'CATALOG_FULL'

  constructor(cause: unknown) {
    super('PostgreSQL has no room just now.', { cause })
  }
}

/** Serialization failure, deadlock. */
const COLLISIONS = new Set(['40001', '40P01'])
/** A key that is there already, one that is not there any more. */
const TAKEN = new Set(['23505', '23503'])

/** Whether a neighbour came between our look and our write: done again, an operation decides anew. */
export function isCollision(error: unknown): boolean {
  return COLLISIONS.has(codeOf(error)) || isTaken(error)
}

/** A collision with what is committed, so that the next look sees it; or no collision at all, and it stays. */
export function isTaken(error: unknown): boolean {
  return TAKEN.has(codeOf(error))
}

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])
/** Shut down, crashed, starting; too many connections; a session closed for its silence; a server that has become a standby. */
const AWAY = new Set(['57P01', '57P02', '57P03', '53300', '25P03', '25006'])
/** Somebody holds what was asked for, or it is too much work: asked again at once, it would be the same. */
const TOO_LONG = '57014'
/** No room on its disk; no memory. */
const FULL = new Set(['53100', '53200'])

/** Whether the server or the way to it is the trouble, not what was asked. */
export function isAway(error: unknown): boolean {
  const code = codeOf(error)
  if (NETWORK.has(code) || AWAY.has(code) || code.startsWith('08')) return true
  return (
    error instanceof Error &&
    /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client .* not queryable)/.test(
      error.message,
    )
  )
}

/** The error as the rest of the house knows it, when PostgreSQL itself is the trouble. */
export function told(error: unknown): unknown {
  if (isAway(error) || codeOf(error) === TOO_LONG) return new CatalogUnreachable(error)
  return FULL.has(codeOf(error)) ? new CatalogFull(error) : error
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
