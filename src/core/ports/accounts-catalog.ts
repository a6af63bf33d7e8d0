/** The part of the catalog's contract that knows who may log in, which programs ask for access, what was given to them, and tokens. */
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
  /** The refresh token that it was had for. */
  readonly refresh: RefreshTokenId | null
}

/** A token with whom it stands for, in one read. */
export interface TokenHolder {
  readonly token: Token
  readonly organization: Organization | null
  readonly user: User | null
  /** The user's. */
  readonly profile: Profile | null
}

export interface NewClient {
  readonly id: ClientId
  readonly organization: OrganizationId
  readonly name: string
  readonly wire: Client['wire']
  readonly flows: readonly Flow[]
  /** Of the secret. */
  readonly secret: Sha256 | null
  readonly scopes: readonly string[]
  readonly redirectUris: readonly string[]
  readonly at: number
}

export interface NewCode {
  readonly hash: Sha256
  /** Null: the client need not name one. */
  readonly redirectUri: string | null
  readonly challenge: string | null
  /** Whether a refresh token comes with it. */
  readonly offline: boolean
  readonly expiresAt: number
}

/** An access token as far as its grant does not say it. */
export type NewAccess = Pick<NewToken, 'id' | 'kind' | 'hash' | 'label' | 'expiresAt'>

export interface NewRefresh {
  readonly id: RefreshTokenId
  readonly hash: Sha256
  readonly expiresAt: number | null
  /** Of one user and client so many stay; the oldest go. Null: all stay. */
  readonly most: number | null
}

export interface NewGrant {
  readonly grant: Omit<Grant, 'createdAt' | 'revokedAt'>
  readonly at: number
  readonly code: NewCode | null
  readonly access: NewAccess | null
  readonly refresh: NewRefresh | null
}

export interface Exchange {
  readonly client: ClientId
  readonly at: number
  /** What was presented. */
  readonly hash: Sha256
  readonly access: NewAccess
}

export interface CodeExchange extends Exchange {
  readonly redirectUri: string | null
  /** What the verifier that was presented makes of itself. */
  readonly challenge: string | null
  /** Given only when the code says so. */
  readonly refresh: NewRefresh
}

export interface RefreshExchange extends Exchange {
  /** Takes the place of the presented one; null: that stays good. */
  readonly next: NewRefresh | null
  /** So many access tokens for one refresh token since `since`; null: no limit. */
  readonly throttle: { readonly most: number; readonly since: number } | null
}

/** One of two that come at once is `issued`, the other is not. */
export type Exchanged =
  | { readonly outcome: 'issued'; readonly grant: Grant; readonly token: Token; readonly refreshed: boolean }
  /** Never given out, or of another client. */
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'expired' | 'revoked' | 'wrong_redirect' | 'wrong_verifier' | 'throttled' }
  /** Used before. A code's second use has ended its grant; a refresh token's has changed nothing. */
  | { readonly outcome: 'spent'; readonly grant: GrantId }

/** Somebody logged in with a browser. */
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
  /** The session that this one takes the place of. */
  readonly replaces: Sha256 | null
}

/** Wrong passwords under one key since `since`. */
export interface AttemptLimit {
  readonly key: Sha256
  readonly most: number
}

export interface AccountsCatalog {
  /** Null when the organization is not there. */
  createUser(user: {
    readonly id: UserId
    readonly organization: OrganizationId
    readonly name: string
    readonly email: string
  }): Promise<Account | null>
  /** In order of id, at most 1,000. */
  users(organization: OrganizationId): Promise<readonly Account[]>
  account(organization: OrganizationId, id: UserId): Promise<Account | null>
  /** Who logs in under this name, and the hash of the password. */
  login(login: string): Promise<{ readonly account: Account; readonly password: string } | null>
  /** Ends the user's sessions as well. */
  setLogin(
    user: { readonly organization: OrganizationId; readonly id: UserId },
    login: string,
    password: string,
    reach: Account['reach'],
  ): Promise<'set' | 'missing' | 'taken'>
  /** An inactive user's sessions, grants and tokens end. False when there is no such user. */
  setUserStatus(organization: OrganizationId, id: UserId, status: UserStatus, at: number): Promise<boolean>
  /** In order of id, at most `limit`. */
  organizationsOf(agency: string, limit: number): Promise<readonly Organization[]>

  /** Rejects when the id is taken. */
  createClient(client: NewClient): Promise<Client>
  client(id: ClientId): Promise<{ readonly client: Client; readonly secret: Sha256 | null } | null>
  /** Newest first, at most 1,000. */
  clients(organization: OrganizationId): Promise<readonly Client[]>
  /** Of all clients that are not revoked, each once. */
  redirectUris(): Promise<readonly string[]>

  /** What was given, with its first code and tokens: one commit. */
  createGrant(input: NewGrant): Promise<Grant>
  /** The newest good grant of this session to this client. */
  sessionGrant(session: SessionId, client: ClientId): Promise<Grant | null>
  /** Whether a refresh token that this user consented to is still good. */
  hasRefresh(client: ClientId, user: UserId): Promise<boolean>
  isGoodRefresh(hash: Sha256, at: number): Promise<boolean>
  exchangeCode(exchange: CodeExchange): Promise<Exchanged>
  exchangeRefresh(exchange: RefreshExchange): Promise<Exchanged>
  /** A token of one of the agency's organizations for an agency's own one, on whose grant it hangs; null when that is not good. */
  deriveToken(parent: TokenId, organization: OrganizationId, access: NewAccess, at: number): Promise<Token | null>
  /** An access token alone, or a refresh token's grant with everything that hangs on it. False when nobody has it. */
  revokeSecret(hash: Sha256, at: number): Promise<boolean>
  /** With everything that hangs on it. False when it is not there or was revoked before. */
  revokeGrant(id: GrantId, at: number): Promise<boolean>

  createSession(session: NewSession): Promise<void>
  /** Null when it is not there, or its user may not log in any more. */
  session(hash: Sha256): Promise<Session | null>
  touchSession(id: SessionId, at: number): Promise<void>
  /** Ending what has ended is no error. What was granted for it alone ends as well. */
  endSession(hash: Sha256, at: number): Promise<void>
  /** Counts one more under each key; false, and nothing counted, when one of them is full. */
  countAttempt(limits: readonly AttemptLimit[], at: number, since: number): Promise<boolean>
  /** The password was right after all: the first key begins anew, the others have one less. */
  forgiveAttempt(keys: readonly Sha256[]): Promise<void>

  /** Forgets codes, tokens and sessions that ended before `before`, and what nothing hangs on any more; at most `limit` of each. */
  forgetEnded(before: number, limit: number): Promise<void>

  createToken(token: NewToken): Promise<Token>
  tokenHolder(hash: Sha256): Promise<TokenHolder | null>
  /** Newest first, at most 1,000; null: of all organizations. */
  tokens(organization: OrganizationId | null): Promise<readonly Token[]>
  /** False when there is no such token or it was revoked before. */
  revokeToken(id: TokenId, at: number): Promise<boolean>
  touchTokens(uses: readonly { readonly id: TokenId; readonly at: number }[]): Promise<void>
}
