import type { NewSession, Session } from '../../core/ports/accounts-catalog.ts'
import type { OrganizationId, SessionId, Sha256, UserId } from '../../core/model/model.ts'
import { accountOf, organizationOf } from '../rows.ts'
import type { SessionTable } from '../schema.ts'
import { columns, one, type Op, type Params, run, statement } from '../statement.ts'
import { endGrantsOfSession } from './grant-endings.ts'

const insert = statement((db, p: Params<Pick<SessionTable, keyof SessionTable>>) =>
  db
    .insertInto('session')
    .values(columns(p, 'id', 'hash', 'organization', 'user', 'created_at', 'used_at', 'expires_at')),
)

const select = statement((db, p: Params<{ hash: Sha256 }>) =>
  db
    .selectFrom('session as s')
    .innerJoin('user as u', (join) => join.onRef('u.organization', '=', 's.organization').onRef('u.id', '=', 's.user'))
    .innerJoin('organization as o', 'o.id', 's.organization')
    .select(['s.id', 's.organization', 's.created_at', 's.used_at', 's.expires_at'])
    .select(['u.id as user_id', 'u.name', 'u.email', 'u.login', 'u.status', 'u.reach', 'u.profile'])
    .select(['o.name as organization_name', 'o.agency', 'o.properties', 'o.created_at as organization_created_at'])
    .where('s.hash', '=', p('hash'))
    .where('u.status', '=', 'active'),
)

const selectId = statement((db, p: Params<{ hash: Sha256 }>) =>
  db.selectFrom('session').select('id').where('hash', '=', p('hash')),
)

const touch = statement((db, p: Params<{ id: SessionId; at: number }>) =>
  db
    .updateTable('session')
    .set({ used_at: p('at') })
    .where('id', '=', p('id'))
    .where('used_at', '<', p('at')),
)

const remove = statement((db, p: Params<{ hash: Sha256 }>) => db.deleteFrom('session').where('hash', '=', p('hash')))

const removeOfUser = statement((db, p: Params<{ organization: OrganizationId; user: UserId }>) =>
  db.deleteFrom('session').where('organization', '=', p('organization')).where('user', '=', p('user')),
)

export function* createSession(session: NewSession): Op<void> {
  const { id, hash, organization, user, at, expiresAt, replaces } = session
  if (replaces !== null) yield* run(remove({ hash: replaces }))
  yield* run(insert({ id, hash, organization, user, created_at: at, used_at: at, expires_at: expiresAt }))
}

export function* session(hash: Sha256): Op<Session | null> {
  const row = yield* one(select({ hash }))
  if (row === null) return null
  const { id, created_at: createdAt, used_at: usedAt, expires_at: expiresAt } = row
  const named = { id: row.organization, name: row.organization_name, created_at: row.organization_created_at }
  const organization = organizationOf({ ...named, agency: row.agency, properties: row.properties })
  return { id, account: accountOf({ ...row, id: row.user_id }), organization, createdAt, usedAt, expiresAt }
}

export function* touchSession(id: SessionId, at: number): Op<void> {
  yield* run(touch({ id, at }))
}

export function* endSession(hash: Sha256, at: number): Op<void> {
  const found = yield* one(selectId({ hash }))
  if (found === null) return
  yield* run(remove({ hash }))
  yield* endGrantsOfSession(found.id, at)
}

export function* removeSessionsOfUser(organization: OrganizationId, user: UserId): Op<void> {
  yield* run(removeOfUser({ organization, user }))
}
