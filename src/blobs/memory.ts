import { Readable } from 'node:stream'
import type { BlobStore } from '../core/ports/contracts.ts'
import type { BlobKey } from '../core/model/model.ts'
import { arrivalOf } from './arrival.ts'
import { keyTaken, mustKey } from './key.ts'

interface Blob {
  readonly bytes: Buffer
  readonly modified: Date
}

/** A store for tests: by the contract in all but what it survives. */
export function createMemoryBlobs(): BlobStore {
  const blobs = new Map<BlobKey, Blob>()
  return {
    async put(key, bytes, signal) {
      mustKey(key)
      const chunks: Uint8Array[] = []
      for await (const chunk of arrivalOf(bytes, signal)) chunks.push(Uint8Array.from(chunk))
      signal.throwIfAborted()
      if (blobs.has(key)) throw keyTaken(key)
      blobs.set(key, { bytes: Buffer.concat(chunks), modified: new Date() })
    },
    async open(key, range) {
      const blob = blobs.get(mustKey(key))
      if (!blob) return null
      return Readable.from(pieces(range ? blob.bytes.subarray(range.start, range.end + 1) : blob.bytes), {
        objectMode: false,
      })
    },
    check: async () => undefined,
    async remove(key) {
      blobs.delete(mustKey(key))
    },
    async *list(after) {
      const from = after === undefined ? '' : mustKey(after)
      for (const key of [...blobs.keys()].sort()) {
        const blob = blobs.get(key)
        if (blob && key > from) yield { key, size: blob.bytes.length, modified: blob.modified }
      }
    },
    abandon: async () => 0,
    close: async () => undefined,
  }
}

const PIECE = 65_536

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE)
}
