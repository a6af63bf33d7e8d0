/** OAuth clients: registration and authentication. */
import type { Catalog } from '../ports/catalog.ts'
import { Fault } from '../model/fault.ts'
import type { Client, ClientId, Flow, OrganizationId, Sha256 } from '../model/model.ts'
import { hashOf, isSame, newClientId, newClientSecret } from '../model/secrets.ts'

const MAX_URI_LENGTH = 2_000
const MAX_URIS = 50

interface ClientRequest {
  readonly organization: OrganizationId
  readonly name: string
  readonly wire: Client['wire']
  readonly flows: readonly Flow[]
  readonly scopes: readonly string[]
  readonly redirectUris: readonly string[]
}

export interface Clients {
  /** The secret is returned only here. Fault: `invalid_input` about `client`. */
  create(request: ClientRequest): Promise<{ client: Client; secret: string }>
  /** Returns null if there is no such client or it was revoked. */
  find(id: string): Promise<Client | null>
  /** Newest first, at most 1,000. */
  list(organization: OrganizationId): Promise<readonly Client[]>
  /** Faults: `unauthenticated` about `client` with the reason `unknown` or `secret`. */
  authenticate(id: string, secret: string): Promise<Client>
}

export function createClients(catalog: Catalog, now: () => number): Clients {
  const known = async (id: string) => {
    const found = id.length > 200 ? null : await catalog.client(id as ClientId)
    return found === null || found.client.revokedAt !== null ? null : found
  }
  return {
    async create(request) {
      mustBeClient(request)
      const secret = newClientSecret()
      const id = newClientId(request.wire)
      const client = await catalog.createClient({ ...request, id, secret: hashOf(secret), at: now() })
      return { client, secret }
    },
    find: async (id) => (await known(id))?.client ?? null,
    list: (organization) => catalog.clients(organization),
    async authenticate(id, secret) {
      const found = await known(id)
      const isCorrect = isSame(found?.secret ?? NO_HASH, hashOf(secret))
      if (found === null)
        throw refusal('unknown', 'There is no client of this id; look at what `dossier client list` shows.')
      if (!isCorrect || found.secret === null) throw refusal('secret', "The client's secret is wrong.")
      return found.client
    },
  }
}

/** Equals the hash of no secret. */
const NO_HASH = '' as Sha256

function mustBeClient({ name, flows, redirectUris }: ClientRequest): void {
  if (name.trim() === '' || name.length > 200) throw invalidClient('A client needs a name of at most 200 characters.')
  if (flows.length === 0) throw invalidClient('A client needs at least one flow: code, implicit, credentials or self.')
  if (redirectUris.length > MAX_URIS) throw invalidClient(`A client has at most ${String(MAX_URIS)} redirect URIs.`)
  const needsUri = flows.includes('code') || flows.includes('implicit')
  if (needsUri && redirectUris.length === 0)
    throw invalidClient('The flows code and implicit need at least one redirect URI, to which users are sent back.')
  for (const uri of redirectUris) mustBeRedirectUri(uri)
}

/** Redirect URIs are compared with the registered text character by character. */
function mustBeRedirectUri(uri: string): void {
  const url = URL.parse(uri)
  const isPlain = uri.length <= MAX_URI_LENGTH && /^https?:\/\/[\x21-\x7e]+$/.test(uri) && !/[#\\"<>]/.test(uri)
  if (url === null || !isPlain || url.username !== '' || url.password !== '')
    throw invalidClient(
      `"${uri.slice(0, 100)}" is no redirect URI: an absolute http or https URL without a fragment and without a user was expected.`,
    )
}

function invalidClient(message: string): Fault {
  return new Fault('invalid_input', 'client', message)
}

function refusal(reason: string, message: string): Fault {
  return new Fault('unauthenticated', 'client', message, { reason })
}
