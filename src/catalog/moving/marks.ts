/** What a catalog knows of the move that it takes part in, and which of its rows changed meanwhile. */
import { sql } from 'kysely'
import type { Moved } from '../../core/ports/moves-catalog.ts'
import type { MoveTable } from '../schema.ts'
import { all, columns, type Op, one, type Params, run, statement } from '../statement.ts'
import type { Key } from './rows.ts'

export type MoveMark = { readonly [K in keyof MoveTable]: MoveTable[K] }

const select = statement((db, _: Params<Record<string, never>>) => db.selectFrom('move').selectAll().limit(1))

const insert = statement((db, p: Params<Pick<MoveTable, keyof MoveTable>>) =>
  db
    .insertInto('move')
    .values(columns(p, 'id', 'role', 'state', 'target', 'store', 'place', 'fenced_until', 'began_at', 'ended_at')),
)

const remove = statement((db, _: Params<Record<string, never>>) => db.deleteFrom('move'))

const reach = statement((db, p: Params<{ place: string }>) => db.updateTable('move').set({ place: p('place') }))

const end = statement((db, p: Params<{ store: string | null; at: number }>) =>
  db.updateTable('move').set({ state: 'moved', store: p('store'), ended_at: p('at'), fenced_until: null }),
)

const unfence = statement((db, _: Params<Record<string, never>>) => db.updateTable('move').set({ fenced_until: null }))

const selectChanges = statement((db, p: Params<{ table: string; after: string; limit: number }>) =>
  db
    .selectFrom('move_change')
    .select(['id', 'row_key'])
    .where('moved_table', '=', p('table'))
    .where('id', '>', p('after'))
    .orderBy('id')
    .limit(p('limit')),
)

const selectAnyChange = statement((db, _: Params<Record<string, never>>) =>
  db.selectFrom('move_change').select('id').limit(1),
)

const removeChanges = statement((db, _: Params<Record<string, never>>) => db.deleteFrom('move_change'))

export function* mark(): Op<MoveMark | null> {
  return yield* one(select({}))
}

/** What is being copied into is nobody's yet. */
export function* mustNotBeFilled(name: string): Op<void> {
  if ((yield* mark())?.role === 'new') throw new MoveUnfinished(name)
}

export function* moved(): Op<Moved | null> {
  const row = yield* mark()
  if (row === null || row.state !== 'moved') return null
  return { target: row.target, store: row.store, at: row.ended_at ?? row.began_at }
}

export function* setMark(row: MoveMark): Op<void> {
  yield* run(insert(row))
}

export function* forgetMove(): Op<void> {
  yield* run(remove({}))
  yield* run(removeChanges({}))
}

export function* saveCursor(place: string): Op<void> {
  yield* run(reach({ place }))
}

/** `now` is the engine's own clock in milliseconds, as SQL: who looks at the fence asks the same one. */
export function fenceFor(now: string): (ms: number) => Op<void> {
  const set = statement((db, p: Params<{ ms: number }>) =>
    db.updateTable('move').set({ fenced_until: sql<number>`${sql.raw(now)} + ${p('ms')}` }),
  )
  return function* (ms) {
    yield* run(set({ ms }))
  }
}

export function* liftFence(): Op<void> {
  yield* run(unfence({}))
}

/** From now on nothing is written here, unless something was written meanwhile that is not copied: then false. */
export function* seal(store: string | null, at: number): Op<boolean> {
  if ((yield* one(selectAnyChange({}))) !== null) return false
  yield* run(end({ store, at }))
  return true
}

export interface Change {
  readonly id: string
  readonly key: Key
}

export function* changes(table: string, after: string, limit: number): Op<readonly Change[]> {
  const rows = yield* all(selectChanges({ table, after, limit }))
  return rows.map(({ id, row_key: key }) => ({ id, key: JSON.parse(key) as string[] }))
}

/** Half of it may be missing. */
class MoveUnfinished extends Error {
  override readonly name = 'MoveUnfinished'

  constructor(name: string) {
    super(
      `What is being copied into this catalog (${name}) is not complete: run the same dossier move or restore again to go on with it, or delete what it has brought.`,
    )
  }
}
