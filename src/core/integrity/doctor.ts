/** Compares rows and bytes, also while a server runs: each suspicion is checked again before it is reported. */
import type { StoredBlobs } from '../ports/contracts.ts'
import { createFindingBatch, type FindingBatch, type Finding } from './findings.ts'
import type { Inspection } from '../ports/inspection.ts'
import { createRecheck, type Mender } from './recheck.ts'
import { reread, type Reading, type ReadingState } from './content-check.ts'
import { findInconsistencies } from './inconsistencies.ts'
import { mergeWalk, type Pair } from './merge-walk.ts'

export type Stage = 'catalog' | 'rows' | 'files' | 'data'

export interface DoctorParts {
  readonly inspection: Inspection
  readonly blobs: StoredBlobs
  /** Null: nothing is repaired. */
  readonly mender: Mender | null
  /** Null: contents are not read. */
  readonly reading: Reading | null
  /** Bytes without a row that were written at or after this time (milliseconds) may still be attached. */
  readonly before: number
  readonly now: () => number
  readonly found: (finding: Finding) => void
  readonly progress: (stage: Stage, done: number, all: number) => void
}

export interface Examined {
  readonly blobs: number
  readonly files: number
  /** Bytes that are not attached yet (`loose`), or are claimed and wait for the sweep (`waiting`). */
  readonly loose: number
  readonly waiting: number
  readonly read: ReadingState['read'] | null
}

/** If the catalog's own file is damaged, only that is reported and nothing is repaired: other findings would be unreliable. */
export async function examine(parts: DoctorParts): Promise<Examined> {
  const { inspection, reading, found, progress } = parts
  progress('catalog', 0, 1)
  const damage = await inspection.damage(reading !== null)
  const noHolder = { key: null, organization: null, attachments: [], mended: false } as const
  for (const line of damage) found({ kind: 'damaged_catalog', ...noHolder, expected: 'a sound catalog', found: line })
  if (damage.length > 0) return { blobs: 0, files: 0, loose: 0, waiting: 0, read: null }
  const batch = createFindingBatch(inspection, createRecheck(parts), found)
  progress('rows', 0, 1)
  await findInconsistencies(inspection, batch)
  const compared = await compare(parts, batch)
  const read = reading === null ? null : await reread(parts, reading, batch)
  return { ...compared, read }
}

async function compare(parts: DoctorParts, batch: FindingBatch): Promise<Omit<Examined, 'read'>> {
  const { inspection, blobs, progress, now } = parts
  const { blobs: all } = await inspection.extent()
  const counts = { blobs: 0, files: 0, loose: 0, waiting: 0 }
  let done = 0
  for await (const pair of mergeWalk(inspection, blobs)) {
    progress('files', ++done, Math.max(done, all))
    if (pair.row !== null && pair.row.claimedAt === null) counts.blobs += 1
    if (pair.file !== null) counts.files += 1
    if (pair.row === null && pair.file !== null && pair.file.modified.getTime() >= parts.before) counts.loose += 1
    else if (pair.row !== null && pair.row.claimedAt !== null)
      counts.waiting += await noteClaimed(pair.row.claimedAt, pair, parts, batch, now())
    else await notePair(pair, batch)
  }
  await batch.settle()
  return counts
}

/** Returns 1 if the bytes correctly wait for the sweep, 0 if a leftover was noted. */
async function noteClaimed(
  claimedAt: number,
  { key, file }: Pair,
  { before, inspection }: DoctorParts,
  batch: FindingBatch,
  at: number,
): Promise<number> {
  if (claimedAt >= before || (await inspection.isLeased(at))) return 1
  const found = file === null ? 'a row without bytes' : `a file of ${bytesOf(file.size)}`
  const expected = `nothing since ${new Date(claimedAt).toISOString()}`
  await batch.note({ kind: 'leftover', key, organization: null, expected, found })
  return 0
}

async function notePair({ key, row, file }: Pair, batch: FindingBatch): Promise<void> {
  if (row === null && file !== null) {
    const found = `a file of ${bytesOf(file.size)}`
    return batch.note({ kind: 'orphan', key, organization: null, expected: 'no file without a row', found })
  }
  if (row === null || row.place === 'catalog') return
  const { organization, size } = row
  const expected = `a file of ${bytesOf(size)}`
  if (file === null) return batch.note({ kind: 'missing', key, organization, expected, found: 'no file' })
  if (file.size !== size)
    await batch.note({ kind: 'wrong_size', key, organization, expected, found: `a file of ${bytesOf(file.size)}` })
}

export function bytesOf(size: number): string {
  return size === 1 ? '1 byte' : `${String(size)} bytes`
}
