/** Who makes a copy holds a lease: until it runs out, claimed bytes are not handed out for removal. */
import type { LeaseTable } from '../schema.ts'
import { columns, type Op, one, type Params, run, statement } from '../statement.ts'

const removeEnded = statement((db, p: Params<{ at: number }>) =>
  db.deleteFrom('lease').where('expires_at', '<=', p('at')),
)

const insert = statement((db, p: Params<Pick<LeaseTable, keyof LeaseTable>>) =>
  db.insertInto('lease').values(columns(p, 'id', 'expires_at')),
)

const prolong = statement((db, p: Params<{ id: string; at: number; until: number }>) =>
  db
    .updateTable('lease')
    .set({ expires_at: p('until') })
    .where('id', '=', p('id'))
    .where('expires_at', '>', p('at'))
    .returning('id'),
)

const remove = statement((db, p: Params<{ id: string }>) => db.deleteFrom('lease').where('id', '=', p('id')))

const removeAll = statement((db, _: Params<Record<string, never>>) => db.deleteFrom('lease'))

const selectOne = statement((db, p: Params<{ at: number }>) =>
  db.selectFrom('lease').select('id').where('expires_at', '>', p('at')).limit(1),
)

export function* beginLease(id: string, at: number, until: number): Op<void> {
  yield* run(removeEnded({ at }))
  yield* run(remove({ id }))
  yield* run(insert({ id, expires_at: until }))
}

export function* prolongLease(id: string, at: number, until: number): Op<boolean> {
  return (yield* one(prolong({ id, at, until }))) !== null
}

export function* endLease(id: string): Op<void> {
  yield* run(remove({ id }))
}

export function* endLeases(): Op<void> {
  yield* run(removeAll({}))
}

export function* isLeased(at: number): Op<boolean> {
  return (yield* one(selectOne({ at }))) !== null
}
