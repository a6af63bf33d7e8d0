/** How commands find the server that serves a data folder: it says where it is, to those who may read the folder. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readPrivate, writePrivate } from '../private-file.ts'

/** Valid while that server runs. Left behind by one that was killed; the folder's lock tells. */
export interface ServerFile {
  readonly url: string
  readonly token: string
}

export function writeServerFile(folder: string, file: ServerFile): void {
  writePrivate(pathIn(folder), file)
}

export function removeServerFile(folder: string): void {
  rmSync(pathIn(folder), { force: true })
}

export function readServerFile(folder: string): ServerFile | null {
  const content = readPrivate(pathIn(folder)) as Partial<ServerFile> | null
  return typeof content?.url === 'string' && typeof content.token === 'string'
    ? { url: content.url, token: content.token }
    : null
}

function pathIn(folder: string): string {
  return join(folder, 'server.json')
}
