import type { NewAccess, NewCode, NewGrant, NewRefresh } from '../../core/ports/accounts-catalog.ts'
import type {
  ClientId,
  Grant,
  GrantId,
  OrganizationId,
  RefreshTokenId,
  SessionId,
  Sha256,
  Token,
  TokenId,
  UserId,
} from '../../core/model/model.ts'
import { grantOf } from '../rows.ts'
import type { CodeTable, GrantTable, RefreshTokenTable } from '../schema.ts'
import { all, columns, one, type Op, type Params, run, statement } from '../statement.ts'
import { createToken } from './tokens.ts'
import { account } from './users.ts'

const FACTS = ['id', 'client', 'organization', 'agency', 'user', 'scopes', 'by', 'session'] as const
const SHOWN = [...FACTS, 'created_at', 'revoked_at'] as const

const insert = statement((db, p: Params<Pick<GrantTable, keyof GrantTable>>) =>
  db
    .insertInto('grant')
    .values(columns(p, ...SHOWN))
    .returning(SHOWN),
)

const select = statement((db, p: Params<{ id: GrantId }>) =>
  db.selectFrom('grant').select(SHOWN).where('id', '=', p('id')),
)

const insertCode = statement((db, p: Params<Pick<CodeTable, keyof CodeTable>>) =>
  db
    .insertInto('code')
    .values(columns(p, 'hash', 'grant', 'redirect_uri', 'challenge', 'offline', 'expires_at', 'used_at')),
)

const insertRefresh = statement((db, p: Params<Pick<RefreshTokenTable, keyof RefreshTokenTable>>) =>
  db
    .insertInto('refresh_token')
    .values(columns(p, 'id', 'hash', 'grant', 'client', 'user', 'created_at', 'expires_at', 'spent_at', 'revoked_at')),
)

type Owner = { client: ClientId; user: UserId }

const selectGoodRefresh = statement((db, p: Params<Owner & { most: number }>) =>
  db
    .selectFrom('refresh_token')
    .select('id')
    .where('client', '=', p('client'))
    .where('user', '=', p('user'))
    .where('spent_at', 'is', null)
    .where('revoked_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(1_000)
    .offset(p('most')),
)

const dropRefresh = statement((db, p: Params<{ id: RefreshTokenId; at: number }>) =>
  db
    .updateTable('refresh_token')
    .set({ revoked_at: p('at') })
    .where('id', '=', p('id')),
)

const selectConsented = statement((db, p: Params<Owner>) =>
  db
    .selectFrom('refresh_token as r')
    .innerJoin('grant as g', 'g.id', 'r.grant')
    .select('r.id')
    .where('r.client', '=', p('client'))
    .where('r.user', '=', p('user'))
    .where('r.spent_at', 'is', null)
    .where('r.revoked_at', 'is', null)
    .where('g.by', '=', 'consent')
    .limit(1),
)

const selectOfSession = statement((db, p: Params<{ session: SessionId; client: ClientId }>) =>
  db
    .selectFrom('grant')
    .select(SHOWN)
    .where('session', '=', p('session'))
    .where('client', '=', p('client'))
    .where('revoked_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(1),
)

const selectParent = statement((db, p: Params<{ id: TokenId; at: number }>) =>
  db
    .selectFrom('token')
    .select(['agency', 'client', 'grant', 'scopes', 'expires_at'])
    .where('id', '=', p('id'))
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', p('at'))])),
)

export function* createGrant({ grant, at, code, access, refresh }: NewGrant): Op<Grant> {
  const { id, client, organization, agency, user, by, session } = grant
  const scopes = JSON.stringify(grant.scopes)
  const own = { id, client, organization, agency, user, scopes, by, session }
  const row = yield* one(insert({ ...own, created_at: at, revoked_at: null }))
  if (row === null) throw new Error('The database did not answer with the grant it had just kept.')
  const made = grantOf(row)
  if (code !== null) yield* addCode(made, code)
  if (refresh !== null) yield* addRefresh(made, refresh, at)
  if (access !== null) yield* addAccess(made, access, refresh?.id ?? null, at)
  return made
}

export function* findGrant(id: GrantId): Op<Grant | null> {
  const row = yield* one(select({ id }))
  return row && grantOf(row)
}

const selectGood = statement((db, p: Params<{ hash: Sha256; at: number }>) =>
  db
    .selectFrom('refresh_token')
    .select('id')
    .where('hash', '=', p('hash'))
    .where('spent_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', p('at'))])),
)

export function* isGoodRefresh(hash: Sha256, at: number): Op<boolean> {
  return (yield* one(selectGood({ hash, at }))) !== null
}

export function* sessionGrant(session: SessionId, client: ClientId): Op<Grant | null> {
  const row = yield* one(selectOfSession({ session, client }))
  return row && grantOf(row)
}

export function* hasRefresh(client: ClientId, user: UserId): Op<boolean> {
  return (yield* one(selectConsented({ client, user }))) !== null
}

export function* addAccess(grant: Grant, access: NewAccess, refresh: RefreshTokenId | null, at: number): Op<Token> {
  const { organization, agency, client, scopes } = grant
  const isOwn = organization !== null && grant.user !== null && (yield* account(organization, grant.user)) !== null
  // Somebody of the agency has no name of their own in its other organizations.
  const user = organization === null || isOwn ? grant.user : null
  return yield* createToken({
    ...access,
    organization,
    agency,
    user,
    client,
    scopes,
    grant: grant.id,
    refresh,
    at,
    parent: null,
  })
}

export function* deriveToken(
  parent: TokenId,
  organization: OrganizationId,
  access: NewAccess,
  at: number,
): Op<Token | null> {
  const from = yield* one(selectParent({ id: parent, at }))
  if (from === null) return null
  const { agency, client, grant, expires_at: end } = from
  const scopes = JSON.parse(from.scopes) as string[]
  const expiresAt =
    end === null || access.expiresAt === null ? (access.expiresAt ?? end) : Math.min(access.expiresAt, end)
  return yield* createToken({
    ...access,
    expiresAt,
    organization,
    agency,
    user: null,
    client,
    scopes,
    grant,
    refresh: null,
    at,
    parent,
  })
}

/** Of one user and client only so many stay good; the oldest go. */
export function* addRefresh(grant: Grant, refresh: NewRefresh, at: number): Op<void> {
  const { id, hash, expiresAt: expires_at, most } = refresh
  const { client, user } = grant
  const times = { created_at: at, expires_at, spent_at: null, revoked_at: null }
  yield* run(insertRefresh({ id, hash, grant: grant.id, client, user, ...times }))
  if (most === null || user === null) return
  for (const old of yield* all(selectGoodRefresh({ client, user, most }))) yield* run(dropRefresh({ id: old.id, at }))
}

function* addCode(grant: Grant, code: NewCode): Op<void> {
  const { hash, redirectUri: redirect_uri, challenge, offline, expiresAt: expires_at } = code
  const own = { hash, grant: grant.id, redirect_uri, challenge, offline: offline ? 1 : 0, expires_at, used_at: null }
  yield* run(insertCode(own))
}
