import type { SqliteConnection } from './sqlite-connection.ts'
import type { Op } from './statement.ts'
import { type Asked, type Reply, thrown } from './thread-messages.ts'

/**
 * Runs operations in one transaction: one flush of the disk for all of them. Each has a savepoint, so one that throws is
 * taken back alone. When the commit itself fails, nobody's work was kept and everybody is told.
 */
export function createGroupCommit(
  connection: SqliteConnection,
  operation: (asked: Asked) => Op<unknown>,
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
      begin.run()
      const replies = group.map(runAlone)
      commit.run()
      return replies
    } catch (error) {
      if (database.inTransaction) rollback.run()
      return group.map(({ id }) => ({ id, error: thrown(error) }))
    }
  }

  function runAlone(asked: Asked): Reply {
    save.run()
    try {
      const value = connection.run(operation(asked))
      keep.run()
      return { id: asked.id, value }
    } catch (error) {
      // A full disk ends the whole transaction: what the neighbours wrote is gone as well.
      if (!database.inTransaction) throw error
      undo.run()
      keep.run()
      return { id: asked.id, error: thrown(error) }
    }
  }
}
