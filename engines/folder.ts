import { accessSync, constants, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY_FOLDER = '/dev/shm'

/**
 * Creates a folder for an engine, in a memory file system if there is one: a database is a thousand small files.
 * Power cuts of engines are not tested, and files in memory survive a crash of the engine's process.
 */
export function makeEngineFolder(engine: string): string {
  return mkdtempSync(join(hasMemoryFileSystem() ? MEMORY_FOLDER : tmpdir(), `dossier-${engine}-`))
}

function hasMemoryFileSystem(): boolean {
  try {
    accessSync(MEMORY_FOLDER, constants.W_OK)
    return true
  } catch {
    return false
  }
}
