import type { AttemptLimit } from '../../core/ports/accounts-catalog.ts'
import type { Sha256 } from '../../core/model/model.ts'
import type { LoginAttemptTable } from '../schema.ts'
import { columns, one, type Op, type Params, run, statement } from '../statement.ts'

const removeOlder = statement((db, p: Params<{ since: number }>) =>
  db.deleteFrom('login_attempt').where('began_at', '<=', p('since')),
)

const select = statement((db, p: Params<{ key: Sha256 }>) =>
  db.selectFrom('login_attempt').select('failures').where('key', '=', p('key')),
)

const insert = statement((db, p: Params<Pick<LoginAttemptTable, keyof LoginAttemptTable>>) =>
  db.insertInto('login_attempt').values(columns(p, 'key', 'failures', 'began_at')),
)

const change = statement((db, p: Params<{ key: Sha256; by: number }>) =>
  db
    .updateTable('login_attempt')
    .set((row) => ({ failures: row('failures', '+', p('by')) }))
    .where('key', '=', p('key')),
)

const remove = statement((db, p: Params<{ key: Sha256 }>) => db.deleteFrom('login_attempt').where('key', '=', p('key')))

/** Counted before the password is looked at: any number of guesses at once are still so many guesses. */
export function* countAttempt(limits: readonly AttemptLimit[], at: number, since: number): Op<boolean> {
  yield* run(removeOlder({ since }))
  for (const { key, most } of limits) {
    const found = yield* one(select({ key }))
    if (found !== null && found.failures >= most) return false
  }
  for (const { key } of limits) {
    if ((yield* one(select({ key }))) === null) yield* run(insert({ key, failures: 1, began_at: at }))
    else yield* run(change({ key, by: 1 }))
  }
  return true
}

export function* forgiveAttempt(keys: readonly Sha256[]): Op<void> {
  for (const [index, key] of keys.entries()) yield* run(index === 0 ? remove({ key }) : change({ key, by: -1 }))
}
