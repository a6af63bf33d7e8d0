/** A module that is removed is found no more at once; its records go in batches, and it goes after the last of them. */
import type { ModuleId, OrganizationId } from '../../core/model/model.ts'
import { type Op, one, type Params, run, statement } from '../statement.ts'

type Key = { organization: OrganizationId; id: ModuleId }

const hide = statement((db, p: Params<Key & { at: number; name: string }>) =>
  db
    .updateTable('module')
    .set({ removed_at: p('at'), name_key: p('name') })
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id'))
    .where('custom', '=', 1)
    .where('removed_at', 'is', null)
    .returning('id'),
)

const selectHidden = statement((db, _: Params<Record<string, never>>) =>
  db
    .selectFrom('module')
    .select(['organization', 'id'])
    .where('removed_at', 'is not', null)
    .orderBy('removed_at')
    .limit(1),
)

const hideRecords = statement((db, p: Params<Key & { at: number; limit: number }>) =>
  db
    .updateTable('record')
    .set({ removed_at: p('at') })
    .where('organization', '=', p('organization'))
    .where('id', 'in', (inner) =>
      inner
        .selectFrom('record')
        .select('id')
        .where('organization', '=', p('organization'))
        .where('module', '=', p('id'))
        .where('removed_at', 'is', null)
        .limit(p('limit')),
    )
    .returning('id'),
)

const removeFields = statement((db, p: Params<Key>) =>
  db.deleteFrom('field').where('organization', '=', p('organization')).where('module', '=', p('id')),
)

const remove = statement((db, p: Params<Key>) =>
  db.deleteFrom('module').where('organization', '=', p('organization')).where('id', '=', p('id')),
)

/** False when there is none, or when it is one that every organization has. */
export function* removeModule(organization: OrganizationId, id: ModuleId, at: number): Op<boolean> {
  // No module's name begins so, and its own is free for another one from now on.
  return (yield* one(hide({ organization, id, at, name: `~${id}` }))) !== null
}

/** Hides up to `limit` records of a removed module, or removes it when it has none; false when there is no such module. */
export function* clearModule(limit: number, at: number): Op<boolean> {
  const hidden = yield* one(selectHidden({}))
  if (hidden === null) return false
  if ((yield* one(hideRecords({ ...hidden, at, limit }))) !== null) return true
  yield* run(removeFields(hidden))
  yield* run(remove(hidden))
  return true
}
