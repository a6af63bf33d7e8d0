/** The files that the arguments of `put` mean: files as given, folders with all that is in them. */
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { attachmentNameOf } from './names.ts'

export interface LocalFile {
  readonly path: string
  /** What it is to be called as an attachment. */
  readonly name: string
  /** Null: no regular file, such as a pipe that was named; it can be read once and tells no size. */
  readonly size: number | null
  /** Changes when the file does. */
  readonly state: string
}

interface Found {
  readonly files: readonly LocalFile[]
  /** What lies in a folder and is no file: links, sockets, devices. They are not followed. */
  readonly skipped: readonly string[]
}

interface Naming {
  /** Without folders. */
  readonly flat: boolean
}

/** Errors: the file system's own, such as ENOENT for an argument that is not there. */
export async function filesIn(given: readonly string[], { flat }: Naming): Promise<Found> {
  const files: LocalFile[] = []
  const skipped: string[] = []
  const add = async (path: string, under: string | null) => {
    const { size, mtimeMs, ino } = await stat(path)
    const name = attachmentNameOf(path, flat ? null : under)
    files.push({ path, name, size, state: [resolve(path), size, mtimeMs, ino].join(' ') })
  }
  for (const path of given) {
    const facts = await stat(path)
    if (facts.isFile()) await add(path, null)
    else if (!facts.isDirectory()) files.push({ path, name: attachmentNameOf(path, null), size: null, state: '' })
    else await walk(path, path, add, skipped)
  }
  return { files, skipped }
}

async function walk(
  folder: string,
  root: string,
  add: (path: string, under: string) => Promise<void>,
  skipped: string[],
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  entries.sort((one, other) => (one.name < other.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isFile()) await add(path, root)
    else if (entry.isDirectory()) await walk(path, root, add, skipped)
    else skipped.push(path)
  }
}
