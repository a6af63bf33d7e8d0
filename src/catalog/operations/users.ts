import type { Account, OrganizationId, UserId, UserStatus } from '../../core/model/model.ts'
import { accountOf } from '../rows.ts'
import { all, columns, type Db, one, type Op, type Params, run, statement } from '../statement.ts'
import { endGrantsOfUser } from './grant-endings.ts'
import { organization as findOrganization } from './organizations.ts'
import { removeSessionsOfUser } from './sessions.ts'

const MOST = 1_000
const SHOWN = ['id', 'organization', 'name', 'email', 'login', 'status', 'reach', 'profile'] as const

type Key = { organization: OrganizationId; id: UserId }

const insert = statement((db, p: Params<Key & { name: string; email: string }>) =>
  db.insertInto('user').values(columns(p, 'organization', 'id', 'name', 'email')),
)

const shown = (db: Db) => db.selectFrom('user').select(SHOWN)

const select = statement((db, p: Params<Key>) =>
  shown(db).where('organization', '=', p('organization')).where('id', '=', p('id')),
)

const selectAll = statement((db, p: Params<{ organization: OrganizationId }>) =>
  shown(db).where('organization', '=', p('organization')).orderBy('id').limit(MOST),
)

const selectLogin = statement((db, p: Params<{ login: string }>) =>
  shown(db).select('password').where('login', '=', p('login')),
)

const updateLogin = statement((db, p: Params<Key & { login: string; password: string; reach: Account['reach'] }>) =>
  db
    .updateTable('user')
    .set({ login: p('login'), password: p('password'), reach: p('reach') })
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id')),
)

const updateStatus = statement((db, p: Params<Key & { status: UserStatus }>) =>
  db
    .updateTable('user')
    .set({ status: p('status') })
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id'))
    .returning('id'),
)

export function* createUser(user: Key & { name: string; email: string }): Op<Account | null> {
  if ((yield* findOrganization(user.organization)) === null) return null
  const { organization, id, name, email } = user
  yield* run(insert({ organization, id, name, email }))
  return yield* account(organization, id)
}

export function* account(organization: OrganizationId, id: UserId): Op<Account | null> {
  const row = yield* one(select({ organization, id }))
  return row && accountOf(row)
}

export function* users(organization: OrganizationId): Op<readonly Account[]> {
  return (yield* all(selectAll({ organization }))).map(accountOf)
}

export function* login(name: string): Op<{ account: Account; password: string } | null> {
  const row = yield* one(selectLogin({ login: name }))
  return row === null || row.password === null ? null : { account: accountOf(row), password: row.password }
}

export function* setLogin(
  { organization, id }: Key,
  name: string,
  password: string,
  reach: Account['reach'],
): Op<'set' | 'missing' | 'taken'> {
  if ((yield* account(organization, id)) === null) return 'missing'
  const holder = yield* one(selectLogin({ login: name }))
  if (holder !== null && holder.id !== id) return 'taken'
  yield* run(updateLogin({ organization, id, login: name, password, reach }))
  yield* removeSessionsOfUser(organization, id)
  return 'set'
}

export function* setUserStatus(organization: OrganizationId, id: UserId, status: UserStatus, at: number): Op<boolean> {
  if ((yield* one(updateStatus({ organization, id, status }))) === null) return false
  if (status === 'active') return true
  yield* removeSessionsOfUser(organization, id)
  yield* endGrantsOfUser(organization, id, at)
  return true
}
