/** Programs that ask users for access. */
import type { Catalog } from '../ports/catalog.ts'
import { Fault } from '../model/fault.ts'
import type { Client, ClientId, Flow, OrganizationId, Sha256 } from '../model/model.ts'
import { hashOf, isSame, newClientId, newClientSecret } from '../model/secrets.ts'

const LONGEST_URI = 2_000
const MOST_URIS = 50

export interface ClientRequest {
  readonly organization: OrganizationId
  readonly name: string
  readonly wire: Client['wire']
  readonly flows: readonly Flow[]
  readonly scopes: readonly string[]
  readonly redirectUris: readonly string[]
}

export interface Clients {
  /** The secret is shown this once. Fault: `invalid_input` about `client`. */
  create(request: ClientRequest): Promise<{ client: Client; secret: string }>
  /** Null when there is none, or it was revoked. */
  find(id: string): Promise<Client | null>
  /** Newest first, at most 1,000. */
  list(organization: OrganizationId): Promise<readonly Client[]>
  /** Faults: `unauthenticated` about `client` with the reason `unknown` or `secret`. */
  prove(id: string, secret: string): Promise<Client>
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
    async prove(id, secret) {
      const found = await known(id)
      const isRight = isSame(found?.secret ?? NOBODYS, hashOf(secret))
      if (found === null)
        throw refusal('unknown', 'There is no client of this id; look at what `dossier client list` shows.')
      if (!isRight || found.secret === null) throw refusal('secret', "The client's secret is wrong.")
      return found.client
    },
  }
}

/** The hash of no text that anybody could send. */
const NOBODYS = '' as Sha256

function mustBeClient({ name, flows, redirectUris }: ClientRequest): void {
  if (name.trim() === '' || name.length > 200) throw unfit('A client needs a name of at most 200 characters.')
  if (flows.length === 0) throw unfit('A client needs at least one flow: code, implicit, credentials or self.')
  if (redirectUris.length > MOST_URIS) throw unfit(`A client has at most ${String(MOST_URIS)} redirect URIs.`)
  const needsUri = flows.includes('code') || flows.includes('implicit')
  if (needsUri && redirectUris.length === 0)
    throw unfit('The flows code and implicit need at least one redirect URI, to which users are sent back.')
  for (const uri of redirectUris) mustBeRedirectUri(uri)
}

/** As it is registered, so it is compared: letter by letter. */
function mustBeRedirectUri(uri: string): void {
  const url = URL.parse(uri)
  const isPlain = uri.length <= LONGEST_URI && /^https?:\/\/[\x21-\x7e]+$/.test(uri) && !/[#\\"<>]/.test(uri)
  if (url === null || !isPlain || url.username !== '' || url.password !== '')
    throw unfit(
      `"${uri.slice(0, 100)}" is no redirect URI: an absolute http or https URL without a fragment and without a user was expected.`,
    )
}

function unfit(message: string): Fault {
  return new Fault('invalid_input', 'client', message)
}

function refusal(reason: string, message: string): Fault {
  return new Fault('unauthenticated', 'client', message, { reason })
}
