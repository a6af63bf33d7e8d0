import type { Call } from '../../http/contracts.ts'

/**
 * Until when a client says it knows everything, in milliseconds since 1970: an ISO time (the SDKs) or an HTTP date.
 * Neither has milliseconds on this wire, so what changed within that very second counts as known. Null: it does not say.
 */
export function knownSince(call: Call): number | null {
  const header = call.headers['if-modified-since']
  if (header === undefined) return null
  const time = Date.parse(header)
  return Number.isNaN(time) ? null : Math.floor(time / 1000) * 1000 + 999
}

/** Nothing that is newer: no body, and the SDKs keep what they have. */
export const unchanged = { status: 304 } as const
