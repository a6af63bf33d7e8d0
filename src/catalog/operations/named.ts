import type { Op } from '../statement.ts'
import type { Asked } from '../sqlite/thread-messages.ts'
import type { Operations } from '../sqlite/thread-calls.ts'

type Untyped = (...args: readonly unknown[]) => Op<unknown>

/** The operation that another thread asked for: the types were checked on its side. */
export function operationOf(operations: Operations, { name, args }: Asked): Op<unknown> {
  const operation = operations[name]
  if (operation === undefined) throw new Error(`The catalog has no operation "${name}".`)
  return (operation as Untyped)(...args)
}
