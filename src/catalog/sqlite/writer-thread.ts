/** The inside of the writer thread: the only place of a process that writes to the catalog. */
import { createGroupCommit } from './group-commit.ts'
import { writes } from '../operations/list.ts'
import { createLogFlush } from './log-flush.ts'
import { operationOf } from '../operations/named.ts'
import { serve } from './operation-server.ts'
import { openSqlite } from './connection.ts'
import { thrown } from './thread-messages.ts'

serve(({ file, buffer }) => {
  const connection = openSqlite(file, 'write')
  const log = createLogFlush(connection, file, buffer)
  const commit = createGroupCommit(connection, (asked) => operationOf(writes, asked), buffer)
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
