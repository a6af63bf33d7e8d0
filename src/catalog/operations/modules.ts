import type { NewModule } from '../../core/ports/catalog.ts'
import type { Module, ModuleId, OrganizationId } from '../../core/model/model.ts'
import { moduleOf } from '../rows.ts'
import type { ModuleTable } from '../schema.ts'
import type { Selectable } from 'kysely'
import { all, columns, type Op, one, type Params, statement } from '../statement.ts'

const MOST = 1_000

const insert = statement((db, p: Params<Omit<Selectable<ModuleTable>, 'sharing' | 'removed_at'>>) =>
  db
    .insertInto('module')
    .values(columns(p, 'organization', 'id', 'name', 'name_key', 'singular', 'plural', 'custom', 'records'))
    .returningAll(),
)

const selectByName = statement((db, p: Params<{ organization: OrganizationId; name: string }>) =>
  db
    .selectFrom('module')
    .selectAll()
    .where('organization', '=', p('organization'))
    .where('name_key', '=', p('name'))
    .where('removed_at', 'is', null),
)

const selectModules = statement((db, p: Params<{ organization: OrganizationId }>) =>
  db
    .selectFrom('module')
    .selectAll()
    .where('organization', '=', p('organization'))
    .where('removed_at', 'is', null)
    .orderBy('id')
    .limit(MOST),
)

const addToCount = statement((db, p: Params<{ organization: OrganizationId; id: ModuleId; difference: number }>) =>
  db
    .updateTable('module')
    .set((set) => ({ records: set('records', '+', p('difference')) }))
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id'))
    .where('removed_at', 'is', null)
    .returning('id'),
)

/** How module names are compared: case, spaces and underscores make no difference. */
export function nameKey(name: string): string {
  return name.toLowerCase().replace(/[\s_]/g, '')
}

export function* insertModule(organization: OrganizationId, module: NewModule): Op<Module> {
  const row = yield* one(
    insert({
      organization,
      id: module.id,
      name: module.name,
      name_key: nameKey(module.name),
      singular: module.singular,
      plural: module.plural,
      custom: module.custom ? 1 : 0,
      records: 0,
    }),
  )
  if (row === null) throw new Error('The database did not answer with the module it had just kept.')
  return moduleOf(row)
}

export function* createModule(organization: OrganizationId, input: NewModule): Op<Module | null> {
  const twin = yield* module(organization, input.name)
  return twin === null ? yield* insertModule(organization, input) : null
}

export function* module(organization: OrganizationId, name: string): Op<Module | null> {
  const row = yield* one(selectByName({ organization, name: nameKey(name) }))
  return row && moduleOf(row)
}

export function* modules(organization: OrganizationId): Op<readonly Module[]> {
  const rows = yield* all(selectModules({ organization }))
  return rows.map(moduleOf)
}

/** Keeps the module's count of its records; false when there is no such module. */
export function* countRecords(organization: OrganizationId, id: ModuleId, difference: number): Op<boolean> {
  return (yield* one(addToCount({ organization, id, difference }))) !== null
}
