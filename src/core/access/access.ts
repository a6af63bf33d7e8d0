import type { Actor } from './actor.ts'
import { ORGANIZATION, type Gate } from './authorize.ts'
import { ALWAYS, createOperations, open, type Open, type Operation, type Requirement } from './operation.ts'
import { createTtlCache } from './ttl-cache.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { TokenHolder } from '../ports/accounts-catalog.ts'
import { Fault } from '../model/fault.ts'
import type { Caller, ClientId, OrganizationId, Token, TokenId, TokenKind, UserId } from '../model/model.ts'
import { hashOf, newAccessSecret } from '../model/secrets.ts'

interface TokenRequest {
  readonly kind: TokenKind
  /** Null: a token of the agency itself. */
  readonly organization: OrganizationId | null
  readonly agency: string
  readonly user: UserId | null
  readonly client: string | null
  readonly label: string
  readonly scopes: readonly string[]
  readonly expiresAt: number | null
}

interface TokenQuery {
  readonly before: TokenId | null
  readonly limit: number
}

export interface Access {
  /**
   * The caller that holds this secret, if its token is for one of these kinds: a dialect takes the tokens that were made
   * for it and no others. Faults: `unauthenticated` with the reason `missing`, `unknown`, `audience`, `expired` or `revoked`.
   */
  readonly identify: Open<(secret: string | null, kinds: readonly TokenKind[]) => Promise<Caller>>
  /**
   * The secret is returned only here; the catalog stores its SHA-256. What a caller makes ends with the caller's own
   * token: revoked in the same commit, and expiring no later. `maker` null: an operator on the command line.
   */
  readonly create: Operation<[request: TokenRequest, maker: Caller | null], { token: Token; secret: string }>
  /** Newest first: the actor's own, and with `tokens.manage` all of the organization. */
  readonly list: Operation<[query: TokenQuery], readonly Token[]>
  /** Of all organizations and agencies. */
  readonly listAll: Operation<[query: TokenQuery], readonly Token[]>
  /** With everything that was made by it. Fault: `not_found` about `token`, also if it was revoked before. */
  readonly revoke: Operation<[id: TokenId], void>
  /** The same in any organization. */
  readonly revokeAny: Operation<[id: TokenId], void>
  /**
   * Ends all grants and tokens of the client; with `withClient` the client is revoked too. Returns the number of access
   * tokens ended. Fault: `not_found` about `client`.
   */
  readonly revokeClient: Operation<[client: ClientId, withClient: boolean], number>
  /** Clears the cache; must be called after tokens were ended other than by `revoke`. */
  readonly invalidate: Open<() => void>
  /** Stores when tokens were last used; called periodically and at shutdown. */
  readonly flush: Open<() => Promise<void>>
}

interface AccessParts {
  readonly catalog: Catalog
  readonly gate: Gate
  readonly newId: () => string
  readonly now: () => number
}

interface Identity {
  readonly token: Token
  readonly caller: Caller
}

export function createAccess({ catalog, gate, newId, now }: AccessParts): Access {
  const { operation } = createOperations(gate)
  // Keyed by the secret itself: hashing it for each request would cost more than the rest of the lookup. A revocation
  // elsewhere takes effect within the cache's time to live of one second.
  const identities = createTtlCache<Identity>(now)
  const uses = new Map<TokenId, number>()

  const lookUp = async (secret: string): Promise<Identity | null> => {
    const known = identities.get(secret)
    if (known !== undefined) return known
    const readAt = now()
    const holder = await catalog.tokenHolder(hashOf(secret))
    if (holder === null || isOrphan(holder)) {
      identities.delete(secret)
      return null
    }
    const identity = { token: holder.token, caller: callerOf(holder) }
    identities.set(secret, identity, readAt)
    return identity
  }

  const identify = async (secret: string | null, kinds: readonly TokenKind[]): Promise<Caller> => {
    if (secret === null)
      throw refusal('missing', 'No access token came with the request; send one in the Authorization header.')
    const identity = await lookUp(secret)
    if (identity === null)
      throw refusal(
        'unknown',
        'The access token is not known here: it was never issued by this server, or not completely copied.',
      )
    const { token } = identity
    if (!kinds.includes(token.kind))
      throw refusal(
        'audience',
        `The access token is of the kind ${token.kind.slice(0, 40)}, which is for another API of this server; make one of the kind ${kinds.join(' or ')}.`,
      )
    if (token.revokedAt !== null) throw refusal('revoked', 'The access token was revoked; ask for a new one.')
    if (token.expiresAt !== null && token.expiresAt <= now())
      throw refusal('expired', 'The access token has expired; ask for a new one.')
    uses.set(token.id, now())
    return identity.caller
  }
  const ended = (id: TokenId, isEnded: boolean) => {
    identities.clear()
    if (!isEnded) throw noToken(id)
  }

  return {
    identify: open('the secret is what proves the caller', identify),
    create: operation(
      (actor, request, _maker) => needsOfToken(actor, request),
      (_actor, request, maker) => create(request, maker),
      ALWAYS,
    ),
    list: operation(['tokens.own', ORGANIZATION], async (actor, query) => {
      const isManager = await gate.may(actor, 'tokens.manage', ORGANIZATION)
      return catalog.tokens({ ...query, organization: actor.organization, user: isManager ? null : actor.user })
    }),
    listAll: operation(SERVER, (_actor, query) => catalog.tokens({ ...query, organization: null, user: null }), ALWAYS),
    revoke: operation([], async (actor, id) => {
      const token = await catalog.token(actor.organization, id)
      await gate.authorize(actor, 'tokens.manage', { kind: 'owned', by: token?.user ?? null, own: 'tokens.own' })
      ended(id, token !== null && (await catalog.revokeToken(id, now())))
    }),
    revokeAny: operation(SERVER, async (_actor, id) => ended(id, await catalog.revokeToken(id, now())), ALWAYS),
    revokeClient: operation(['clients.manage', ORGANIZATION], async ({ organization }, client, withClient) => {
      const count = await catalog.revokeClientTokens(organization, client, withClient, now())
      identities.clear()
      if (count === null)
        throw new Fault('not_found', 'client', `There is no client ${client.slice(0, 60)} in this organization.`)
      return count
    }),
    invalidate: open('a cache', () => identities.clear()),
    flush: open('background work', async () => {
      if (uses.size === 0) return
      const batch = [...uses].map(([id, at]) => ({ id, at }))
      uses.clear()
      await catalog.touchTokens(batch)
    }),
  }

  async function create(request: TokenRequest, maker: Caller | null): Promise<{ token: Token; secret: string }> {
    const secret = newAccessSecret(request.kind)
    const first = request.organization === null ? null : await catalog.firstUser(request.organization)
    const token = await catalog.createToken({
      ...request,
      id: newId() as TokenId,
      user: request.user ?? first?.id ?? null,
      expiresAt: earliest(request.expiresAt, maker?.expiresAt ?? null),
      hash: hashOf(secret),
      at: now(),
      grant: null,
      refresh: null,
      parent: maker === null ? null : tokenIn(maker),
    })
    return { token, secret }
  }
}

const SERVER: Requirement = ['organizations.manage', ORGANIZATION]

/** A token that stands above organizations is made by operators; one for another user by those who manage tokens. */
function needsOfToken(actor: Actor, { organization, user }: TokenRequest): Requirement {
  if (organization === null) return SERVER
  const isOwn = user === null || user === actor.user
  return [isOwn ? 'tokens.own' : 'tokens.manage', ORGANIZATION]
}

/** The operator of this process has no row, and ends with the process. */
export function tokenIn({ token }: Caller): TokenId | null {
  return token === OPERATOR_TOKEN ? null : token
}

export const OPERATOR_TOKEN = 'operator' as TokenId

/** Null: never. */
function earliest(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : Math.min(one, other)
}

function noToken(id: TokenId): Fault {
  return new Fault('not_found', 'token', `There is no token ${id.slice(0, 40)}, or it was revoked before.`)
}

function isOrphan({ token, organization }: TokenHolder): boolean {
  return token.organization !== null && organization === null
}

function callerOf({ token, organization, user, profile }: TokenHolder): Caller {
  return {
    token: token.id,
    client: token.client ?? token.id,
    grant: token.grant,
    organization,
    agency: token.agency,
    user,
    profile,
    scopes: new Set(token.scopes),
    expiresAt: token.expiresAt,
  }
}

function refusal(reason: string, message: string): Fault {
  return new Fault('unauthenticated', 'token', message, { reason })
}
