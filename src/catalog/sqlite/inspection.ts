/** A look at a catalog that changes nothing, also beside a running server: one read-only connection, on the caller's thread. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Inspection } from '../../core/ports/inspection.ts'
import { createInspection } from '../inspection-answers.ts'
import { mustKnow } from './migrate.ts'
import { openSqlite, type SqliteConnection } from './connection.ts'

/** There is none where it was looked for. */
export class NoCatalog extends Error {
  override readonly name = 'NoCatalog'

  constructor(place: string, setting = 'the data folder with --data') {
    super(`There is no catalog in ${place}; name ${setting}.`)
  }
}

const MOST_DAMAGES = 100

/** Throws `NoCatalog`, `CatalogTooNew` and `CatalogTooOld`. A damaged file opens: `damage` tells, and all else throws it. */
export function openSqliteInspection(folder: string, file = join(folder, 'catalog.db')): Inspection {
  if (!existsSync(file)) throw new NoCatalog(folder)
  const opened = openUnlessDamaged(file)
  return createInspection({
    async run(op) {
      if (opened instanceof Error) throw opened
      return opened.run(op)
    },
    damage: async (thorough) => (opened instanceof Error ? [opened.message] : damageIn(opened, thorough)),
    close: async () => {
      if (!(opened instanceof Error)) opened.close()
    },
  })
}

/** Even a setting may need a page that is damaged. */
function openUnlessDamaged(file: string): SqliteConnection | Error {
  let connection: SqliteConnection | null = null
  try {
    connection = openSqlite(file, 'read')
    // What is counted over a whole table is sorted on the disk.
    connection.database.pragma('temp_store = FILE')
    mustKnow(connection)
    return connection
  } catch (error) {
    connection?.close()
    if (isDamage(error)) return error
    throw error
  }
}

function damageIn({ database }: SqliteConnection, thorough: boolean): readonly string[] {
  const check = thorough ? 'integrity_check' : 'quick_check'
  try {
    const rows = database.pragma(`${check}(${String(MOST_DAMAGES)})`) as Record<string, unknown>[]
    return rows.map((row) => String(row[check])).filter((line) => line !== 'ok')
  } catch (error) {
    if (isDamage(error)) return [error.message]
    throw error
  }
}

function isDamage(error: unknown): error is Error {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)
}
