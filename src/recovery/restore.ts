/** A backup becomes a data folder: all of it, or a folder that says that it is not restored yet. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createDiskView, openDiskBlobs } from '../blobs/disk.ts'
import { makeFolder } from '../blobs/new-folder.ts'
import { copyResting, publishCatalog, type Report } from '../catalog/copy.ts'
import { openSqliteInspection } from '../catalog/inspection.ts'
import { lockFolder, type FolderLock } from '../catalog/lock.ts'
import { isEmpty, readMark, removeMark, setMark } from '../catalog/mark.ts'
import type { Finding } from '../core/findings.ts'
import { dropUnnamed, replicate, type Replicated } from '../core/replica.ts'
import { mustBeApart } from './backup.ts'

export interface RestoreOrder {
  readonly from: string
  readonly data: string
  /** Finishes although some bytes are missing from the backup or wrong in it; their attachments will not open. */
  readonly acceptLoss: boolean
  readonly signal: AbortSignal
  readonly found: (finding: Finding) => void
  readonly progress: (done: number, all: number) => void
}

export interface Restored extends Replicated {
  /** When the backup was taken, as ISO 8601. */
  readonly takenAt: string | null
  /** False: something was found, and losing it was not accepted. */
  readonly finished: boolean
}

/** Errors: NothingToRestore, NotEmpty, FolderInUse, and the disk's own; then the folder says that it is not restored. */
export async function restore(order: RestoreOrder): Promise<Restored> {
  const { from, data } = order
  const mark = readMark(from, 'backup')
  if (mark === null || !existsSync(join(from, 'catalog.db'))) throw new NothingToRestore(from)
  mustBeApart(from, data)
  await makeFolder(data)
  const lock = lockFolder(data)
  const backupLock = lockUnlessReadOnly(from)
  try {
    if (readMark(data, 'restoring') === null && !isEmpty(data)) throw new NotEmpty(data)
    setMark(data, 'restoring', { from })
    return { ...(await intoFolder(order)), takenAt: takenAtIn(mark) }
  } finally {
    backupLock?.release()
    lock.release()
  }
}

async function intoFolder(order: RestoreOrder): Promise<Omit<Restored, 'takenAt'>> {
  const { from, data } = order
  let losses = 0
  const found = (finding: Finding) => {
    losses += 1
    order.found(finding)
  }
  const copied = await bytesOf({ ...order, found })
  if (losses > 0 && !order.acceptLoss) return { ...copied, finished: false }
  const next = join(data, 'catalog.next')
  copyResting(join(from, 'catalog.db'), next)
  publishCatalog(next, join(data, 'catalog.db'))
  removeMark(data, 'restoring')
  return { ...copied, finished: true }
}

async function bytesOf({ from, data, signal, found, progress }: RestoreOrder): Promise<Replicated> {
  const inspection = openSqliteInspection(from)
  const to = await openDiskBlobs(join(data, 'blobs'))
  try {
    const [damage] = await inspection.damage(false)
    if (damage !== undefined) throw new Error(`The catalog of the backup ${from} is damaged: ${damage}.`)
    const report: Report = (done, all) => progress(done, all)
    const source = createDiskView(join(from, 'blobs'))
    const copied = await replicate({ inspection, from: source, to, signal, found, progress: report })
    // What an earlier try brought from another backup.
    await dropUnnamed({ inspection, to })
    return copied
  } finally {
    await to.close()
    await inspection.close()
  }
}

/** Where nothing can be written, no backup can be running either. */
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

/** No backup was ever finished there. */
export class NothingToRestore extends Error {
  override readonly name = 'NothingToRestore'

  constructor(folder: string) {
    super(`The folder ${folder} holds no finished backup; name the folder that dossier backup wrote to.`)
  }
}

/** A restored copy never mixes with what is there. */
export class NotEmpty extends Error {
  override readonly name = 'NotEmpty'

  constructor(folder: string) {
    super(`The data folder ${folder} is not empty; restore into an empty or a new folder.`)
  }
}
