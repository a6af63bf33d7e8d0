/** Copies the blobs that a catalog references to another store; hashes each while copying and skips those already present. */
import { createHash, hash as hashAtOnce } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { BlobStore, StoredBlobs } from '../ports/contracts.ts'
import { bytesOf } from './doctor.ts'
import { rethrowIfUnreachable } from '../model/fault.ts'
import {
  asNoted,
  createFindingBatch,
  type FindingBatch,
  type Finding,
  type Recheck,
  type Suspicion,
} from './findings.ts'
import type { BlobRow, Inspection } from '../ports/inspection.ts'
import type { Pace } from './pace.ts'
import { mergeWalk, type Pair } from './merge-walk.ts'

/** Number of concurrent copies, so that their disk flushes overlap. */
const CONCURRENCY = 4

export interface ReplicaParts {
  readonly inspection: Pick<Inspection, 'blobs' | 'bytes' | 'extent' | 'holders'>
  readonly from: Pick<StoredBlobs, 'open'>
  readonly to: BlobStore
  readonly signal: AbortSignal
  readonly found: (finding: Finding) => void
  readonly progress: (done: number, all: number) => void
  /** Checks suspicions again; needed if the catalog is written to meanwhile. */
  readonly recheck?: Recheck
  readonly pace?: Pace
  /** Skips blobs stored in the catalog. */
  readonly isStoreOnly?: boolean
}

export interface Replicated {
  readonly copied: { readonly blobs: number; readonly bytes: number }
  /** Number of blobs that were present already. */
  readonly kept: number
  /** Number of blobs stored in the catalog whose hash was verified. */
  readonly small: number
}

/** Blobs that do not match their row are reported and not copied; any other error rejects. */
export async function replicate(parts: ReplicaParts): Promise<Replicated> {
  const { inspection, to, progress, signal } = parts
  const { bytes: all } = await inspection.extent()
  const batch = findingBatchOf(parts)
  const totals = { copied: { blobs: 0, bytes: 0 }, kept: 0, small: 0 }
  let done = 0
  await inParallel(mergeWalk(inspection, to), signal, async ({ row, file }) => {
    if (row === null || row.claimedAt !== null) return
    if (row.place === 'catalog') totals.small += parts.isStoreOnly === true ? 0 : await check(row, inspection, batch)
    else if (file?.size === row.size) totals.kept += 1
    else if (await copy(row, file, parts, batch)) {
      totals.copied.blobs += 1
      totals.copied.bytes += row.size
    }
    progress((done += row.size), Math.max(all, done))
  })
  await batch.settle()
  return totals
}

/** As `replicate`, but only for these rows, all of them in the blob store; returns the number of copied blobs. */
export async function replicateRows(rows: readonly BlobRow[], parts: ReplicaParts): Promise<number> {
  const batch = findingBatchOf(parts)
  let copied = 0
  await inParallel(each(rows), parts.signal, async (row) => {
    if (await isThere(row, parts)) return
    if (await copy(row, null, parts, batch)) copied += 1
  })
  await batch.settle()
  return copied
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

/** Opening one byte suffices, because a store never contains partial blobs. */
async function isThere({ key }: BlobRow, { to }: ReplicaParts): Promise<boolean> {
  const stream = await to.open(key, { start: 0, end: 0 })
  stream?.destroy()
  return stream !== null
}

function findingBatchOf({ inspection, recheck = asNoted, found }: ReplicaParts): FindingBatch {
  return createFindingBatch(inspection, recheck, found)
}

/** Removes blobs that the catalog does not reference; returns their number. */
export async function removeUnreferenced({ inspection, to }: Pick<ReplicaParts, 'inspection' | 'to'>): Promise<number> {
  let dropped = 0
  for await (const { key, row, file } of mergeWalk(inspection, to)) {
    const isNamed = row !== null && row.place === 'store' && row.claimedAt === null
    if (file === null || isNamed) continue
    await to.remove(key)
    dropped += 1
  }
  return dropped
}

async function check(row: BlobRow, inspection: Pick<Inspection, 'bytes'>, batch: FindingBatch): Promise<number> {
  const bytes = await inspection.bytes(row.key)
  if (bytes === null) {
    await batch.note({ ...about(row), kind: 'missing', found: 'none' })
    return 0
  }
  const digest = { size: bytes.byteLength, hash: hashAtOnce('sha256', bytes, 'hex') }
  const wrong = wrongIn(row, digest)
  if (wrong !== null) await batch.note(wrong)
  return wrong === null ? 1 : 0
}

async function copy(row: BlobRow, file: Pair['file'], parts: ReplicaParts, batch: FindingBatch): Promise<boolean> {
  const { from, to, signal } = parts
  const source = await from.open(row.key).catch((cause: unknown) => unreadable(row, cause))
  if (source === null) {
    await batch.note({ ...about(row), kind: 'missing', found: 'no file' })
    return false
  }
  if (file !== null) await to.remove(row.key)
  try {
    if (source instanceof BlobMismatch) throw source
    await to.put(row.key, verified(source, row, parts.pace), signal)
    return true
  } catch (error) {
    if (!(error instanceof BlobMismatch)) throw error
    await batch.note(error.suspicion)
    return false
  }
}

/** Aborts the copy of a blob that does not match its row. */
class BlobMismatch extends Error {
  readonly suspicion: Suspicion

  constructor(suspicion: Suspicion) {
    super(suspicion.found)
    this.suspicion = suspicion
  }
}

async function* verified(source: Readable, row: BlobRow, pace?: Pace): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let size = 0
  try {
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      hash.update(chunk)
      size += chunk.byteLength
      await pace?.(chunk.byteLength)
      yield chunk
    }
  } catch (cause) {
    throw unreadable(row, cause)
  }
  const wrong = wrongIn(row, { size, hash: hash.digest('hex') })
  if (wrong !== null) throw new BlobMismatch(wrong)
}

function unreadable(row: BlobRow, cause: unknown): BlobMismatch {
  rethrowIfUnreachable(cause)
  return new BlobMismatch({
    ...about(row),
    kind: 'unreadable',
    found: cause instanceof Error ? cause.message : String(cause),
  })
}

function wrongIn(row: BlobRow, digest: { size: number; hash: string }): Suspicion | null {
  if (digest.size !== row.size) return { ...about(row), kind: 'wrong_size', found: bytesOf(digest.size) }
  if (digest.hash !== row.hash) return { ...about(row), kind: 'wrong_hash', found: `SHA-256 ${digest.hash}` }
  return null
}

function about({ key, organization, size, hash }: BlobRow) {
  return { key, organization, expected: `${bytesOf(size)}, SHA-256 ${hash ?? 'unknown'}` }
}

/** Runs `work` on LANES items at a time; the first failure stops all and is rethrown. */
async function inParallel<T>(
  items: AsyncGenerator<T>,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let failed = false
  const worker = async () => {
    try {
      for (let next = await items.next(); next.done !== true && !failed; next = await items.next()) {
        signal.throwIfAborted()
        await work(next.value)
      }
    } catch (error) {
      failed = true
      throw error
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: CONCURRENCY }, worker))
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason
}
