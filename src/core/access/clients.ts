/** OAuth clients: registration and authentication. */
import { tokenIn } from './access.ts'
import { ORGANIZATION, type Gate } from './authorize.ts'
import { createOperations, open, type Open, type Operation, type Requirement } from './operation.ts'
import type { Catalog } from '../ports/catalog.ts'
import { Fault } from '../model/fault.ts'
import type { Caller, Client, ClientId, Flow, Sha256 } from '../model/model.ts'
import { hashOf, isSame, newClientId, newClientSecret } from '../model/secrets.ts'

const MAX_URI_LENGTH = 2_000
const MAX_URIS = 50

interface ClientRequest {
  readonly name: string
  readonly wire: Client['wire']
  readonly flows: readonly Flow[]
  readonly scopes: readonly string[]
  readonly redirectUris: readonly string[]
}

/** What registers a client; null: an operator on the command line. */
interface Registrar {
  readonly caller: Caller
  /** Whether the caller's token may do everything that a token of the organization can. */
  readonly holdsEverything: boolean
}

export interface Clients {
  /**
   * The secret is returned only here. The client ends with the token that registered it. Faults: `invalid_input` about
   * `client`; `forbidden` about `scope` for a client that needs no consent and could do more than its registrar.
   */
  readonly create: Operation<[request: ClientRequest, by: Registrar | null], { client: Client; secret: string }>
  /** Newest first, at most 1,000. */
  readonly list: Operation<[], readonly Client[]>
  /** Returns null if there is no such client, or it has ended. */
  readonly find: Open<(id: string) => Promise<Client | null>>
  /** Faults: `unauthenticated` about `client` with the reason `unknown` or `secret`. */
  readonly authenticate: Open<(id: string, secret: string) => Promise<Client>>
}

interface ClientsParts {
  readonly catalog: Catalog
  readonly gate: Gate
  readonly now: () => number
}

const MANAGE: Requirement = ['clients.manage', ORGANIZATION]

export function createClients({ catalog, gate, now }: ClientsParts): Clients {
  const { operation } = createOperations(gate)
  const known = async (id: string) => {
    const found = id.length > 200 ? null : await catalog.client(id as ClientId)
    return found === null || hasEnded(found.client, now()) ? null : found
  }
  return {
    create: operation(MANAGE, async (actor, request, by) => {
      mustBeClient(request)
      mustNotExceed(request, by)
      const secret = newClientSecret()
      const client = await catalog.createClient({
        ...request,
        ...{ id: newClientId(request.wire), secret: hashOf(secret), at: now() },
        ...{ organization: actor.organization, parent: by === null ? null : tokenIn(by.caller) },
        ...{ createdBy: by === null ? null : actor.user, expiresAt: by?.caller.expiresAt ?? null },
        reach: actor.isOperator === true ? 'agency' : 'organization',
      })
      return { client, secret }
    }),
    list: operation(MANAGE, ({ organization }) => catalog.clients(organization)),
    find: open('its id is public', async (id) => (await known(id))?.client ?? null),
    authenticate: open('its secret proves it', async (id, secret) => {
      const found = await known(id)
      const isCorrect = isSame(found?.secret ?? NO_HASH, hashOf(secret))
      if (found === null)
        throw refusal('unknown', 'There is no client of this id; look at what `dossier client list` shows.')
      if (!isCorrect || found.secret === null) throw refusal('secret', "The client's secret is wrong.")
      return found.client
    }),
  }
}

function hasEnded({ revokedAt, expiresAt }: Client, at: number): boolean {
  return revokedAt !== null || (expiresAt !== null && expiresAt <= at)
}

/** With the flow credentials a client acts without anybody's consent, under whatever scopes it asks for. */
function mustNotExceed({ flows, name }: ClientRequest, by: Registrar | null): void {
  if (by === null || by.holdsEverything || !flows.includes('credentials')) return
  throw new Fault(
    'forbidden',
    'scope',
    `The client "${name.slice(0, 60)}" would act without a user's consent (flow credentials), so it takes a token with every native scope to register it. Register it without that flow, or with a token that has them all.`,
  )
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
  if (url?.protocol === 'http:' && !LOOPBACK.test(url.hostname))
    throw invalidClient(
      `"${uri.slice(0, 100)}" sends codes and tokens over a network in plain text; use https, or http on this machine alone (127.0.0.1, [::1], localhost).`,
    )
  const isPlain = uri.length <= MAX_URI_LENGTH && /^https?:\/\/[\x21-\x7e]+$/.test(uri) && !/[#\\"<>]/.test(uri)
  if (url === null || !isPlain || url.username !== '' || url.password !== '')
    throw invalidClient(
      `"${uri.slice(0, 100)}" is no redirect URI: an absolute http or https URL without a fragment and without a user was expected.`,
    )
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\]|localhost|.+\.localhost)$/

function invalidClient(message: string): Fault {
  return new Fault('invalid_input', 'client', message)
}

function refusal(reason: string, message: string): Fault {
  return new Fault('unauthenticated', 'client', message, { reason })
}
