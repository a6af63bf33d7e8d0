import { randomBytes } from 'node:crypto'
import { constants, open, rm, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { BlobStore, ByteRange, StoredBlobs } from '../core/ports/contracts.ts'
import type { BlobKey } from '../core/model/model.ts'
import { arrivalOf } from './arrival.ts'
import { listFolders, openFolders, pathIn } from './folders.ts'
import type { Folders } from './folders.ts'
import { mustKey } from './key.ts'
import { OutgoingFile } from './outgoing.ts'
import { writeDurably } from './writing.ts'

/**
 * Blobs as files, `<folder>/<first two of the key>/<key>`, which are there whole and flushed or not at all.
 * The caller holds the folder's lock: what an earlier process left in `incoming` is removed at once.
 * `shared`: another thread of this process has opened it already, so nothing is made or cleared.
 * A range is taken as it is: one that begins past the end reads nothing, one that ends past it reads to the end.
 * A symbolic link where a blob should be is refused (ELOOP).
 */
export async function openDiskBlobs(folder: string, options: { readonly shared?: boolean } = {}): Promise<BlobStore> {
  const folders = await openFolders(folder, options.shared ?? false)
  return {
    put: async (key, bytes, signal) => putFile(folders, mustKey(key), bytes, signal),
    open: async (key, range) => openFile(folders.pathOf(mustKey(key)), range),
    check: async () => probe(folders),
    remove: async (key) => rm(folders.pathOf(mustKey(key)), { force: true }),
    list: (after) => folders.list(after === undefined ? '' : mustKey(after)),
    abandon: nothingBegun,
    close: () => folders.close(),
  }
}

/**
 * The same blobs for whoever works beside the process that holds the lock: nothing is made or cleared, and nothing is put.
 * A folder that is missing holds no blobs.
 */
export function createDiskView(folder: string): StoredBlobs {
  const pathOf = (key: BlobKey) => pathIn(folder, mustKey(key))
  return {
    open: async (key, range) => openFile(pathOf(key), range),
    remove: async (key) => rm(pathOf(key), { force: true }),
    list: (after) => listFolders(folder, after === undefined ? '' : mustKey(after)),
    abandon: nothingBegun,
  }
}

/** What is in `incoming` was cleared when the folder was opened. */
async function nothingBegun(): Promise<number> {
  return 0
}

async function putFile(
  folders: Folders,
  key: BlobKey,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const temporary = join(folders.incoming, `${key}-${randomBytes(8).toString('hex')}`)
  // O_EXCL: a file or link that somebody put there is an error and is never followed.
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await using(handle, () => writeDurably(arrivalOf(bytes, signal), handle))
    signal.throwIfAborted()
    await folders.publish(temporary, key)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** A file is written and taken away again: a folder that is there may still be full, or mounted for reading alone. */
async function probe(folders: Folders): Promise<void> {
  const path = join(folders.incoming, `probe-${randomBytes(8).toString('hex')}`)
  try {
    await writeFile(path, Buffer.alloc(4_096), { flag: 'wx', mode: 0o600 })
  } finally {
    await rm(path, { force: true })
  }
}

async function openFile(path: string, range: ByteRange | undefined): Promise<Readable | null> {
  // Node would notice only after it took the handle, and then never close it.
  if (range && !(range.start >= 0 && range.end >= range.start))
    throw new RangeError('A range that ends before it begins')
  const handle = await openOrNull(path)
  return handle && new OutgoingFile(handle, range)
}

async function openOrNull(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** Closes the handle after the work; a close that fails (a network file system) fails the work. */
async function using(handle: FileHandle, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    await handle.close().catch(() => undefined)
    throw error
  }
  await handle.close()
}
