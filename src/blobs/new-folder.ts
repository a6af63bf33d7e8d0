// Folders whose names survive a power cut, which is not so by their being made.
import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Makes a folder and whatever is missing above it, for its own user alone. One that is there stays as it is. */
export async function makeFolder(folder: string): Promise<void> {
  const path = resolve(folder)
  const made = await mkdir(path, { recursive: true, mode: 0o700 })
  // Whoever made it before may have been cut off, or never flushed. What is above may not be ours to open, though.
  if (made === undefined) return flushFolder(dirname(path)).catch(() => undefined)
  // New folders are names in the folders above them.
  for (let each = path; each.length >= made.length; each = dirname(each)) await flushFolder(dirname(each))
}

export async function flushFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
