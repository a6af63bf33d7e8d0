import { accessSync, constants, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'

/**
 * A new folder for an engine, in memory where the system has such a file system: a database is a thousand small files.
 * Nobody cuts an engine's power here, and what it wrote outlives its own death there, too.
 */
export function folderFor(engine: string): string {
  return mkdtempSync(join(hasMemory() ? MEMORY : tmpdir(), `dossier-${engine}-`))
}

function hasMemory(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK)
    return true
  } catch {
    return false
  }
}
