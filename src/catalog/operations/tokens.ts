import type { NewToken, TokenHolder, TokenPage } from '../../core/ports/accounts-catalog.ts'
import type {
  OrganizationId,
  Profile,
  ProfileId,
  Sha256,
  Token,
  TokenId,
  User,
  UserId,
} from '../../core/model/model.ts'
import { organizationOf, profileOf, tokenOf } from '../rows.ts'
import type { TokenTable } from '../schema.ts'
import type { Selectable } from 'kysely'
import { endDerived } from './derived.ts'
import { all, type Bindable, columns, type Db, type Op, one, type Params, run, statement } from '../statement.ts'

/** Above every id of 19 digits, in any collation. */
const LAST = '9'.repeat(20) as TokenId

interface Page extends Readonly<Record<string, Bindable>> {
  readonly before: TokenId
  readonly limit: number
}

const FACTS = ['id', 'kind', 'organization', 'agency', 'user', 'client', 'label', 'scopes', 'grant', 'parent'] as const
const TIMES = ['created_at', 'expires_at', 'last_used_at', 'revoked_at'] as const

const insert = statement((db, p: Params<Selectable<TokenTable>>) =>
  db
    .insertInto('token')
    .values(columns(p, ...FACTS, ...TIMES, 'hash', 'refresh'))
    .returning([...FACTS, ...TIMES]),
)

/** A token without a user acts in the name of its organization's first one. */
const selectHolder = statement((db, p: Params<{ hash: Sha256 }>) =>
  db
    .selectFrom('token as t')
    .leftJoin('organization as o', 'o.id', 't.organization')
    .leftJoin('user as u', (join) =>
      join
        .onRef('u.organization', '=', 't.organization')
        .on((on) => on('u.id', '=', on.fn.coalesce('t.user', 'o.first_user'))),
    )
    .select([
      't.id',
      't.kind',
      't.organization',
      't.agency',
      't.user',
      't.client',
      't.label',
      't.scopes',
      't.grant',
      't.parent',
    ])
    .select(['t.created_at', 't.expires_at', 't.last_used_at', 't.revoked_at'])
    .select(['o.name as organization_name', 'o.agency as organization_agency'])
    .select(['o.properties as organization_properties', 'o.created_at as organization_created_at'])
    .leftJoin('profile as f', (join) =>
      join.onRef('f.organization', '=', 'u.organization').onRef('f.id', '=', 'u.profile'),
    )
    .select(['u.id as user_id', 'u.name as user_name', 'u.email as user_email'])
    .select([
      'f.id as profile_id',
      'f.name as profile_name',
      'f.rules as profile_rules',
      'f.allowed as profile_allowed',
      'f.created_at as profile_created_at',
    ])
    .where('t.hash', '=', p('hash')),
)

const newestFirst = (db: Db, p: Params<Page>) =>
  db
    .selectFrom('token')
    .select([...FACTS, ...TIMES])
    .where('id', '<', p('before'))
    .orderBy('id', 'desc')
    .limit(p('limit'))

const selectPage = statement((db, p: Params<Page>) => newestFirst(db, p))

const selectPageOf = statement((db, p: Params<Page & { organization: OrganizationId }>) =>
  newestFirst(db, p).where('organization', '=', p('organization')),
)

const selectPageOfUser = statement((db, p: Params<Page & { organization: OrganizationId; user: UserId }>) =>
  newestFirst(db, p).where('organization', '=', p('organization')).where('user', '=', p('user')),
)

const selectOne = statement((db, p: Params<{ organization: OrganizationId; id: TokenId }>) =>
  db
    .selectFrom('token')
    .select([...FACTS, ...TIMES])
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id')),
)

const revoke = statement((db, p: Params<{ id: TokenId; at: number }>) =>
  db
    .updateTable('token')
    .set({ revoked_at: p('at') })
    .where('id', '=', p('id'))
    .where('revoked_at', 'is', null)
    .returning('id'),
)

const touch = statement((db, p: Params<{ id: TokenId; at: number }>) =>
  db
    .updateTable('token')
    .set({ last_used_at: p('at') })
    .where('id', '=', p('id'))
    .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', p('at'))])),
)

export function* createToken(token: NewToken): Op<Token> {
  const row = yield* one(
    insert({
      id: token.id,
      kind: token.kind,
      hash: token.hash,
      organization: token.organization,
      agency: token.agency,
      user: token.user,
      client: token.client,
      label: token.label,
      scopes: JSON.stringify(token.scopes),
      created_at: token.at,
      expires_at: token.expiresAt,
      last_used_at: null,
      revoked_at: null,
      grant: token.grant,
      refresh: token.refresh,
      parent: token.parent,
    }),
  )
  if (row === null) throw new Error('The database did not answer with the token it had just kept.')
  return tokenOf(row)
}

export function* tokenHolder(hash: Sha256): Op<TokenHolder | null> {
  const row = yield* one(selectHolder({ hash }))
  if (row === null) return null
  const { organization: id, organization_name: name, organization_agency: agency } = row
  const { organization_properties: properties, organization_created_at: created_at } = row
  const isOwned = id !== null && name !== null && agency !== null && properties !== null && created_at !== null
  const organization = isOwned ? organizationOf({ id, name, agency, properties, created_at }) : null
  return { token: tokenOf(row), organization, user: userOf(id, row), profile: profileIn(id, row) }
}

export function* tokens({ organization, user, before, limit }: TokenPage): Op<readonly Token[]> {
  const page = { before: before ?? LAST, limit }
  if (organization === null) return (yield* all(selectPage(page))).map(tokenOf)
  if (user === null) return (yield* all(selectPageOf({ ...page, organization }))).map(tokenOf)
  return (yield* all(selectPageOfUser({ ...page, organization, user }))).map(tokenOf)
}

export function* token(organization: OrganizationId, id: TokenId): Op<Token | null> {
  const row = yield* one(selectOne({ organization, id }))
  return row && tokenOf(row)
}

export function* revokeToken(id: TokenId, at: number): Op<boolean> {
  if ((yield* one(revoke({ id, at }))) === null) return false
  yield* endDerived([id], at)
  return true
}

export function* touchTokens(uses: readonly { readonly id: TokenId; readonly at: number }[]): Op<void> {
  for (const { id, at } of uses) yield* run(touch({ id, at }))
}

function profileIn(
  organization: OrganizationId | null,
  row: {
    profile_id: ProfileId | null
    profile_name: string | null
    profile_rules: string | null
    profile_allowed: string | null
    profile_created_at: number | null
  },
): Profile | null {
  const { profile_id: id, profile_name: name, profile_rules: rules, profile_created_at: created_at } = row
  const isThere = organization !== null && id !== null && name !== null && rules !== null && created_at !== null
  return isThere ? profileOf({ organization, id, name, rules, allowed: row.profile_allowed ?? '[]', created_at }) : null
}

function userOf(
  organization: OrganizationId | null,
  row: { user_id: User['id'] | null; user_name: string | null; user_email: string | null },
): User | null {
  const { user_id: id, user_name: name, user_email: email } = row
  return organization !== null && id !== null && name !== null && email !== null
    ? { id, organization, name, email }
    : null
}
