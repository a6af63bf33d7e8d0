import { createTtlCache } from './ttl-cache.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { TokenHolder } from '../ports/accounts-catalog.ts'
import { Fault } from '../model/fault.ts'
import type { Caller, ClientId, OrganizationId, Profile, Token, TokenId, TokenKind, UserId } from '../model/model.ts'
import { hashOf, newAccessSecret } from '../model/secrets.ts'

export interface TokenRequest {
  readonly kind: TokenKind
  /** Null: the agency's own. */
  readonly organization: OrganizationId | null
  readonly agency: string
  readonly user: UserId | null
  readonly client: string | null
  readonly label: string
  readonly scopes: readonly string[]
  readonly expiresAt: number | null
}

export interface Access {
  /** Who holds this secret. Faults: `unauthenticated` with the reason `missing`, `unknown`, `expired` or `revoked`. */
  identify(secret: string | null): Promise<Caller>
  /** The secret is shown this once; only its SHA-256 is kept. */
  create(request: TokenRequest): Promise<{ token: Token; secret: string }>
  /** Newest first, at most 1,000; null: of all organizations. */
  list(organization: OrganizationId | null): Promise<readonly Token[]>
  /** False when there is no such token or it was revoked before. */
  revoke(id: TokenId): Promise<boolean>
  /** Tokens ended by other ways than `revoke`: looks up each anew. */
  invalidate(): void
  /** Ends everything that the client was given; `withClient`: and it may ask for no more. How many access tokens. Fault: `not_found` about `client`. */
  revokeClient(organization: OrganizationId, client: ClientId, withClient: boolean): Promise<number>
  /** Writes down when tokens were last used; called now and then, and at the end. */
  flush(): Promise<void>
}

/** Who does something, in one organization: what the desk needs to know of a caller. */
export interface Actor {
  readonly organization: OrganizationId
  readonly user: UserId
  /** Null: may do everything. */
  readonly profile: Profile | null
  /** Acts above organizations: the operator's token, or a command on the data folder itself. */
  readonly isOperator?: boolean
}

/** A caller that stands above organizations can do nothing in one. */
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
  // By the secret itself: hashing it again for each request costs more than all else here. A revocation reaches
  // everyone within the second that a belief lasts.
  const seen = createTtlCache<Identity>(now)
  const uses = new Map<TokenId, number>()

  const lookUp = async (secret: string): Promise<Identity | null> => {
    const known = seen.get(secret)
    if (known !== undefined) return known
    const asked = now()
    const holder = await catalog.tokenHolder(hashOf(secret))
    if (holder === null || isOrphan(holder)) {
      seen.delete(secret)
      return null
    }
    const identity = { token: holder.token, caller: callerOf(holder) }
    seen.set(secret, identity, asked)
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
      seen.clear()
      return revoked
    },
    invalidate: () => seen.clear(),
    async revokeClient(organization, client, withClient) {
      const count = await catalog.revokeClientTokens(organization, client, withClient, now())
      seen.clear()
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

/** Its organization is gone: it must not be taken for one that stands above organizations. */
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
