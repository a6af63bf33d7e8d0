/** The catalog's contract for logins, OAuth clients, grants, sessions and tokens. */
import type {
  Account,
  Client,
  ClientId,
  Flow,
  Grant,
  GrantId,
  Organization,
  OrganizationId,
  Profile,
  RefreshTokenId,
  SessionId,
  Sha256,
  Token,
  TokenId,
  TokenKind,
  User,
  UserId,
  UserStatus,
} from '../model/model.ts'

export interface NewToken {
  readonly id: TokenId
  readonly kind: TokenKind
  readonly hash: Sha256
  readonly organization: OrganizationId | null
  readonly agency: string
  readonly user: UserId | null
  readonly client: string | null
  readonly label: string
  readonly scopes: readonly string[]
  readonly at: number
  readonly expiresAt: number | null
  readonly grant: GrantId | null
  /** The refresh token that it was issued for. */
  readonly refresh: RefreshTokenId | null
  /** The token that made it and that it ends with; null: made by a consent, or by an operator on the command line. */
  readonly parent: TokenId | null
}

/** Keyset: newest first, only what is older than `before`. */
export interface TokenPage {
  /** Null: of all organizations and agencies. */
  readonly organization: OrganizationId | null
  /** Null: of all users. */
  readonly user: UserId | null
  readonly before: TokenId | null
  readonly limit: number
}

/** A token with its organization, user and profile, in one read. */
export interface TokenHolder {
  readonly token: Token
  readonly organization: Organization | null
  readonly user: User | null
  /** The user's profile. */
  readonly profile: Profile | null
}

export interface NewClient {
  readonly id: ClientId
  readonly organization: OrganizationId
  readonly name: string
  readonly wire: Client['wire']
  readonly flows: readonly Flow[]
  /** Hash of the client secret. */
  readonly secret: Sha256 | null
  readonly scopes: readonly string[]
  readonly redirectUris: readonly string[]
  readonly at: number
  /** The token that registered it and that it ends with; null: an operator on the command line. */
  readonly parent: TokenId | null
  readonly createdBy: UserId | null
  readonly expiresAt: number | null
  readonly reach: Client['reach']
}

export interface NewCode {
  readonly hash: Sha256
  /** Null: the exchange need not name one. */
  readonly redirectUri: string | null
  readonly challenge: string | null
  /** Whether its exchange issues a refresh token. */
  readonly offline: boolean
  readonly expiresAt: number
}

/** The properties of an access token that its grant does not determine. */
export type NewAccess = Pick<NewToken, 'id' | 'kind' | 'hash' | 'label' | 'expiresAt'>

export interface NewRefresh {
  readonly id: RefreshTokenId
  readonly hash: Sha256
  readonly expiresAt: number | null
  /** Maximum number of valid refresh tokens of one user and client; the oldest are revoked. Null: no limit. */
  readonly most: number | null
}

export interface NewGrant {
  readonly grant: Omit<Grant, 'createdAt' | 'revokedAt'>
  readonly at: number
  readonly code: NewCode | null
  readonly access: NewAccess | null
  readonly refresh: NewRefresh | null
}

interface Exchange {
  readonly client: ClientId
  readonly at: number
  /** Hash of the presented code or refresh token. */
  readonly hash: Sha256
  readonly access: NewAccess
}

export interface CodeExchange extends Exchange {
  readonly redirectUri: string | null
  /** The PKCE challenge computed from the presented verifier; null if none was presented. */
  readonly challenge: string | null
  /** Issued only if the code is `offline`. */
  readonly refresh: NewRefresh
}

export interface RefreshExchange extends Exchange {
  /** Replaces the presented one; null: that stays valid. */
  readonly next: NewRefresh | null
  /** At most `most` access tokens of one refresh token since `since`; null: no limit. */
  readonly throttle: { readonly most: number; readonly since: number } | null
}

/** Of two concurrent exchanges of the same secret that can be used once, only one is `issued`. */
export type Exchanged =
  | { readonly outcome: 'issued'; readonly grant: Grant; readonly token: Token; readonly refreshed: boolean }
  /** Never issued, or issued to another client. */
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'expired' | 'revoked' | 'wrong_redirect' | 'wrong_verifier' | 'throttled' }
  /** Used before. The second use of a code has ended its grant; that of a refresh token has changed nothing. */
  | { readonly outcome: 'spent'; readonly grant: GrantId }

/** A user's browser session. */
export interface Session {
  readonly id: SessionId
  readonly account: Account
  readonly organization: Organization
  readonly createdAt: number
  readonly usedAt: number
  readonly expiresAt: number
}

export interface NewSession {
  readonly id: SessionId
  readonly hash: Sha256
  readonly organization: OrganizationId
  readonly user: UserId
  readonly at: number
  readonly expiresAt: number
  /** Hash of the session that this one replaces. */
  readonly replaces: Sha256 | null
}

/** Maximum number of wrong passwords under one key. */
export interface AttemptLimit {
  readonly key: Sha256
  readonly most: number
}

export interface AccountsCatalog {
  /** Returns null if the organization does not exist. */
  createUser(user: {
    readonly id: UserId
    readonly organization: OrganizationId
    readonly name: string
    readonly email: string
  }): Promise<Account | null>
  /** In order of id, at most 1,000. */
  users(organization: OrganizationId): Promise<readonly Account[]>
  account(organization: OrganizationId, id: UserId): Promise<Account | null>
  /** The account with this login name, and the hash of its password. */
  login(login: string): Promise<{ readonly account: Account; readonly password: string } | null>
  /** Ends the user's sessions as well. */
  setLogin(
    user: { readonly organization: OrganizationId; readonly id: UserId },
    login: string,
    password: string,
    reach: Account['reach'],
  ): Promise<'set' | 'missing' | 'taken'>
  /** An inactive user's sessions, grants and tokens end. Returns false if there is no such user. */
  setUserStatus(organization: OrganizationId, id: UserId, status: UserStatus, at: number): Promise<boolean>
  /** In order of id, at most `limit`. */
  organizationsOf(agency: string, limit: number): Promise<readonly Organization[]>

  /** Rejects if the id exists already. */
  createClient(client: NewClient): Promise<Client>
  client(id: ClientId): Promise<{ readonly client: Client; readonly secret: Sha256 | null } | null>
  /** Newest first, at most 1,000. */
  clients(organization: OrganizationId): Promise<readonly Client[]>
  /** The distinct redirect URIs of all clients that are not revoked. */
  redirectUris(): Promise<readonly string[]>

  /** Creates a grant with its first code and tokens in one commit. */
  createGrant(input: NewGrant): Promise<Grant>
  /** The newest valid grant of this session to this client. */
  sessionGrant(session: SessionId, client: ClientId): Promise<Grant | null>
  /** Whether a refresh token that this user consented to is still valid. */
  hasRefresh(client: ClientId, user: UserId): Promise<boolean>
  isGoodRefresh(hash: Sha256, at: number): Promise<boolean>
  exchangeCode(exchange: CodeExchange): Promise<Exchanged>
  exchangeRefresh(exchange: RefreshExchange): Promise<Exchanged>
  /** Creates a token of one of the agency's organizations under the grant of the agency's token `parent`; null if that is invalid. */
  deriveToken(parent: TokenId, organization: OrganizationId, access: NewAccess, at: number): Promise<Token | null>
  /** Revokes an access token, or a refresh token's grant with all its codes and tokens. Returns false if the secret is unknown. */
  revokeSecret(hash: Sha256, at: number): Promise<boolean>
  /** Revokes its codes and tokens as well. Returns false if it does not exist or was revoked before. */
  revokeGrant(id: GrantId, at: number): Promise<boolean>

  createSession(session: NewSession): Promise<void>
  /** Returns null if it does not exist, or its user may no longer log in. */
  session(hash: Sha256): Promise<Session | null>
  touchSession(id: SessionId, at: number): Promise<void>
  /** Ends the grants bound to the session as well. Ending it twice is no error. */
  endSession(hash: Sha256, at: number): Promise<void>
  /** Counts one attempt under each key; returns false and counts nothing if one of the limits is reached. */
  countAttempt(limits: readonly AttemptLimit[], at: number, since: number): Promise<boolean>
  /** Call after a correct password: resets the first key's count, undoes one attempt of the others. */
  forgiveAttempt(keys: readonly Sha256[]): Promise<void>

  /** Deletes codes, tokens and sessions that ended before `before`, and grants without any left; at most `limit` of each. */
  forgetEnded(before: number, limit: number): Promise<void>

  createToken(token: NewToken): Promise<Token>
  tokenHolder(hash: Sha256): Promise<TokenHolder | null>
  /** Newest first, at most 1,000; null: of all organizations. */
  tokens(page: TokenPage): Promise<readonly Token[]>
  /** Null if the organization has no such token. */
  token(organization: OrganizationId, id: TokenId): Promise<Token | null>
  /** Returns false if there is no such token or it was revoked before. */
  revokeToken(id: TokenId, at: number): Promise<boolean>
  touchTokens(uses: readonly { readonly id: TokenId; readonly at: number }[]): Promise<void>
}
