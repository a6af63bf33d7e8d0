/** Validation of OAuth's authorization requests, for all dialects. Every refusal is a page: an invalid request is never redirected. */
import type { Clients } from '../core/access/clients.ts'
import { Fault } from '../core/model/fault.ts'
import type { Client } from '../core/model/model.ts'

const MAX_SCOPES = 100
const MAX_SCOPE_LENGTH = 200
const MAX_STATE_LENGTH = 4_096

/** Fault: `unauthenticated` about `client`. */
export async function mustFindClient(
  clients: Pick<Clients, 'find'>,
  id: string | null,
  wire: Client['wire'],
): Promise<Client> {
  const client = await clients.find(id ?? '')
  if (client?.wire === wire) return client
  throw new Fault('unauthenticated', 'client', 'No program is registered here under this client_id.', {
    reason: 'unknown',
  })
}

/**
 * The vendor's browser sample sends it unencoded and last: the parameters after it may be part of the URI.
 * Fault: `invalid_input` about `parameter`.
 */
export function mustBeRedirectUri(query: URLSearchParams, client: Client): string {
  const entries = [...query]
  const at = entries.findIndex(([name]) => name === 'redirect_uri')
  const value = entries[at]?.[1] ?? ''
  const rest = entries.slice(at + 1).map(([name, more]) => `&${name}=${more}`)
  const found = [value, value + rest.join('')].find((uri) => client.redirectUris.includes(uri))
  if (found !== undefined) return found
  throw invalidParameter(
    'redirect_uri',
    `must be, letter by letter, one of those that ${client.name} is registered with; this one is not, so nobody is sent there.`,
  )
}

/** `a,b`, spaces allowed; duplicates are removed. Fault: `invalid_input` about `parameter`. */
export function mustBeScopes(text: string | null, client: Client): readonly string[] {
  const scopes = [...new Set((text ?? '').split(/[\s,]+/).filter((scope) => scope !== ''))]
  if (scopes.length === 0)
    throw invalidParameter('scope', 'must name at least one scope, separated by spaces or commas.')
  if (scopes.length > MAX_SCOPES || scopes.some((scope) => scope.length > MAX_SCOPE_LENGTH))
    throw invalidParameter(
      'scope',
      `may name at most ${String(MAX_SCOPES)} scopes of ${String(MAX_SCOPE_LENGTH)} characters.`,
    )
  const allowed = new Set(client.scopes.map((scope) => scope.toLowerCase()))
  const unregistered = allowed.size === 0 ? undefined : scopes.find((scope) => !allowed.has(scope.toLowerCase()))
  if (unregistered !== undefined)
    throw invalidParameter('scope', `names ${unregistered}, which ${client.name} is not registered for.`)
  return scopes
}

export function mustBeState(query: URLSearchParams): string | null {
  const state = query.get('state')
  if (state !== null && state.length > MAX_STATE_LENGTH)
    throw invalidParameter('state', `is longer than ${String(MAX_STATE_LENGTH)} characters.`)
  return state
}

/** The PKCE challenge; only S256 is accepted (RFC 7636). Null without one. Fault: `invalid_input` about `parameter`. */
export function challengeIn(query: URLSearchParams): string | null {
  const challenge = query.get('code_challenge')
  if (challenge === null) return null
  if (query.get('code_challenge_method') !== 'S256')
    throw invalidParameter('code_challenge_method', 'must be S256; plain challenges are not taken.')
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge))
    throw invalidParameter('code_challenge', 'must be a SHA-256 in base64url, which has 43 characters.')
  return challenge
}

/** `uri` with the values appended to its query. */
export function withQuery(uri: string, values: readonly (readonly [string, string])[]): string {
  return `${uri}${uri.includes('?') ? '&' : '?'}${encoded(values)}`
}

/** `uri` with the values in the fragment, which browsers send to no server. */
export function withFragment(uri: string, values: readonly (readonly [string, string])[]): string {
  return `${uri}#${encoded(values)}`
}

function encoded(values: readonly (readonly [string, string])[]): string {
  return values.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
}

export function invalidParameter(name: string, sentence: string): Fault {
  return new Fault('invalid_input', 'parameter', `${name} ${sentence}`, { reason: name })
}
