/** Reads and hashes all blobs at a bounded rate; an interrupted check resumes where it stopped. */
import { createHash, hash as hashAtOnce } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { StoredBlobs } from '../ports/contracts.ts'
import { rethrowIfUnreachable } from '../model/fault.ts'
import type { FindingBatch } from './findings.ts'
import type { BlobRow, Inspection } from '../ports/inspection.ts'
import type { BlobKey } from '../model/model.ts'
import { createPace, type Pace } from './pace.ts'
import { rowsOf } from './merge-walk.ts'

export interface ReadingState {
  /** The last blob that was read; null: none. */
  readonly after: BlobKey | null
  /** Blobs up to `after` with a finding; they are read again. */
  readonly wrong: readonly BlobKey[]
  readonly read: { readonly blobs: number; readonly bytes: number; readonly before: number }
}

export interface Reading {
  readonly bytesPerSecond: number
  readonly from: ReadingState
  /** Called after each blob with the state from which the check can resume. */
  readonly reached: (state: ReadingState) => void
}

interface Digest {
  readonly size: number
  readonly hash: string
}

interface Stores {
  readonly inspection: Inspection
  readonly blobs: StoredBlobs
  readonly progress: (stage: 'data', done: number, all: number) => void
}

/** Returns the totals; `before` is the number of blobs that earlier runs had read. */
export async function reread(
  { inspection, blobs, progress }: Stores,
  { from, bytesPerSecond, reached }: Reading,
  batch: FindingBatch,
): Promise<ReadingState['read']> {
  const { bytes: all } = await inspection.extent()
  const pace = createPace(bytesPerSecond)
  const read = { ...from.read, before: from.read.blobs }
  const wrong = new Set<BlobKey>()
  const checkRow = async (row: BlobRow) => {
    const found = await mismatchOf(row)
    if (found === null) return
    wrong.add(row.key)
    const expected = `SHA-256 ${row.hash ?? 'unknown'}`
    await batch.note({ ...found, key: row.key, organization: row.organization, expected })
  }
  const mismatchOf = async (row: BlobRow) => {
    try {
      const digest = await digestIn(inspection, blobs, row.key, pace)
      // Missing blobs and wrong sizes are reported by the comparison of rows and files.
      if (digest === null || digest.size !== row.size || digest.hash === row.hash) return null
      return { kind: 'wrong_hash' as const, found: `SHA-256 ${digest.hash}` }
    } catch (error) {
      rethrowIfUnreachable(error)
      return { kind: 'unreadable' as const, found: error instanceof Error ? error.message : String(error) }
    }
  }
  for (const key of from.wrong) {
    const row = await inspection.blob(key)
    if (row !== null && row.claimedAt === null) await checkRow(row)
  }
  for await (const row of rowsOf(inspection, from.after)) {
    if (row.claimedAt === null) {
      await checkRow(row)
      read.blobs += 1
      read.bytes += row.size
    }
    progress('data', read.bytes, Math.max(all, read.bytes))
    reached({ after: row.key, wrong: [...wrong], read })
  }
  await batch.settle()
  return read
}

/** Size and hash of the bytes under a key, in the catalog or the blob store; null if there are none. */
export async function digestIn(
  inspection: Pick<Inspection, 'bytes'>,
  blobs: Pick<StoredBlobs, 'open'>,
  key: BlobKey,
  pace: Pace = async () => undefined,
): Promise<Digest | null> {
  const small = await inspection.bytes(key)
  if (small !== null) {
    await pace(small.byteLength)
    return { size: small.byteLength, hash: hashAtOnce('sha256', small, 'hex') }
  }
  const stream = await blobs.open(key)
  return stream && digestOf(stream, pace)
}

async function digestOf(stream: Readable, pace: Pace): Promise<Digest> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    hash.update(chunk)
    size += chunk.byteLength
    await pace(chunk.byteLength)
  }
  return { size, hash: hash.digest('hex') }
}
