/**
 * A consistent copy taken during uploads: first a snapshot of the catalog, then the bytes that the snapshot references.
 * For all kinds of stores, the copy is a folder with a SQLite catalog and files, restorable into any stores.
 * The lease begins before the catalog is copied, so referenced bytes are not removed before they are copied.
 * The new catalog replaces the old one last: until then the folder is the previous backup, with some additional bytes.
 */
import { join, relative, resolve } from 'node:path'
import { openDiskBlobs } from '../blobs/disk.ts'
import { makeFolder } from '../blobs/new-folder.ts'
import { copyCatalog, publishCatalog, type Report } from '../catalog/sqlite/copy.ts'
import { openSqliteInspection } from '../catalog/sqlite/inspection.ts'
import { lockFolder } from '../catalog/sqlite/lock.ts'
import { isEmpty, mustBeServable, readMark, setMark } from '../catalog/sqlite/folder-mark.ts'
import { CatalogTooOld } from '../catalog/sqlite/migrate.ts'
import type { Config } from '../config/config.ts'
import type { StoredBlobs } from '../core/ports/contracts.ts'
import type { Finding } from '../core/integrity/findings.ts'
import { removeUnreferenced, replicate, type Replicated } from '../core/integrity/replica.ts'
import { mustBeCurrent, openCatalog, openInspection, openStoredBlobs, storeLocationsOf } from '../server/stores.ts'
import { beginLease } from './lease.ts'
import type { StoreLocations } from './reading-state.ts'

interface BackupOptions {
  readonly config: Config
  readonly to: string
  readonly signal: AbortSignal
  readonly found: (finding: Finding) => void
  readonly progress: (stage: 'catalog' | 'files', done: number, all: number) => void
}

interface BackupResult extends Replicated {
  readonly stores: StoreLocations
  /** Blobs of the previous backup that this one does not reference. */
  readonly dropped: number
}

/**
 * Errors: NoCatalog, NotServable, MovedAway, NotABackup, FolderInUse, and the stores' own.
 * Copied files are kept for the next run.
 */
export async function createBackup(options: BackupOptions): Promise<BackupResult> {
  const { config, to } = options
  await mustHaveCatalog(config)
  mustBeServable(config.data)
  mustNotNest(config.data, to)
  await makeFolder(to)
  const lock = lockFolder(to)
  try {
    if (readMark(to, 'backup') === null && !isEmpty(to)) throw new NotABackup(to)
    if (readMark(to, 'backup') === null) setMark(to, 'backup', { takenAt: null })
    return await copyIntoFolder(options)
  } finally {
    lock.release()
  }
}

/** Throws `NoCatalog`. Called before the catalog is opened, because opening creates a missing one and migrates an older. */
async function mustHaveCatalog(config: Config): Promise<void> {
  try {
    await (await openInspection(config)).close()
  } catch (error) {
    if (!(error instanceof CatalogTooOld)) throw error
  }
}

async function copyIntoFolder(options: BackupOptions): Promise<BackupResult> {
  const { config, to } = options
  const takenAt = new Date().toISOString()
  const copied = await copyUnderLease(options)
  publishCatalog(join(to, 'catalog.next'), join(to, 'catalog.db'))
  setMark(to, 'backup', { takenAt })
  const inspection = openSqliteInspection(to)
  const blobs = await openDiskBlobs(join(to, 'blobs'))
  try {
    return { stores: storeLocationsOf(config), ...copied, dropped: await removeUnreferenced({ inspection, to: blobs }) }
  } finally {
    await blobs.close()
    await inspection.close()
  }
}

async function copyUnderLease(options: BackupOptions): Promise<Replicated> {
  const { config, to } = options
  const catalog = await mustBeCurrent(await openCatalog(config), config)
  const lease = await beginLease(catalog, `backup to ${to}`)
  try {
    const copied = await copyCatalogAndFiles(options)
    await lease.mustBeValid()
    return copied
  } finally {
    await lease.end()
    await catalog.close()
  }
}

async function copyCatalogAndFiles(options: BackupOptions): Promise<Replicated> {
  const { config, to, signal, progress } = options
  // Opened first, so that a store's refusal is reported before a large catalog is copied.
  const from = await openStoredBlobs(config)
  try {
    const next = join(to, 'catalog.next')
    await snapshotCatalog(config, next, (done, all) => {
      signal.throwIfAborted()
      progress('catalog', done, all)
    })
    return await copyFiles({ ...options, next, from })
  } finally {
    await from.close()
  }
}

async function snapshotCatalog({ databaseUrl, data }: Config, next: string, report: Report): Promise<void> {
  if (databaseUrl === null) return copyCatalog(join(data, 'catalog.db'), next, report)
  await (await import('../catalog/postgres/copy.ts')).copyPostgres(databaseUrl, next, report)
}

async function copyFiles(
  options: BackupOptions & { readonly next: string; readonly from: StoredBlobs },
): Promise<Replicated> {
  const { from, signal, found, progress } = options
  const inspection = openSqliteInspection(options.to, options.next)
  const to = await openDiskBlobs(join(options.to, 'blobs'))
  try {
    const report: Report = (done, all) => progress('files', done, all)
    return await replicate({ inspection, from, to, signal, found, progress: report })
  } finally {
    await to.close()
    await inspection.close()
  }
}

/** The target folder is not empty and holds no backup. */
class NotABackup extends Error {
  override readonly name = 'NotABackup'

  constructor(folder: string) {
    super(
      `The folder ${folder} is not empty and no backup; name an empty or a new folder, or that of an earlier backup.`,
    )
  }
}

/** Throws if one folder contains the other: it would be copied into itself, or swept together with it. */
export function mustNotNest(one: string, other: string): void {
  const isInside = (inner: string, outer: string) => !/^\.\.(?:[\\/]|$)/.test(relative(resolve(outer), resolve(inner)))
  if (isInside(one, other) || isInside(other, one))
    throw new Error(`The folders ${one} and ${other} lie within each other; name two that do not.`)
}
