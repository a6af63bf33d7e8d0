/** Files that hold secrets: whole or not there, and for nobody else to read. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Refusal } from './status.ts'

export function writePrivate(path: string, content: object): void {
  const temporary = `${path}.${String(process.pid)}.tmp`
  rmSync(temporary, { force: true })
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  renameSync(temporary, path)
}

/** What is in it; null when it is not there. Refused when others may read it: what they may have read is no secret any more. */
export function readPrivate(path: string): unknown {
  const facts = statSync(path, { throwIfNoEntry: false })
  if (facts === undefined) return null
  if (process.platform !== 'win32' && (facts.mode & 0o077) !== 0)
    throw new Refusal(
      'failed',
      `${path} holds tokens and others may read it (mode ${(facts.mode & 0o777).toString(8)}); run: chmod 600 '${path}', and make new tokens if they may have.`,
    )
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown
  } catch (error) {
    throw new Refusal('failed', `${path} cannot be read as JSON: ${error instanceof Error ? error.message : ''}.`)
  }
}
