/** Restores a backup into any stores: completely, or leaving stores that are marked as not restored. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createDiskView } from '../blobs/disk.ts'
import { makeFolder } from '../blobs/new-folder.ts'
import { copyResting, type Report } from '../catalog/sqlite/copy.ts'
import { openSqliteInspection } from '../catalog/sqlite/inspection.ts'
import { lockFolder, type FolderLock } from '../catalog/sqlite/lock.ts'
import { readMark } from '../catalog/sqlite/folder-mark.ts'
import type { Config } from '../config/config.ts'
import type { Finding } from '../core/integrity/findings.ts'
import { removeUnreferenced, replicate, type Replicated } from '../core/integrity/replica.ts'
import { openBlobs, storeLocationsOf } from '../server/stores.ts'
import { mustNotNest } from './backup.ts'
import type { StoreLocations } from './reading-state.ts'
import { openTarget, type Target } from './restore-target.ts'

interface RestoreOptions {
  readonly from: string
  readonly config: Config
  /** Completes although some bytes are missing or damaged in the backup; their attachments cannot be downloaded. */
  readonly acceptLoss: boolean
  readonly signal: AbortSignal
  readonly found: (finding: Finding) => void
  readonly progress: (stage: 'files' | 'catalog', done: number, all: number) => void
}

interface Restored extends Replicated {
  readonly stores: StoreLocations
  /** When the backup was taken, as ISO 8601. */
  readonly takenAt: string | null
  /** False: findings were reported and the loss was not accepted. */
  readonly finished: boolean
}

/** Errors: NothingToRestore, NotEmpty, FolderInUse, and the stores' own; the stores then stay marked as not restored. */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { from, config } = options
  const mark = readMark(from, 'backup')
  if (mark === null || !existsSync(join(from, 'catalog.db'))) throw new NothingToRestore(from)
  mustNotNest(from, config.data)
  await makeFolder(config.data)
  const takenAt = takenAtIn(mark)
  const target = await openTarget(config, { from, takenAt })
  const backupLock = lockUnlessReadOnly(from)
  try {
    return { ...(await restoreInto(target, options)), takenAt, stores: storeLocationsOf(config) }
  } finally {
    backupLock?.release()
    await target.close()
  }
}

/** Works on a copy of the backup's catalog: an older version is migrated, and the backup stays unchanged. */
async function restoreInto(target: Target, options: RestoreOptions): Promise<Omit<Restored, 'takenAt' | 'stores'>> {
  const { from, signal, progress } = options
  let losses = 0
  const found = (finding: Finding) => {
    losses += 1
    options.found(finding)
  }
  copyResting(join(from, 'catalog.db'), target.next)
  const copied = await copyFiles(target, { ...options, found })
  if (losses > 0 && !options.acceptLoss) return { ...copied, finished: false }
  await target.finish((done, all) => {
    signal.throwIfAborted()
    progress('catalog', done, all)
  })
  return { ...copied, finished: true }
}

async function copyFiles(
  { next }: Target,
  { from, config, signal, found, progress }: RestoreOptions,
): Promise<Replicated> {
  const inspection = openSqliteInspection(from, next)
  const to = await openBlobs(config)
  try {
    const [damage] = await inspection.damage(false)
    if (damage !== undefined) throw new Error(`The catalog of the backup ${from} is damaged: ${damage}.`)
    const report: Report = (done, all) => progress('files', done, all)
    const source = createDiskView(join(from, 'blobs'))
    const copied = await replicate({ inspection, from: source, to, signal, found, progress: report })
    // Removes files that an earlier attempt copied from another backup.
    await removeUnreferenced({ inspection, to })
    return copied
  } finally {
    await to.close()
    await inspection.close()
  }
}

/** Returns null for a read-only folder, in which no backup can be running. */
function lockUnlessReadOnly(folder: string): FolderLock | null {
  try {
    return lockFolder(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (/^(SQLITE_READONLY|SQLITE_CANTOPEN|EROFS|EACCES)/.test(code)) return null
    throw error
  }
}

function takenAtIn(mark: object): string | null {
  return 'takenAt' in mark && typeof mark.takenAt === 'string' ? mark.takenAt : null
}

/** The folder holds no completed backup. */
class NothingToRestore extends Error {
  override readonly name = 'NothingToRestore'

  constructor(folder: string) {
    super(`The folder ${folder} holds no finished backup; name the folder that dossier backup wrote to.`)
  }
}
