/** A local file as something to upload: read anew at each attempt, hashed on the way. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

interface LocalSource {
  open(): AsyncIterable<Uint8Array>
  /** Of what the last complete reading yielded; null before. */
  sha256(): string | null
}

/** `size`: what is announced; a file that changes while it is read is an error. `moved` hears of bytes, negative for those read in vain. */
export function createLocalSource(path: string, size: number, moved: (bytes: number) => void): LocalSource {
  let digest: string | null = null
  let before = 0
  return {
    async *open() {
      moved(-before)
      before = 0
      const hash = createHash('sha256')
      for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
        hash.update(chunk)
        before += chunk.length
        moved(chunk.length)
        if (before > size) break
        yield chunk
      }
      if (before !== size) throw new Error('it changed while it was read; put it again')
      digest = hash.digest('hex')
    },
    sha256: () => digest,
  }
}

/** Hashes what passes through. */
export function hashing(
  chunks: AsyncIterable<Uint8Array>,
  moved: (bytes: number) => void,
): { readonly chunks: () => AsyncGenerator<Uint8Array>; readonly sha256: () => string } {
  const hash = createHash('sha256')
  return {
    async *chunks() {
      for await (const chunk of chunks) {
        hash.update(chunk)
        moved(chunk.length)
        yield chunk
      }
    },
    sha256: () => hash.digest('hex'),
  }
}

export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
