/** OAuth grants: codes, access tokens and refresh tokens, from consent to revocation. */
import type { Access } from './access.ts'
import type { Exchanged, NewAccess, NewRefresh } from '../ports/accounts-catalog.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { Log } from '../ports/contracts.ts'
import { Fault } from '../model/fault.ts'
import type {
  Account,
  Caller,
  Client,
  Grant,
  GrantId,
  Organization,
  RefreshTokenId,
  SessionId,
  Sha256,
  Token,
  TokenId,
  UserId,
} from '../model/model.ts'
import { challengeOf, hashOf, newAccessSecret, newGrantSecret } from '../model/secrets.ts'

/** Lifetimes (in milliseconds) and limits of a dialect's codes and tokens. */
export interface Terms {
  readonly kind: 'zoho' | 'highlevel'
  readonly codeMs: number
  readonly accessMs: number
  /** Null: valid until revoked. */
  readonly refreshMs: number | null
  /** Each use of a refresh token issues a new one and invalidates the old one. */
  readonly rotates: boolean
  /** Maximum number of valid refresh tokens of one user and client; the oldest are revoked. Null: no limit. */
  readonly mostRefresh: number | null
  /** Maximum number of access tokens of one refresh token within a period; null: no limit. */
  readonly throttle: { readonly most: number; readonly withinMs: number } | null
}

/** Client, organization, user and scopes of a grant to be created. */
export interface GrantRequest {
  readonly client: Client
  /** Null: the agency itself. */
  readonly organization: Organization | null
  /** Null: the organization's first user. */
  readonly user: UserId | null
  readonly scopes: readonly string[]
  readonly by: Grant['by']
  /** The browser session that the grant ends with; null: independent of sessions. */
  readonly session: SessionId | null
}

interface CodeTerms {
  /** Null: the exchange need not name one. */
  readonly redirectUri: string | null
  /** PKCE's S256 challenge; null: no verifier is required. */
  readonly challenge: string | null
  readonly offline: boolean
  readonly lifetimeMs: number
}

/** The secrets of new tokens, returned only here. */
export interface Issued {
  readonly grant: Grant
  readonly access: string
  readonly refresh: string | null
}

export interface Grants {
  /** A code that the client can exchange once. Fault: `forbidden` about `client` if it does not serve that organization. */
  code(grantRequest: GrantRequest, terms: CodeTerms): Promise<string>
  /** A refresh token without an access token, which does not expire. Fault as for `code`. */
  refreshToken(grantRequest: GrantRequest): Promise<string>
  /** Whether a refresh token is still valid. */
  isValidRefreshToken(refreshToken: string): Promise<boolean>
  /** Issues tokens without a code. Fault as for `code`. */
  issue(grantRequest: GrantRequest, terms: Terms, offline: boolean): Promise<Issued>
  /**
   * Faults: `invalid_input` about `grant` with the reason `unknown`, `expired`, `spent`, `revoked`, `wrong_redirect` or
   * `wrong_verifier`. The second use of a code revokes its grant with all its tokens.
   */
  exchange(
    client: Client,
    presented: { code: string; redirectUri: string | null; verifier: string | null },
    terms: Terms,
  ): Promise<Issued>
  /** Faults as for `exchange`, and `too_many` about `grant`. A rotated refresh token that comes again ends its grant with all its tokens. */
  refresh(client: Client, refreshToken: string, terms: Terms): Promise<Issued>
  /**
   * Derives a token of one of the agency's organizations from the agency's token. Faults: `forbidden` about
   * `organization` if it is not the agency's, `unauthenticated` about `token` if the agency's token has just ended.
   */
  deriveToken(caller: Caller, organization: Organization, terms: Terms): Promise<{ access: string; token: Token }>
  /** The newest valid grant of this session to this client. */
  sessionGrant(session: SessionId, client: Client): Promise<Grant | null>
  /** Whether the user consented before to offline access that is still valid. */
  isOffline(client: Client, user: Account): Promise<boolean>
  /** Revokes an access token, or a refresh token with its grant and all its tokens. Returns false if it is unknown. */
  revokeSecret(secret: string): Promise<boolean>
  revoke(id: GrantId): Promise<boolean>
  /** Deletes codes, tokens and sessions that ended a week ago, and grants without any left. */
  forgetEnded(): Promise<void>
}

/** How long the answer to a rotation waits, so that requests sent together with it have arrived. */
const SETTLING_MS = 50

function settling(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLING_MS))
}

/** Retention of ended codes, tokens and sessions, so that late requests get a specific error. */
const ENDED_RETENTION_MS = 7 * 86_400_000
const ENDED_BATCH = 1_000

interface Secrets {
  readonly access: string
  readonly refresh: string
}

export function createGrants(
  catalog: Catalog,
  access: Pick<Access, 'invalidate'>,
  log: Log,
  newId: () => string,
  now: () => number,
): Grants {
  const inFlight = new Set<Sha256>()
  const newAccess = ({ kind, accessMs }: Terms): { secret: string; row: NewAccess } => {
    const secret = newAccessSecret(kind)
    const own = { id: newId() as TokenId, kind, hash: hashOf(secret) }
    return { secret, row: { ...own, label: '', expiresAt: now() + accessMs } }
  }
  const newRefresh = ({ kind, refreshMs, mostRefresh }: Terms): { secret: string; row: NewRefresh } => {
    const secret = newGrantSecret(kind)
    const expiresAt = refreshMs === null ? null : now() + refreshMs
    return { secret, row: { id: newId() as RefreshTokenId, hash: hashOf(secret), expiresAt, most: mostRefresh } }
  }
  const issuedOrRejected = (
    kind: 'code' | 'refresh',
    exchanged: Exchanged,
    client: Client,
    secrets: Secrets,
  ): Issued => {
    if (exchanged.outcome === 'issued') {
      const { grant, refreshed } = exchanged
      return { grant, access: secrets.access, refresh: refreshed ? secrets.refresh : null }
    }
    if (exchanged.outcome === 'spent') {
      access.invalidate()
      log.warn({ client: client.id, grant: exchanged.grant }, 'a code or refresh token was used a second time')
    }
    throw refusalOf(kind, exchanged.outcome)
  }

  return {
    async code(grantRequest, terms) {
      const secret = newGrantSecret(grantRequest.client.wire)
      const { redirectUri, challenge, offline } = terms
      const code = { hash: hashOf(secret), redirectUri, challenge, offline, expiresAt: now() + terms.lifetimeMs }
      await catalog.createGrant({ grant: grantOf(grantRequest, newId), at: now(), code, access: null, refresh: null })
      return secret
    },
    async refreshToken(grantRequest) {
      const secret = newGrantSecret(grantRequest.client.wire)
      const refresh = { id: newId() as RefreshTokenId, hash: hashOf(secret), expiresAt: null, most: null }
      await catalog.createGrant({ grant: grantOf(grantRequest, newId), at: now(), code: null, access: null, refresh })
      return secret
    },
    isValidRefreshToken: (refreshToken) => catalog.isGoodRefresh(hashOf(refreshToken), now()),
    async issue(grantRequest, terms, offline) {
      const token = newAccess(terms)
      const refresh = offline ? newRefresh(terms) : null
      const rows = { code: null, access: token.row, refresh: refresh?.row ?? null }
      const grant = await catalog.createGrant({ grant: grantOf(grantRequest, newId), at: now(), ...rows })
      return { grant, access: token.secret, refresh: refresh?.secret ?? null }
    },
    async exchange(client, { code, redirectUri, verifier }, terms) {
      const token = newAccess(terms)
      const refresh = newRefresh(terms)
      // A malformed verifier becomes '', which equals no challenge.
      const challenge = verifier === null ? null : (challengeOf(verifier) ?? '')
      const hash = hashOf(code)
      // A concurrent duplicate is no replay: it is rejected here, so that it does not revoke the tokens of the first.
      if (inFlight.has(hash)) throw refusalOf('code', 'spent')
      const own = { client: client.id, at: now(), hash, redirectUri, challenge }
      inFlight.add(hash)
      const exchanged = await catalog
        .exchangeCode({ ...own, access: token.row, refresh: refresh.row })
        .finally(() => inFlight.delete(hash))
      return issuedOrRejected('code', exchanged, client, { access: token.secret, refresh: refresh.secret })
    },
    async refresh(client, refreshToken, terms) {
      const { throttle, rotates } = terms
      const token = newAccess(terms)
      const next = newRefresh(terms)
      const since = throttle === null ? null : { most: throttle.most, since: now() - throttle.withinMs }
      const hash = hashOf(refreshToken)
      // Before its successor is answered it can be no theft: the same request was sent several times at once.
      if (rotates && inFlight.has(hash)) throw refusalOf('refresh', 'spent')
      const own = { client: client.id, at: now(), hash, access: token.row }
      inFlight.add(hash)
      try {
        const exchanged = await catalog.exchangeRefresh({ ...own, next: rotates ? next.row : null, throttle: since })
        if (rotates && exchanged.outcome === 'issued') await settling()
        return issuedOrRejected('refresh', exchanged, client, { access: token.secret, refresh: next.secret })
      } finally {
        inFlight.delete(hash)
      }
    },
    async deriveToken(caller, organization, terms) {
      if (caller.organization !== null || caller.agency !== organization.agency)
        throw new Fault('forbidden', 'organization', 'Only a token of the agency itself opens its organizations.')
      const made = newAccess(terms)
      const token = await catalog.deriveToken(caller.token, organization.id, made.row, now())
      if (token === null)
        throw new Fault('unauthenticated', 'token', 'The access token has just ended.', { reason: 'revoked' })
      return { access: made.secret, token }
    },
    sessionGrant: (session, client) => catalog.sessionGrant(session, client.id),
    isOffline: (client, user) => catalog.hasRefresh(client.id, user.id),
    async revokeSecret(secret) {
      const revoked = await catalog.revokeSecret(hashOf(secret), now())
      access.invalidate()
      return revoked
    },
    async revoke(id) {
      const revoked = await catalog.revokeGrant(id, now())
      access.invalidate()
      return revoked
    },
    forgetEnded: () => catalog.forgetEnded(now() - ENDED_RETENTION_MS, ENDED_BATCH),
  }
}

/** Fault: `forbidden` about `client`. */
function grantOf({ client, organization, user, scopes, by, session }: GrantRequest, newId: () => string) {
  if (organization !== null && organization.agency !== client.agency)
    throw new Fault('forbidden', 'client', 'This client is of another agency and does not serve that organization.')
  const own = { id: newId() as GrantId, client: client.id, organization: organization?.id ?? null }
  return { ...own, agency: client.agency, user, scopes, by, session }
}

const REASONS: Readonly<Record<Exclude<Exchanged['outcome'], 'issued'>, string>> = {
  unknown: 'It was never given out by this server to this client, or not completely copied.',
  expired: 'It has expired; begin anew.',
  revoked: 'It was revoked; begin anew.',
  spent: 'It was used before and is good once only.',
  wrong_redirect: 'The redirect_uri must be, letter by letter, the one that the code was asked for with.',
  wrong_verifier: 'The code_verifier does not fit the code_challenge that the code was asked for with.',
  throttled: 'Too many access tokens were made of this refresh token within a few minutes; use one until it expires.',
}

function refusalOf(kind: 'code' | 'refresh', outcome: Exclude<Exchanged['outcome'], 'issued'>): Fault {
  const code = outcome === 'throttled' ? 'too_many' : 'invalid_input'
  return new Fault(code, 'grant', REASONS[outcome], { reason: outcome, details: { kind } })
}
