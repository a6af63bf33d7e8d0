import type { CorsRule, IncomingHead } from './contracts.ts'

export type KnownOrigins = () => Promise<ReadonlySet<string>>

/** CORS headers for a response to a page of another origin; empty if the origin is not known. */
export async function corsHeaders(
  rule: CorsRule,
  head: IncomingHead,
  known: KnownOrigins,
): Promise<Record<string, string>> {
  const origin = head.headers.origin
  if (origin === undefined || rule.conceals?.(head.path) === true) return {}
  const exposes = [...rule.exposes, 'x-request-id', 'x-dossier-hint'].join(', ')
  if (rule.mode === 'anyone') return { 'access-control-allow-origin': '*', 'access-control-expose-headers': exposes }
  if (!(await known()).has(origin)) return { vary: 'Origin' }
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': exposes,
    vary: 'Origin',
  }
}

export function isPreflight(head: IncomingHead): boolean {
  return (
    head.method === 'OPTIONS' &&
    head.headers.origin !== undefined &&
    head.headers['access-control-request-method'] !== undefined
  )
}

/** Headers of a preflight response besides `corsHeaders`. With credentials `*` is no wildcard: names must be listed. */
export function preflightHeaders(rule: CorsRule, head: IncomingHead): Record<string, string> {
  const asked = head.headers['access-control-request-headers'] ?? ''
  const names = new Set(['authorization', 'content-type', 'version'])
  for (const name of asked.split(',')) {
    const trimmed = name.trim().toLowerCase()
    if (/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(trimmed)) names.add(trimmed)
  }
  return {
    'access-control-allow-methods': rule.methods.join(', '),
    'access-control-allow-headers': [...names].join(', '),
    'access-control-max-age': '600',
  }
}

/** The configured origins and those of the registered redirect URIs, which are reread after a few seconds. */
export function knownOrigins(
  configured: readonly string[],
  registered: KnownOrigins,
  now: () => number = Date.now,
): KnownOrigins {
  let until = 0
  let origins: ReadonlySet<string> = new Set(configured)
  return async () => {
    if (now() >= until) {
      origins = new Set([...configured, ...(await registered())])
      until = now() + 5_000
    }
    return origins
  }
}
