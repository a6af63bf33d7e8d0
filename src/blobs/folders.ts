// The folders of a disk store, made once at open, so that a put only adds one name to one of them.
import { link, lstat, mkdir, open, readdir, rm, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BlobKey } from '../core/model/model.ts'
import { isKey, keyTaken } from './key.ts'
import { flushFolder, makeFolder } from './new-folder.ts'

export interface Folders {
  /** Where files are that are not whole yet; on the same file system as all others. */
  readonly incoming: string
  pathOf(key: BlobKey): string
  /** Moves a flushed file to its key for good. Rejects when the key is taken (EEXIST), and leaves what it names as it is. */
  publish(temporary: string, key: BlobKey): Promise<void>
  /** Blobs after a key, in order, folder by folder. */
  list(after: string): AsyncGenerator<{ key: BlobKey; size: number; modified: Date }, void, undefined>
  close(): Promise<void>
}

const PREFIXES = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'))

export async function openFolders(root: string, shared: boolean): Promise<Folders> {
  const folder = resolve(root)
  const incoming = join(folder, 'incoming')
  if (!shared) await makeFolders(folder, incoming)
  // Kept open: a put then flushes its folder by one call instead of three.
  const handles = new Map<string, Promise<FileHandle>>()
  const handleOf = (prefix: string): Promise<FileHandle> => {
    const handle = handles.get(prefix) ?? open(join(folder, prefix), 'r')
    handles.set(prefix, handle)
    handle.catch(() => handles.delete(prefix))
    return handle
  }
  const pathOf = (key: BlobKey) => pathIn(folder, key)
  return {
    incoming,
    pathOf,
    async publish(temporary, key) {
      await linkOnce(temporary, pathOf(key), key)
      try {
        const handle = await handleOf(key.slice(0, 2))
        await Promise.all([handle.sync(), unlink(temporary)])
      } catch (error) {
        await rm(pathOf(key), { force: true })
        throw error
      }
    },
    list: (after) => listFolders(folder, after),
    async close() {
      const open = [...handles.values()]
      handles.clear()
      for (const handle of open) await (await handle).close()
    },
  }
}

async function makeFolders(folder: string, incoming: string): Promise<void> {
  await makeFolder(folder)
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming, { mode: 0o700 })
  // Asked for one by one, those that are there cost a start more than opening the catalog does.
  const present = await readdir(folder, { withFileTypes: true })
  const folders = new Set(present.filter((entry) => entry.isDirectory()).map(({ name }) => name))
  const missing = PREFIXES.filter((prefix) => !folders.has(prefix))
  // At once: one after the other, they took a tenth of the time of a first start.
  await Promise.all(missing.map((prefix) => makeOwnFolder(join(folder, prefix))))
  await flushFolder(folder)
}

/** The store's root may be a link to another disk; a link inside it would take what is put somewhere else. */
async function makeOwnFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (!hasCode(error, 'EEXIST') || !(await lstat(path)).isSymbolicLink()) throw error
    throw new Error(`${path} is a symbolic link; a folder of blobs must be a folder. Move what it names to its place.`)
  }
}

/** A link, unlike a rename, never replaces what is there. */
async function linkOnce(temporary: string, path: string, key: BlobKey): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    throw hasCode(error, 'EEXIST') ? keyTaken(key, error) : error
  }
}

export function pathIn(folder: string, key: BlobKey): string {
  return join(folder, key.slice(0, 2), key)
}

export async function* listFolders(folder: string, after: string) {
  for (const prefix of PREFIXES) {
    if (prefix < after.slice(0, 2)) continue
    const names = (await readdir(join(folder, prefix)).catch(unlessGone)) ?? []
    for (const key of names.filter((name) => name > after).sort()) {
      if (!isKey(key) || !key.startsWith(prefix)) continue
      const status = await lstat(join(folder, prefix, key)).catch(unlessGone)
      if (status?.isFile()) yield { key, size: status.size, modified: status.mtime }
    }
  }
}

/** Removed since the names around it were read, or never made. */
function unlessGone(error: unknown): null {
  if (hasCode(error, 'ENOENT')) return null
  throw error
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
