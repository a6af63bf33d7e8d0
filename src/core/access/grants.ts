/** What users allow programs: codes, access tokens and refresh tokens, from consent to revocation. */
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

/** How long things last under a dialect, in milliseconds, and how many there may be. */
export interface Terms {
  readonly kind: 'zoho' | 'highlevel'
  readonly codeMs: number
  readonly accessMs: number
  /** Null: until it is revoked. */
  readonly refreshMs: number | null
  /** Each use of a refresh token gives a new one, and the old one is no good any more. */
  readonly rotates: boolean
  /** Good refresh tokens of one user and client; the oldest go. */
  readonly mostRefresh: number | null
  /** Access tokens that one refresh token gives within a time; null: any number. */
  readonly throttle: { readonly most: number; readonly withinMs: number } | null
}

/** Who gives what to whom. */
export interface Gift {
  readonly client: Client
  /** Null: the agency itself. */
  readonly organization: Organization | null
  /** Null: the organization's first one. */
  readonly user: UserId | null
  readonly scopes: readonly string[]
  readonly by: Grant['by']
  /** The browser session that it lasts as long as. */
  readonly session: SessionId | null
}

export interface CodeTerms {
  /** Null: the client need not name one. */
  readonly redirectUri: string | null
  /** PKCE's S256 challenge. */
  readonly challenge: string | null
  readonly offline: boolean
  readonly lifetimeMs: number
}

/** Tokens as they are shown, this once. */
export interface Issued {
  readonly grant: Grant
  readonly access: string
  readonly refresh: string | null
}

export interface Grants {
  /** A code that its client exchanges once. Fault: `forbidden` about `client` when it does not serve that organization. */
  code(gift: Gift, terms: CodeTerms): Promise<string>
  /** A refresh token alone, made by hand, without an end. Fault as for `code`. */
  refreshToken(gift: Gift): Promise<string>
  /** Whether a refresh token would still be taken. */
  isGood(refreshToken: string): Promise<boolean>
  /** Tokens without a code. Fault as for `code`. */
  issue(gift: Gift, terms: Terms, offline: boolean): Promise<Issued>
  /**
   * Faults: `invalid_input` about `grant` with the reason `unknown`, `expired`, `spent`, `revoked`, `wrong_redirect` or
   * `wrong_verifier`. A code that is used twice ends everything that it gave.
   */
  exchange(
    client: Client,
    presented: { code: string; redirectUri: string | null; verifier: string | null },
    terms: Terms,
  ): Promise<Issued>
  /** Faults as for `exchange`, and `too_many` about `grant`. A refresh token that was rotated away is refused; the newer one stays good. */
  refresh(client: Client, refreshToken: string, terms: Terms): Promise<Issued>
  /**
   * A token of one of the agency's organizations, for the agency's own token. Faults: `forbidden` about `organization`
   * when it is not the agency's, `unauthenticated` about `token` when that has just ended.
   */
  within(caller: Caller, organization: Organization, terms: Terms): Promise<{ access: string; token: Token }>
  /** What this session gave this client last and is still good. */
  ofSession(session: SessionId, client: Client): Promise<Grant | null>
  /** Whether the user consented before to what is still good without them. */
  isOffline(client: Client, user: Account): Promise<boolean>
  /** An access token, or a refresh token with everything that came of its grant. False when nobody has it. */
  revokeSecret(secret: string): Promise<boolean>
  revoke(id: GrantId): Promise<boolean>
  /** Codes, tokens and sessions that ended a week ago go, with what nothing hangs on any more. */
  forgetEnded(): Promise<void>
}

/** So long what has ended is kept, to tell late comers why. */
const ENDED_MS = 7 * 86_400_000
const ENDED_AT_ONCE = 1_000

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
  const underWay = new Set<Sha256>()
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
  const settle = (kind: 'code' | 'refresh', exchanged: Exchanged, client: Client, secrets: Secrets): Issued => {
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
    async code(gift, terms) {
      const secret = newGrantSecret(gift.client.wire)
      const { redirectUri, challenge, offline } = terms
      const code = { hash: hashOf(secret), redirectUri, challenge, offline, expiresAt: now() + terms.lifetimeMs }
      await catalog.createGrant({ grant: grantOf(gift, newId), at: now(), code, access: null, refresh: null })
      return secret
    },
    async refreshToken(gift) {
      const secret = newGrantSecret(gift.client.wire)
      const refresh = { id: newId() as RefreshTokenId, hash: hashOf(secret), expiresAt: null, most: null }
      await catalog.createGrant({ grant: grantOf(gift, newId), at: now(), code: null, access: null, refresh })
      return secret
    },
    isGood: (refreshToken) => catalog.isGoodRefresh(hashOf(refreshToken), now()),
    async issue(gift, terms, offline) {
      const token = newAccess(terms)
      const refresh = offline ? newRefresh(terms) : null
      const rows = { code: null, access: token.row, refresh: refresh?.row ?? null }
      const grant = await catalog.createGrant({ grant: grantOf(gift, newId), at: now(), ...rows })
      return { grant, access: token.secret, refresh: refresh?.secret ?? null }
    },
    async exchange(client, { code, redirectUri, verifier }, terms) {
      const token = newAccess(terms)
      const refresh = newRefresh(terms)
      // What can be no verifier equals no challenge.
      const challenge = verifier === null ? null : (challengeOf(verifier) ?? '')
      const hash = hashOf(code)
      // Sent twice at once, it is nobody's replay: the first is not to lose what it gets.
      if (underWay.has(hash)) throw refusalOf('code', 'spent')
      const own = { client: client.id, at: now(), hash, redirectUri, challenge }
      underWay.add(hash)
      const exchanged = await catalog
        .exchangeCode({ ...own, access: token.row, refresh: refresh.row })
        .finally(() => underWay.delete(hash))
      return settle('code', exchanged, client, { access: token.secret, refresh: refresh.secret })
    },
    async refresh(client, refreshToken, terms) {
      const { throttle, rotates } = terms
      const token = newAccess(terms)
      const next = newRefresh(terms)
      const since = throttle === null ? null : { most: throttle.most, since: now() - throttle.withinMs }
      const own = { client: client.id, at: now(), hash: hashOf(refreshToken), access: token.row }
      const exchanged = await catalog.exchangeRefresh({ ...own, next: rotates ? next.row : null, throttle: since })
      return settle('refresh', exchanged, client, { access: token.secret, refresh: next.secret })
    },
    async within(caller, organization, terms) {
      if (caller.organization !== null || caller.agency !== organization.agency)
        throw new Fault('forbidden', 'organization', 'Only a token of the agency itself opens its organizations.')
      const made = newAccess(terms)
      const token = await catalog.deriveToken(caller.token, organization.id, made.row, now())
      if (token === null)
        throw new Fault('unauthenticated', 'token', 'The access token has just ended.', { reason: 'revoked' })
      return { access: made.secret, token }
    },
    ofSession: (session, client) => catalog.sessionGrant(session, client.id),
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
    forgetEnded: () => catalog.forgetEnded(now() - ENDED_MS, ENDED_AT_ONCE),
  }
}

/** Fault: `forbidden` about `client`. */
function grantOf({ client, organization, user, scopes, by, session }: Gift, newId: () => string) {
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
