/** Where a download is written: under the target folder, whatever its name says, and through no link that lies there. */
import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../status.ts'

/** Makes the folders on the way. Answers the file's path. */
export function placeIn(target: string, path: readonly string[]): string {
  let folder = target
  mkdirSync(target, { recursive: true })
  for (const part of path.slice(0, -1)) {
    folder = join(folder, part)
    mustBeFolder(folder)
  }
  return join(folder, path.at(-1) ?? '_')
}

function mustBeFolder(path: string): void {
  const facts = lstatSync(path, { throwIfNoEntry: false })
  if (facts === undefined) mkdirSync(path)
  else if (!facts.isDirectory())
    throw new Refusal('failed', `${path} is no folder, or a link to one; nothing is written through it`)
}
