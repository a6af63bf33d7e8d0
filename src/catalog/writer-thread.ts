/** The inside of the writer thread: the only place of a process that writes to the catalog. */
import { workerData } from 'node:worker_threads'
import { createGroupCommit } from './group-commit.ts'
import { writes } from './operations/list.ts'
import { operationOf } from './operations/named.ts'
import { serve } from './serve.ts'
import { openSqlite } from './sqlite-connection.ts'
import type { ThreadData } from './thread.ts'

const { file, sheet } = workerData as ThreadData
const connection = openSqlite(file, 'write')

serve({
  answer: createGroupCommit(connection, (asked) => operationOf(writes, asked), sheet),
  close() {
    connection.database.pragma('wal_checkpoint(TRUNCATE)')
    connection.close()
  },
})
