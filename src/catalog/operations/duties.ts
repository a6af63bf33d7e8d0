/** One statement decides who has a duty, whoever else asks at the same time. */
import { type Op, one, type Params, statement } from '../statement.ts'

type Taking = { name: string; node: string; at: number; until: number }

const take = statement((db, p: Params<Taking>) =>
  db
    .insertInto('duty')
    .values({ name: p('name'), node: p('node'), expires_at: p('until') })
    .onConflict((held) =>
      held
        .column('name')
        .doUpdateSet({ node: p('node'), expires_at: p('until') })
        .where((where) => where.or([where('duty.node', '=', p('node')), where('duty.expires_at', '<=', p('at'))])),
    )
    .returning('node'),
)

export function* takeDuty(name: string, node: string, at: number, until: number): Op<boolean> {
  return (yield* one(take({ name, node, at, until }))) !== null
}
