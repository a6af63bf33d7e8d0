import type { NewRole } from '../../core/ports/permissions-catalog.ts'
import type { OrganizationId, Role, RoleId } from '../../core/model/model.ts'
import { roleOf } from '../rows.ts'
import type { RoleTable } from '../schema.ts'
import { all, columns, type Op, one, type Params, run, statement } from '../statement.ts'

const MOST = 1_000

type Key = { organization: OrganizationId; id: RoleId }

const insert = statement((db, p: Params<Pick<RoleTable, keyof RoleTable>>) =>
  db
    .insertInto('role')
    .values(columns(p, 'organization', 'id', 'name', 'parent', 'path', 'created_at'))
    .onConflict((on) => on.columns(['organization', 'name']).doNothing())
    .returningAll(),
)

const select = statement((db, p: Params<Key>) =>
  db.selectFrom('role').selectAll().where('organization', '=', p('organization')).where('id', '=', p('id')),
)

const selectAll = statement((db, p: Params<{ organization: OrganizationId }>) =>
  db.selectFrom('role').selectAll().where('organization', '=', p('organization')).orderBy('id').limit(MOST),
)

const selectUser = statement((db, p: Params<Key>) =>
  db.selectFrom('user').select('id').where('organization', '=', p('organization')).where('role', '=', p('id')).limit(1),
)

const selectBelow = statement((db, p: Params<Key>) =>
  db
    .selectFrom('role')
    .select('id')
    .where('organization', '=', p('organization'))
    .where('parent', '=', p('id'))
    .limit(1),
)

const remove = statement((db, p: Params<Key>) =>
  db.deleteFrom('role').where('organization', '=', p('organization')).where('id', '=', p('id')),
)

export function* createRole({ organization, id, name, parent, at }: NewRole): Op<Role | 'taken' | 'no_parent'> {
  const above = parent === null ? null : yield* one(select({ organization, id: parent }))
  if (parent !== null && above === null) return 'no_parent'
  const path = `${above?.path ?? ''}${id}/`
  const row = yield* one(insert({ organization, id, name, parent, path, created_at: at }))
  return row === null ? 'taken' : roleOf(row)
}

export function* hasRole(organization: OrganizationId, id: RoleId): Op<boolean> {
  return (yield* one(select({ organization, id }))) !== null
}

export function* roles(organization: OrganizationId): Op<readonly Role[]> {
  return (yield* all(selectAll({ organization }))).map(roleOf)
}

export function* removeRole(organization: OrganizationId, id: RoleId): Op<'removed' | 'missing' | 'used'> {
  if (!(yield* hasRole(organization, id))) return 'missing'
  const used = (yield* one(selectUser({ organization, id }))) ?? (yield* one(selectBelow({ organization, id })))
  if (used !== null) return 'used'
  yield* run(remove({ organization, id }))
  return 'removed'
}
