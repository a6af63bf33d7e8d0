/** Stores that a backup is being restored into. No server starts on them before the restore is complete. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { publishCatalog, type Report } from '../catalog/sqlite/copy.ts'
import { lockFolder } from '../catalog/sqlite/lock.ts'
import { isEmpty, readMark, removeMark, setMark } from '../catalog/sqlite/folder-mark.ts'
import type { Config } from '../config/config.ts'
import { openBlobs, ownsFolder, storeLocationsOf } from '../server/stores.ts'
import { NotEmpty } from './not-empty.ts'
import type { Backup, DatabaseTarget } from './restore-database.ts'

export interface Target {
  /** Path for the copy of the backup's catalog. */
  readonly next: string
  /** Called when all files are copied: publishes the catalog and makes the stores servable. */
  finish(report: Report): Promise<void>
  close(): Promise<void>
}

/** Errors: NotEmpty, FolderInUse, and those of the database. */
export async function openTarget(config: Config, backup: Backup): Promise<Target> {
  const { data, databaseUrl } = config
  const next = join(data, 'catalog.next')
  const lock = ownsFolder(config) ? lockFolder(data) : null
  let database: DatabaseTarget | null = null
  try {
    if (databaseUrl !== null)
      database = await (await import('./restore-database.ts')).openDatabaseTarget(databaseUrl, backup)
    const isGoingOn = ownsFolder(config) ? readMark(data, 'restoring') !== null : database?.isGoingOn === true
    if (!isGoingOn) await mustBeEmpty(config)
    if (ownsFolder(config)) setMark(data, 'restoring', { from: backup.from })
    await database?.begin()
  } catch (error) {
    await database?.close()
    lock?.release()
    throw error
  }
  return {
    next,
    async finish(report) {
      if (database === null) publishCatalog(next, join(data, 'catalog.db'))
      else await database.fill(next, report)
      if (ownsFolder(config)) removeMark(data, 'restoring')
    },
    async close() {
      // Already published or copied into the database; otherwise the next attempt creates it again.
      rmSync(next, { force: true })
      await database?.close()
      lock?.release()
    },
  }
}

async function mustBeEmpty(config: Config): Promise<void> {
  if (ownsFolder(config) && !isEmpty(config.data)) throw new NotEmpty(`The data folder ${config.data}`, 'folder')
  if (config.blobsUrl === null) return
  const blobs = await openBlobs(config)
  try {
    for await (const { key } of blobs.list())
      throw new NotEmpty(`${storeLocationsOf(config).bytes} (it has ${key})`, 'bucket or prefix')
  } finally {
    await blobs.close()
  }
}
