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

/** The folder holds no catalog. */
export class NoCatalog extends Error {
  override readonly name = 'NoCatalog'

  constructor(folder: string) {
    super(`There is no catalog in ${folder}; name the data folder with --data.`)
  }
}

const MOST_DAMAGES = 100

/** Throws `NoCatalog`, `CatalogTooNew` and `CatalogTooOld`; a file that is damaged opens, and `damage` tells. */
export function openSqliteInspection(folder: string, file = join(folder, 'catalog.db')): Inspection {
  if (!existsSync(file)) throw new NoCatalog(folder)
  const connection = openSqlite(file, 'read')
  try {
    mustKnow(connection)
  } catch (error) {
    if (!isDamage(error)) {
      connection.close()
      throw error
    }
  }
  return {
    blobs: async (after, limit) => connection.run(blobs(after, limit)),
    blob: async (key) => connection.run(blob(key)),
    bytes: async (key) => connection.run(bytes(key)),
    extent: async () => connection.run(extent()),
    miscounted: async (after, limit) => connection.run(miscounted(after, limit)),
    misled: async (after, limit) => connection.run(misled(after, limit)),
    odd: async (after, limit) => connection.run(odd(after, limit)),
    stray: async (after, limit) => connection.run(stray(after, limit)),
    holders: async (keys) => connection.run(holders(keys)),
    isLeased: async (at) => connection.run(isLeased(at)),
    damage: async (thorough) => damageIn(connection, thorough),
    close: async () => connection.close(),
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
