/**
 * A consistent copy taken during uploads: first a snapshot of the catalog, then the bytes that the snapshot references.
 * For all kinds of stores, the copy is a folder with a SQLite catalog and files, restorable into any stores.
 * The lease begins before the catalog is copied, so no bytes that the copy references are removed before they are copied.
 * The new catalog replaces the old one last: until then the folder is the previous backup, plus bytes that it does not need.
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
import { dropUnnamed, replicate, type Replicated } from '../core/integrity/replica.ts'
import { mustBeHere, openCatalog, openInspection, openStoredBlobs, placesOf } from '../server/stores.ts'
import { beginLease } from './lease.ts'
import type { Places } from './reading-state.ts'

export interface BackupOrder {
  readonly config: Config
  readonly to: string
  readonly signal: AbortSignal
  readonly found: (finding: Finding) => void
  readonly progress: (stage: 'catalog' | 'files', done: number, all: number) => void
}

export interface BackedUp extends Replicated {
  readonly stores: Places
  /** Blobs of the previous backup that this one does not reference. */
  readonly dropped: number
}

/** Errors: NoCatalog, NotServable, MovedAway, NotABackup, FolderInUse, and the stores' own. Copied files are kept for the next run. */
export async function backUp(order: BackupOrder): Promise<BackedUp> {
  const { config, to } = order
  await mustHaveCatalog(config)
  mustBeServable(config.data)
  mustBeApart(config.data, to)
  await makeFolder(to)
  const lock = lockFolder(to)
  try {
    if (readMark(to, 'backup') === null && !isEmpty(to)) throw new NotABackup(to)
    if (readMark(to, 'backup') === null) setMark(to, 'backup', { takenAt: null })
    return await intoFolder(order)
  } finally {
    lock.release()
  }
}

/** Checked before the catalog is opened, because opening creates a missing catalog and migrates an older one. Throws `NoCatalog`. */
async function mustHaveCatalog(config: Config): Promise<void> {
  try {
    await (await openInspection(config)).close()
  } catch (error) {
    if (!(error instanceof CatalogTooOld)) throw error
  }
}

async function intoFolder(order: BackupOrder): Promise<BackedUp> {
  const { config, to } = order
  const takenAt = new Date().toISOString()
  const copied = await copy(order)
  publishCatalog(join(to, 'catalog.next'), join(to, 'catalog.db'))
  setMark(to, 'backup', { takenAt })
  const inspection = openSqliteInspection(to)
  const blobs = await openDiskBlobs(join(to, 'blobs'))
  try {
    return { stores: placesOf(config), ...copied, dropped: await dropUnnamed({ inspection, to: blobs }) }
  } finally {
    await blobs.close()
    await inspection.close()
  }
}

async function copy(order: BackupOrder): Promise<Replicated> {
  const { config, to } = order
  const catalog = await mustBeHere(await openCatalog(config), config)
  const lease = await beginLease(catalog, `backup to ${to}`)
  try {
    const copied = await copyBoth(order)
    await lease.mustLast()
    return copied
  } finally {
    await lease.end()
    await catalog.close()
  }
}

async function copyBoth(order: BackupOrder): Promise<Replicated> {
  const { config, to, signal, progress } = order
  // Opened first, so that a store's refusal is reported before a large catalog is copied.
  const from = await openStoredBlobs(config)
  try {
    const next = join(to, 'catalog.next')
    await catalogOf(config, next, (done, all) => {
      signal.throwIfAborted()
      progress('catalog', done, all)
    })
    return await bytesOf({ ...order, next, from })
  } finally {
    await from.close()
  }
}

async function catalogOf({ databaseUrl, data }: Config, next: string, report: Report): Promise<void> {
  if (databaseUrl === null) return copyCatalog(join(data, 'catalog.db'), next, report)
  await (await import('../catalog/postgres/copy.ts')).copyPostgres(databaseUrl, next, report)
}

async function bytesOf(
  order: BackupOrder & { readonly next: string; readonly from: StoredBlobs },
): Promise<Replicated> {
  const { from, signal, found, progress } = order
  const inspection = openSqliteInspection(order.to, order.next)
  const to = await openDiskBlobs(join(order.to, 'blobs'))
  try {
    const report: Report = (done, all) => progress('files', done, all)
    return await replicate({ inspection, from, to, signal, found, progress: report })
  } finally {
    await to.close()
    await inspection.close()
  }
}

/** The target folder is not empty and holds no backup. */
export class NotABackup extends Error {
  override readonly name = 'NotABackup'

  constructor(folder: string) {
    super(
      `The folder ${folder} is not empty and no backup; name an empty or a new folder, or that of an earlier backup.`,
    )
  }
}

/** Throws if one folder contains the other: it would be copied into itself, or swept together with it. */
export function mustBeApart(one: string, other: string): void {
  const isInside = (inner: string, outer: string) => !/^\.\.(?:[\\/]|$)/.test(relative(resolve(outer), resolve(inner)))
  if (isInside(one, other) || isInside(other, one))
    throw new Error(`The folders ${one} and ${other} lie within each other; name two that do not.`)
}
