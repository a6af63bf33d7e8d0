import { type Op, type Params, run, statement } from '../statement.ts'

const look = statement((db, _: Params<Record<string, never>>) => db.selectFrom('migration').select('version').limit(1))

/** Answers where there is an engine that answers. */
export function* ping(): Op<void> {
  yield* run(look({}))
}
