import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** Someone else serves this data folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse'

  constructor(folder: string) {
    super(`The data folder ${folder} is in use by another Dossier; stop that one first, or choose another folder.`)
  }
}

const LOOKING_MS = 100

export interface FolderLock {
  release(): void
}

/** A database that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<Database.Database>()

/**
 * One server per data folder. The lock is an open transaction on a file of its own, so that the operating system frees it
 * however the process ends; unlike a lock file with a process id in it, it cannot go stale. Throws `FolderInUse`.
 */
export function lockFolder(folder: string, file = 'lock.db'): FolderLock {
  mkdirSync(folder, { recursive: true })
  // Whoever looks whether it is locked holds it for a moment.
  const database = new Database(join(folder, file), { timeout: LOOKING_MS })
  try {
    database.exec('begin exclusive')
  } catch (error) {
    database.close()
    throw isBusy(error) ? new FolderInUse(folder) : error
  }
  held.add(database)
  return {
    release() {
      held.delete(database)
      database.close()
    },
  }
}

/** Whether somebody holds the lock just now. */
export function isLocked(folder: string): boolean {
  let database: Database.Database
  try {
    database = new Database(join(folder, 'lock.db'), { timeout: 0, readonly: true, fileMustExist: true })
  } catch {
    return false
  }
  try {
    database.prepare('select count(*) from sqlite_schema').get()
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    database.close()
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
}
