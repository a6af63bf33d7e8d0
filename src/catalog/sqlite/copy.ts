import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { NoCatalog } from './inspection.ts'
import { flush } from './folder-mark.ts'
import { migrate } from './migrate.ts'
import { countAll, pagesOf } from '../moving/comparison.ts'
import type { Run } from '../moving/end.ts'
import { forgetMove } from '../moving/marks.ts'
import { putRows } from '../moving/rows.ts'
import { TABLES } from '../moving/tables.ts'
import { sqliteTriggers } from '../moving/triggers.ts'
import { forgetClaimed } from '../operations/blobs.ts'
import { endLeases } from '../operations/leases.ts'
import { openSqlite } from './connection.ts'

/** Pages between two looks at how far it is (4 MB). */
const STEP = 1_024

export type Report = (done: number, all: number) => void

/**
 * A copy of the catalog as it is at one moment, while others go on writing to it. The copy is one file, without what was
 * to be removed anyway: claimed bytes, leases. Flushed when it resolves.
 */
export async function copyCatalog(from: string, to: string, report: Report): Promise<void> {
  if (!existsSync(from)) throw new NoCatalog(dirname(from))
  removeDatabase(to)
  const { database } = openSqlite(from, 'read')
  try {
    // The copy begins anew whenever somebody writes, unless it is made inside one read.
    database.exec('begin')
    database.prepare('select max(version) from migration').get()
    await database.backup(to, {
      progress({ totalPages, remainingPages }) {
        report(totalPages - remainingPages, totalPages)
        return STEP
      },
    })
  } finally {
    database.close()
  }
  prune(to)
  flush(to)
}

/** Into a catalog that has none, or the same ones already. */
export async function copyRows(read: Run, write: Run, report: Report): Promise<void> {
  const all = await countAll({ read })
  let done = 0
  for (const table of TABLES) {
    for await (const rows of pagesOf(read, table)) {
      await write(putRows(table, rows))
      report((done += rows.length), Math.max(all, done))
    }
  }
}

/** What a copy comes without. */
export function prune(file: string): void {
  const connection = openSqlite(file, 'write')
  try {
    connection.run(forgetClaimed())
    connection.run(endLeases())
    for (const statement of sqliteTriggers.drop) connection.database.exec(statement)
    connection.run(forgetMove())
    // The log becomes part of the file: nothing of the copy lies beside it.
    connection.database.pragma('journal_mode = DELETE')
  } finally {
    connection.close()
  }
}

/** A finished copy takes the place of what is at `to`, at once and for good. */
export function publishCatalog(copy: string, to: string): void {
  for (const end of ['-wal', '-shm', '-journal']) rmSync(to + end, { force: true })
  renameSync(copy, to)
  flush(dirname(to))
}

/** Of a catalog that nobody writes to; an older Dossier's is brought up to this one's schema. Throws `CatalogTooNew`. */
export function copyResting(from: string, to: string): void {
  removeDatabase(to)
  copyFileSync(from, to)
  chmodSync(to, 0o600)
  const connection = openSqlite(to, 'write')
  try {
    migrate(connection, Date.now())
    connection.database.pragma('journal_mode = DELETE')
  } finally {
    connection.close()
  }
  flush(to)
}

export function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true })
}
