import type { MetricsBuffer } from '../../core/ports/metrics-buffer.ts'
import type { SqliteConnection } from './connection.ts'
import type { Op } from '../statement.ts'
import { type Asked, type Reply, thrown } from './thread-messages.ts'
import { countFailed, countGroup } from './writer-metrics.ts'

/**
 * Runs operations in one transaction: one commit for all of them. One that throws is taken back alone;
 * when the transaction itself fails, nobody's work was kept and everybody is told.
 *
 * Operations decide before they write, so hardly any throws. A savepoint for each costs a third of all the work,
 * so the first try goes without; only a group in which something was thrown is run again with them.
 */
export function createGroupCommit(
  connection: SqliteConnection,
  operation: (asked: Asked) => Op<unknown>,
  buffer: MetricsBuffer | null = null,
): (group: readonly Asked[]) => readonly Reply[] {
  const { database } = connection
  const begin = database.prepare('begin immediate')
  const commit = database.prepare('commit')
  const rollback = database.prepare('rollback')
  const save = database.prepare('savepoint operation')
  const keep = database.prepare('release operation')
  const undo = database.prepare('rollback to operation')

  return (group) => {
    try {
      return together(group, run)
    } catch (error) {
      return group.length === 1 ? refuseAll(group, error) : apart(group)
    }
  }

  function refuseAll(group: readonly Asked[], error: unknown): readonly Reply[] {
    if (buffer !== null) countFailed(buffer, group.length)
    return group.map(({ id }) => ({ id, error: thrown(error) }))
  }

  function apart(group: readonly Asked[]): readonly Reply[] {
    try {
      return together(group, runAlone)
    } catch (error) {
      return refuseAll(group, error)
    }
  }

  function together(group: readonly Asked[], runOne: (asked: Asked) => Reply): readonly Reply[] {
    const beganAt = performance.now()
    begin.run()
    try {
      const replies = group.map(runOne)
      commit.run()
      if (buffer !== null) countGroup(buffer, group.length, performance.now() - beganAt)
      return replies
    } finally {
      if (database.inTransaction) rollback.run()
    }
  }

  function run(asked: Asked): Reply {
    return { id: asked.id, value: connection.run(operation(asked)) }
  }

  function runAlone(asked: Asked): Reply {
    save.run()
    try {
      const reply = run(asked)
      keep.run()
      return reply
    } catch (error) {
      // A full disk ends the whole transaction: what the neighbours wrote is gone as well.
      if (!database.inTransaction) throw error
      undo.run()
      keep.run()
      if (buffer !== null) countFailed(buffer, 1)
      return { id: asked.id, error: thrown(error) }
    }
  }
}
