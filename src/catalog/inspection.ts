/** A look at a catalog that changes nothing, also beside a running server: one read-only connection, on the caller's thread. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Inspection } from '../core/inspection.ts'
import { mustKnow } from './migrate.ts'
import { bytes } from './operations/blobs.ts'
import { odd, stray } from './operations/catalog-bytes.ts'
import { blob, blobs, extent, miscounted, misled } from './operations/inspection.ts'
import { isLeased } from './operations/leases.ts'
import { holders } from './operations/mending.ts'
import { openSqlite, type SqliteConnection } from './sqlite-connection.ts'
import type { Op } from './statement.ts'

/** The folder holds no catalog. */
export class NoCatalog extends Error {
  override readonly name = 'NoCatalog'

  constructor(folder: string) {
    super(`There is no catalog in ${folder}; name the data folder with --data.`)
  }
}

const MOST_DAMAGES = 100

/** Throws `NoCatalog`, `CatalogTooNew` and `CatalogTooOld`. A damaged file opens: `damage` tells, and all else throws it. */
export function openSqliteInspection(folder: string, file = join(folder, 'catalog.db')): Inspection {
  if (!existsSync(file)) throw new NoCatalog(folder)
  const opened = openUnlessDamaged(file)
  const run = async <T>(op: Op<T>) => {
    if (opened instanceof Error) throw opened
    return opened.run(op)
  }
  return {
    blobs: (after, limit) => run(blobs(after, limit)),
    blob: (key) => run(blob(key)),
    bytes: (key) => run(bytes(key)),
    extent: () => run(extent()),
    miscounted: (after, limit) => run(miscounted(after, limit)),
    misled: (after, limit) => run(misled(after, limit)),
    odd: (after, limit) => run(odd(after, limit)),
    stray: (after, limit) => run(stray(after, limit)),
    holders: (keys) => run(holders(keys)),
    isLeased: (at) => run(isLeased(at)),
    damage: async (thorough) => (opened instanceof Error ? [opened.message] : damageIn(opened, thorough)),
    close: async () => {
      if (!(opened instanceof Error)) opened.close()
    },
  }
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
