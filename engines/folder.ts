import { accessSync, constants, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'

/**
 * Creates a folder for an engine, in a memory file system if there is one: a database is a thousand small files.
 * Power cuts of engines are not tested, and files in memory survive a crash of the engine's process.
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
