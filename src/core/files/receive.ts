/** All uploads pass here: bytes are counted, hashed, type-checked and limited while streaming; at most a small file is buffered. */
import { createHash, hash as hashAtOnce } from 'node:crypto'
import type { BlobStore } from '../ports/contracts.ts'
import { Fault } from '../model/fault.ts'
import { newBlobKey, newCatalogKey } from '../model/ids.ts'
import type { BlobKey, Sha256 } from '../model/model.ts'
import type { FileClaim, Policy } from './policy.ts'

/** Files up to this size are stored in the catalog with their row, in one commit. */
const SMALL_FILE_BYTES = 64 * 1024
/** Number of leading bytes that type detection needs. */
const HEAD_BYTES = 4_100

/** A file that was received and flushed (or is small enough to be stored with its row) and not yet attached. */
export interface Loose {
  readonly key: BlobKey
  readonly size: number
  readonly hash: Sha256
  /** Only of a small file. */
  readonly bytes: Uint8Array | null
}

/** Throws a Fault if the file is rejected; nothing of it is kept then. */
export async function receive(
  blobs: BlobStore,
  source: AsyncIterable<Uint8Array>,
  claim: FileClaim,
  policy: Policy,
  signal: AbortSignal,
): Promise<Loose> {
  policy.checkClaim(claim)
  const chunks = source[Symbol.asyncIterator]()
  const begin: Uint8Array[] = []
  let size = 0
  let ended = false
  while (size <= SMALL_FILE_BYTES && !ended) {
    const next = await chunks.next()
    if (next.done === true) ended = true
    else {
      begin.push(next.value)
      size += next.value.byteLength
    }
  }
  mustFit(size, claim, policy)
  await policy.checkContent(claim, headOf(begin))
  if (ended) {
    const bytes = joined(begin, size)
    return { key: newCatalogKey(), size, hash: hashAtOnce('sha256', bytes, 'hex') as Sha256, bytes }
  }
  const key = newBlobKey()
  const meter = { size: 0, hash: createHash('sha256') }
  await blobs.put(key, metered(begin, chunks, meter, claim, policy), signal)
  return { key, size: meter.size, hash: meter.hash.digest('hex') as Sha256, bytes: null }
}

async function* metered(
  begin: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  meter: { size: number; hash: ReturnType<typeof createHash> },
  claim: FileClaim,
  policy: Policy,
): AsyncGenerator<Uint8Array> {
  const pass = (chunk: Uint8Array) => {
    meter.size += chunk.byteLength
    mustFit(meter.size, claim, policy)
    meter.hash.update(chunk)
    return chunk
  }
  for (const chunk of begin) yield pass(chunk)
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield pass(next.value)
}

function mustFit(size: number, claim: FileClaim, policy: Policy): void {
  if (size <= policy.maxBytes) return
  throw new Fault(
    'too_large',
    'file',
    `${claim.label} is larger than ${String(policy.maxBytes / 1_048_576)} MB (${String(policy.maxBytes)} bytes), the most one file may have. Send a smaller file.`,
  )
}

function headOf(chunks: readonly Uint8Array[]): Uint8Array {
  const first = chunks[0] ?? new Uint8Array()
  return first.byteLength >= HEAD_BYTES ? first.subarray(0, HEAD_BYTES) : Buffer.concat(chunks).subarray(0, HEAD_BYTES)
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks
  if (only !== undefined && chunks.length === 1) return only
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
