import { createTtlCache } from './ttl-cache.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { TokenHolder } from '../ports/accounts-catalog.ts'
import { Fault } from '../model/fault.ts'
import type { Caller, ClientId, OrganizationId, Profile, Token, TokenId, TokenKind, UserId } from '../model/model.ts'
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

export interface Access {
  /** The caller that holds this secret. Faults: `unauthenticated` with the reason `missing`, `unknown`, `expired` or `revoked`. */
  identify(secret: string | null): Promise<Caller>
  /** The secret is returned only here; the catalog stores its SHA-256. */
  create(request: TokenRequest): Promise<{ token: Token; secret: string }>
  /** Newest first, at most 1,000; null: of all organizations. */
  list(organization: OrganizationId | null): Promise<readonly Token[]>
  /** Returns false if there is no such token or it was revoked before. */
  revoke(id: TokenId): Promise<boolean>
  /** Clears the cache; must be called after tokens were ended other than by `revoke`. */
  invalidate(): void
  /**
   * Ends all grants and tokens of the client; with `withClient` the client is revoked too. Returns the number of access
   * tokens ended. Fault: `not_found` about `client`.
   */
  revokeClient(organization: OrganizationId, client: ClientId, withClient: boolean): Promise<number>
  /** Stores when tokens were last used; called periodically and at shutdown. */
  flush(): Promise<void>
}

/** A caller within one organization, as the services need it. */
export interface Actor {
  readonly organization: OrganizationId
  readonly user: UserId
  /** Null: an administrator, who may do everything. */
  readonly profile: Profile | null
  /** Acts above organizations: the operator's token, or a command on the data folder itself. */
  readonly isOperator?: boolean
}

/** Fault: `forbidden` about `organization` for an agency's token, which belongs to no organization. */
export function actorOf(caller: Caller): Actor {
  if (caller.organization === null || caller.user === null) {
    throw new Fault(
      'forbidden',
      'organization',
      'This token belongs to an agency, not to one organization; use a token of the organization itself.',
    )
  }
  return { organization: caller.organization.id, user: caller.user.id, profile: caller.profile }
}

interface Identity {
  readonly token: Token
  readonly caller: Caller
}

export function createAccess(catalog: Catalog, newId: () => string, now: () => number): Access {
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

  return {
    async identify(secret) {
      if (secret === null)
        throw refusal('missing', 'No access token came with the request; send one in the Authorization header.')
      const identity = await lookUp(secret)
      if (identity === null)
        throw refusal(
          'unknown',
          'The access token is not known here: it was never issued by this server, or not completely copied.',
        )
      const { token } = identity
      if (token.revokedAt !== null) throw refusal('revoked', 'The access token was revoked; ask for a new one.')
      if (token.expiresAt !== null && token.expiresAt <= now())
        throw refusal('expired', 'The access token has expired; ask for a new one.')
      uses.set(token.id, now())
      return identity.caller
    },
    async create(request) {
      const secret = newAccessSecret(request.kind)
      const user =
        request.user ??
        (request.organization === null ? null : ((await catalog.firstUser(request.organization))?.id ?? null))
      const token = await catalog.createToken({
        ...request,
        id: newId() as TokenId,
        user,
        hash: hashOf(secret),
        at: now(),
        grant: null,
        refresh: null,
      })
      return { token, secret }
    },
    list: (organization) => catalog.tokens(organization),
    async revoke(id) {
      const revoked = await catalog.revokeToken(id, now())
      identities.clear()
      return revoked
    },
    invalidate: () => identities.clear(),
    async revokeClient(organization, client, withClient) {
      const count = await catalog.revokeClientTokens(organization, client, withClient, now())
      identities.clear()
      if (count === null)
        throw new Fault('not_found', 'client', `There is no client ${client.slice(0, 60)} in this organization.`)
      return count
    },
    async flush() {
      if (uses.size === 0) return
      const batch = [...uses].map(([id, at]) => ({ id, at }))
      uses.clear()
      await catalog.touchTokens(batch)
    },
  }
}

/** The token's organization was removed: it must not be treated as an agency's token. */
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
