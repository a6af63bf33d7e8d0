/** The inside of the writer thread: the only place of a process that writes to the catalog. */
import { workerData } from 'node:worker_threads'
import { createGroupCommit } from './group-commit.ts'
import { writes } from './operations/list.ts'
import { createLogFlush } from './log-flush.ts'
import { operationOf } from './operations/named.ts'
import { serve } from './serve.ts'
import { openSqlite } from './sqlite-connection.ts'
import type { ThreadData } from './thread.ts'
import { thrown } from './thread-messages.ts'

const { file, sheet } = workerData as ThreadData
const connection = openSqlite(file, 'write')
const log = createLogFlush(connection, file, sheet)
const commit = createGroupCommit(connection, (asked) => operationOf(writes, asked), sheet)

serve({
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
})
