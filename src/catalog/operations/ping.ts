import { CatalogMoved } from '../moving/fence.ts'
import { type Op, one, type Params, statement } from '../statement.ts'

const look = statement((db, _: Params<Record<string, never>>) =>
  db
    .selectFrom('migration')
    .leftJoin('move', (join) => join.on('role', '=', 'old').on('state', '=', 'moved').on('store', 'is', null))
    .select(['migration.version', 'move.id as moved'])
    .limit(1),
)

/** Answers where there is an engine that answers, and whose rows were not moved elsewhere. */
export function* ping(): Op<void> {
  const row = yield* one(look({}))
  if (row?.moved != null) throw new CatalogMoved()
}
