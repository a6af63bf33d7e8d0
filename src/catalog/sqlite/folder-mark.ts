/** What a folder is, beyond a data folder in use: a backup, or one whose restoring is not finished. */
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

type Mark = 'backup' | 'restoring'

/** A backup, or a folder that is not yet restored, must be neither served nor changed. */
class NotServable extends Error {
  override readonly name = 'NotServable'

  constructor(folder: string, mark: Mark) {
    super(
      mark === 'backup'
        ? `The folder ${folder} is a backup; restore it into a data folder with: dossier restore --from ${folder} --data <folder>.`
        : `The folder ${folder} is not completely restored; run the same dossier restore again to go on, or delete the folder to begin anew.`,
    )
  }
}

const FILES: Readonly<Record<Mark, string>> = { backup: 'backup.json', restoring: 'restore.json' }

/** Throws `NotServable`. */
export function mustBeServable(folder: string): void {
  for (const mark of ['restoring', 'backup'] as const) {
    if (readMark(folder, mark) !== null) throw new NotServable(folder, mark)
  }
}

/** What was written down with the mark; null when the folder has none. */
export function readMark(folder: string, mark: Mark): object | null {
  try {
    const content: unknown = JSON.parse(readFileSync(join(folder, FILES[mark]), 'utf8'))
    return typeof content === 'object' && content !== null ? content : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw error
  }
}

/** Survives a power cut when it returns. */
export function setMark(folder: string, mark: Mark, content: object): void {
  writeWhole(join(folder, FILES[mark]), content)
  flush(folder)
}

export function removeMark(folder: string, mark: Mark): void {
  rmSync(join(folder, FILES[mark]), { force: true })
  flush(folder)
}

/** Whether nothing is in it but the lock. */
export function isEmpty(folder: string): boolean {
  return readdirSync(folder).every((name) => basename(name).startsWith('lock.db'))
}

/** Whole or not at all. */
export function writeWhole(path: string, content: object): void {
  const temporary = `${path}.tmp`
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  flush(temporary)
  renameSync(temporary, path)
}

/** A file's content, or a folder's names, would survive a power cut after this. */
export function flush(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
