import type { Call } from '../../http/contracts.ts'

/**
 * The time in `If-Modified-Since`, in milliseconds since 1970: an ISO time (the SDKs) or an HTTP date. Neither has
 * milliseconds on this wire, so the result is the end of that second. Returns null if the header is absent or invalid.
 */
export function modifiedSince(call: Call): number | null {
  const header = call.headers['if-modified-since']
  if (header === undefined) return null
  const time = Date.parse(header)
  return Number.isNaN(time) ? null : Math.floor(time / 1000) * 1000 + 999
}

/** No newer rows: no body, and the SDKs keep their copy. */
export const notModified = { status: 304 } as const
