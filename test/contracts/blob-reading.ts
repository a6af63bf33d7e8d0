// Bytes into a blob store and out of it again.
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import type { BlobStore, ByteRange } from '../../src/core/ports/contracts.ts'
import type { BlobKey } from '../../src/core/model/model.ts'

export const never = new AbortController().signal

export async function* pieces(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk
}

/** A body cut into odd sizes. */
export async function* oddly(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7919 + 13) % 70_001) {
    yield bytes.subarray(at, at + size)
  }
}

export async function read(store: BlobStore, key: BlobKey, range?: ByteRange): Promise<Buffer | null> {
  const stream = await store.open(key, range)
  if (stream === null) return null
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

export async function keysOf(store: BlobStore, from?: BlobKey): Promise<BlobKey[]> {
  const keys: BlobKey[] = []
  for await (const { key } of store.list(from)) keys.push(key)
  return keys
}

/** Every file below the folder. */
export async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)
}

export async function* megabytes(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count * 16; index++) yield randomBytes(65_536)
}
