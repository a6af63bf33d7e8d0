import { copyRows, prune, removeDatabase, type Report } from '../sqlite/copy.ts'
import { flush } from '../sqlite/folder-mark.ts'
import { migrate } from '../sqlite/migrate.ts'
import { atOneMoment } from '../moving/postgres-end.ts'
import { openSqlite } from '../sqlite/connection.ts'

/** A catalog in PostgreSQL as it is at one moment, row by row, in a file of SQLite's: what `copyCatalog` makes of a file. */
export async function copyPostgres(url: string, to: string, report: Report): Promise<void> {
  removeDatabase(to)
  const connection = openSqlite(to, 'write')
  try {
    migrate(connection, Date.now())
    // Flushed as a whole when it is complete; until then nobody reads it.
    connection.database.pragma('synchronous = OFF')
    await atOneMoment(url, (read) => copyRows(read, async (op) => connection.run(op), report))
  } finally {
    connection.close()
  }
  prune(to)
  flush(to)
}
