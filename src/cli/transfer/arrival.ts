/** One file on its way into a folder: a hidden .part until all of its bytes are there and right, then the file. */
import { createHash, type Hash } from 'node:crypto'
import { constants, createReadStream, lstatSync, renameSync, rmSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Attachment, Attachments } from '../../client/client.ts'

interface Arrival {
  readonly attachments: Attachments
  readonly attachment: Attachment
  readonly path: string
  readonly signal: AbortSignal
  readonly moved: (bytes: number) => void
}

/** Goes on where an earlier run ended. Errors: of the server, of the disk, or bytes that are not what they should be. */
export async function fetchInto(arrival: Arrival): Promise<void> {
  const part = join(dirname(arrival.path), `.dossier-${arrival.attachment.id}.part`)
  let isFresh = !isPart(part)
  for (;;) {
    if ((await fill(part, arrival)) === arrival.attachment.sha256) break
    rmSync(part, { force: true })
    // What an earlier run left may have been anything.
    if (isFresh) throw new Error('what arrived is not what was uploaded; nothing was kept')
    isFresh = true
  }
  renameSync(part, arrival.path)
}

/** A regular file of ours; anything else at that place is taken away, not followed. */
function isPart(path: string): boolean {
  const facts = lstatSync(path, { throwIfNoEntry: false })
  if (facts !== undefined && !facts.isFile()) rmSync(path, { recursive: true })
  return facts?.isFile() === true
}

/** Answers the SHA-256 of all that is in it then. */
async function fill(part: string, { attachments, attachment, signal, moved }: Arrival): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(part, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o666)
  try {
    const there = Math.min((await file.stat()).size, attachment.size)
    await readInto(hash, part, there, signal)
    moved(there)
    if (there < attachment.size) await append(file, there, hash, { attachments, attachment, signal, moved })
    await file.truncate(attachment.size)
    await file.sync()
    return hash.digest('hex')
  } finally {
    await file.close()
  }
}

async function readInto(hash: Hash, path: string, bytes: number, signal: AbortSignal): Promise<void> {
  if (bytes === 0) return
  for await (const chunk of createReadStream(path, { end: bytes - 1, signal }) as AsyncIterable<Buffer>)
    hash.update(chunk)
}

async function append(
  file: FileHandle,
  from: number,
  hash: Hash,
  { attachments, attachment, signal, moved }: Omit<Arrival, 'path'>,
): Promise<void> {
  const range = from === 0 ? {} : { range: { start: from } }
  let position = from
  for await (const chunk of await attachments.download(attachment.id, { ...range, signal })) {
    await file.write(chunk, 0, chunk.length, position)
    hash.update(chunk)
    position += chunk.length
    moved(chunk.length)
  }
}
