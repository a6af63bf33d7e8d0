/** The inside of the writer thread: the only place of a process that writes to the catalog. */
import { workerData } from 'node:worker_threads'
import { createGroupCommit } from './group-commit.ts'
import { writes } from './operations/list.ts'
import { operationOf } from './operations/named.ts'
import { serve } from './serve.ts'
import { openSqlite } from './sqlite-connection.ts'

const connection = openSqlite(String(workerData), 'write')

serve({
  answer: createGroupCommit(connection, (asked) => operationOf(writes, asked)),
  close() {
    connection.database.pragma('wal_checkpoint(TRUNCATE)')
    connection.close()
  },
})
