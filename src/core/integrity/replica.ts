/** The bytes that a catalog names, brought to another store: each is hashed on its way, and what is there already stays. */
import { createHash, hash as hashAtOnce } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { BlobStore, StoredBlobs } from '../ports/contracts.ts'
import { bytesOf } from './doctor.ts'
import { mustHaveAnswered } from '../model/fault.ts'
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

/** Copied at a time: so many flushes of the disk overlap. */
const LANES = 4

export interface ReplicaParts {
  readonly inspection: Pick<Inspection, 'blobs' | 'bytes' | 'extent' | 'holders'>
  readonly from: Pick<StoredBlobs, 'open'>
  readonly to: BlobStore
  readonly signal: AbortSignal
  readonly found: (finding: Finding) => void
  readonly progress: (done: number, all: number) => void
  /** Looks again at what was found, where somebody writes meanwhile. */
  readonly recheck?: Recheck
  readonly pace?: Pace
  /** Bytes that live in the catalog are somebody else's matter. */
  readonly isStoreOnly?: boolean
}

export interface Replicated {
  readonly copied: { readonly blobs: number; readonly bytes: number }
  /** Were there already. */
  readonly kept: number
  /** Bytes that live in the catalog, hashed as well. */
  readonly small: number
}

/** Bytes that are not what their row says are not copied but reported; whatever else fails, fails the whole. */
export async function replicate(parts: ReplicaParts): Promise<Replicated> {
  const { inspection, to, progress, signal } = parts
  const { bytes: all } = await inspection.extent()
  const batch = casebookOf(parts)
  const totals = { copied: { blobs: 0, bytes: 0 }, kept: 0, small: 0 }
  let done = 0
  await inLanes(mergeWalk(inspection, to), signal, async ({ row, file }) => {
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

/** The same for these blobs of the store alone, whatever else there is; answers how many were copied. */
export async function replicateSome(rows: readonly BlobRow[], parts: ReplicaParts): Promise<number> {
  const batch = casebookOf(parts)
  let copied = 0
  await inLanes(each(rows), parts.signal, async (row) => {
    if (await isThere(row, parts)) return
    if (await copy(row, null, parts, batch)) copied += 1
  })
  await batch.settle()
  return copied
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

/** What was put is there as a whole or not at all. */
async function isThere({ key }: BlobRow, { to }: ReplicaParts): Promise<boolean> {
  const stream = await to.open(key, { start: 0, end: 0 })
  stream?.destroy()
  return stream !== null
}

function casebookOf({ inspection, recheck = asNoted, found }: ReplicaParts): FindingBatch {
  return createFindingBatch(inspection, recheck, found)
}

/** Removes what the catalog does not name; answers how many that were. */
export async function dropUnnamed({ inspection, to }: Pick<ReplicaParts, 'inspection' | 'to'>): Promise<number> {
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
    if (source instanceof Wrong) throw source
    await to.put(row.key, verified(source, row, parts.pace), signal)
    return true
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    await batch.note(error.suspicion)
    return false
  }
}

/** Ends a copy of bytes that are not what they should be. */
class Wrong extends Error {
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
  if (wrong !== null) throw new Wrong(wrong)
}

function unreadable(row: BlobRow, cause: unknown): Wrong {
  mustHaveAnswered(cause)
  return new Wrong({ ...about(row), kind: 'unreadable', found: cause instanceof Error ? cause.message : String(cause) })
}

function wrongIn(row: BlobRow, digest: { size: number; hash: string }): Suspicion | null {
  if (digest.size !== row.size) return { ...about(row), kind: 'wrong_size', found: bytesOf(digest.size) }
  if (digest.hash !== row.hash) return { ...about(row), kind: 'wrong_hash', found: `SHA-256 ${digest.hash}` }
  return null
}

function about({ key, organization, size, hash }: BlobRow) {
  return { key, organization, expected: `${bytesOf(size)}, SHA-256 ${hash ?? 'unknown'}` }
}

/** The first that fails ends them all. */
async function inLanes<T>(
  items: AsyncGenerator<T>,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let failed = false
  const lane = async () => {
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
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane))
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
}
