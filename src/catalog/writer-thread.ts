/** The inside of the writer thread: the only place of a process that writes to the catalog. */
import { createGroupCommit } from './group-commit.ts'
import { writes } from './operations/list.ts'
import { createLogFlush } from './log-flush.ts'
import { operationOf } from './operations/named.ts'
import { serve } from './serve.ts'
import { openSqlite } from './sqlite-connection.ts'
import { thrown } from './thread-messages.ts'

serve(({ file, sheet }) => {
  const connection = openSqlite(file, 'write')
  const log = createLogFlush(connection, file, sheet)
  const commit = createGroupCommit(connection, (asked) => operationOf(writes, asked), sheet)
  return {
    answer(group) {
      try {
        log.mustBeSound()
      } catch (error) {
        return group.map(({ id }) => ({ id, error: thrown(error) }))
      }
      return commit(group)
    },
    flush: () => log.flush(),
    close() {
      log.close()
      connection.database.pragma('wal_checkpoint(TRUNCATE)')
      connection.close()
    },
  }
})
