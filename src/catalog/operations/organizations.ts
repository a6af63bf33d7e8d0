import type { NewOrganization, OrganizationChange } from '../../core/ports/catalog.ts'
import type { Organization, OrganizationId, User, UserId } from '../../core/model/model.ts'
import { organizationOf } from '../rows.ts'
import type { OrganizationTable, UserTable } from '../schema.ts'
import { all, columns, type Op, one, type Params, run, statement } from '../statement.ts'
import { merged } from './merging.ts'
import { insertModule } from './modules.ts'

const SHOWN = ['id', 'name', 'agency', 'properties', 'created_at'] as const

const insertOrganization = statement(
  (db, p: Params<Omit<Pick<OrganizationTable, keyof OrganizationTable>, 'removed_at'>>) =>
    db
      .insertInto('organization')
      .values(columns(p, 'id', 'name', 'agency', 'properties', 'first_user', 'created_at'))
      .returning(SHOWN),
)

const insertUser = statement((db, p: Params<Pick<UserTable, 'organization' | 'id' | 'name' | 'email'>>) =>
  db.insertInto('user').values(columns(p, 'organization', 'id', 'name', 'email')),
)

const selectOrganization = statement((db, p: Params<{ id: OrganizationId }>) =>
  db.selectFrom('organization').select(SHOWN).where('id', '=', p('id')).where('removed_at', 'is', null),
)

const selectOrganizations = statement((db, p: Params<{ after: OrganizationId; limit: number }>) =>
  db
    .selectFrom('organization')
    .select(SHOWN)
    .where('id', '>', p('after'))
    .where('removed_at', 'is', null)
    .orderBy('id')
    .limit(p('limit')),
)

const update = statement((db, p: Params<{ id: OrganizationId; name: string; properties: string }>) =>
  db
    .updateTable('organization')
    .set({ name: p('name'), properties: p('properties') })
    .where('id', '=', p('id')),
)

const selectOfAgency = statement((db, p: Params<{ agency: string; limit: number }>) =>
  db.selectFrom('organization').select(SHOWN).where('agency', '=', p('agency')).orderBy('id').limit(p('limit')),
)

const selectFirstUser = statement((db, p: Params<{ organization: OrganizationId }>) =>
  db
    .selectFrom('organization as o')
    .innerJoin('user as u', (join) => join.onRef('u.organization', '=', 'o.id').onRef('u.id', '=', 'o.first_user'))
    .select(['u.id', 'u.organization', 'u.name', 'u.email'])
    .where('o.id', '=', p('organization'))
    .where('o.removed_at', 'is', null),
)

const selectUser = statement((db, p: Params<{ organization: OrganizationId; id: UserId }>) =>
  db
    .selectFrom('user')
    .select(['id', 'organization', 'name', 'email'])
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id')),
)

export function* createOrganization(input: NewOrganization): Op<Organization> {
  const row = yield* one(
    insertOrganization({
      id: input.id,
      name: input.name,
      agency: input.agency,
      properties: JSON.stringify(input.properties),
      first_user: input.user.id,
      created_at: input.at,
    }),
  )
  if (row === null) throw new Error('The database did not answer with the organization it had just kept.')
  yield* run(insertUser({ organization: input.id, ...input.user }))
  for (const module of input.modules) yield* insertModule(input.id, module)
  return organizationOf(row)
}

export function* organization(id: OrganizationId): Op<Organization | null> {
  const row = yield* one(selectOrganization({ id }))
  return row && organizationOf(row)
}

export function* updateOrganization(id: OrganizationId, change: OrganizationChange): Op<Organization | null> {
  const present = yield* organization(id)
  if (present === null) return null
  const properties = merged(present.properties, change.properties ?? {})
  const name = change.name ?? present.name
  yield* run(update({ id, name, properties: JSON.stringify(properties) }))
  return { ...present, name, properties }
}

/** Sorts before every id. */
const START = '' as OrganizationId

export function* organizations(after: OrganizationId | null, limit: number): Op<readonly Organization[]> {
  const rows = yield* all(selectOrganizations({ after: after ?? START, limit }))
  return rows.map(organizationOf)
}

export function* organizationsOf(agency: string, limit: number): Op<readonly Organization[]> {
  return (yield* all(selectOfAgency({ agency, limit }))).map(organizationOf)
}

export function* firstUser(organization: OrganizationId): Op<User | null> {
  return yield* one(selectFirstUser({ organization }))
}

export function* mustUser(organization: OrganizationId, id: UserId): Op<User> {
  const found = yield* one(selectUser({ organization, id }))
  if (found === null) throw new Error(`The organization ${organization} has no user ${id}.`)
  return found
}
