/** Files on their way to another store, while what they belong to may be removed. */
import type { Run } from '../catalog/moving/end.ts'
import { bytes } from '../catalog/operations/blobs.ts'
import { blob, blobs, extent } from '../catalog/operations/inspection.ts'
import { holders } from '../catalog/operations/mending.ts'
import type { BlobStore, StoredBlobs } from '../core/ports/contracts.ts'
import { createFindingBatch, type FindingBatch, type Finding, type Recheck } from '../core/integrity/findings.ts'
import type { BlobRow } from '../core/ports/inspection.ts'
import { createPace } from '../core/integrity/pace.ts'
import { replicate, replicateSome, type Replicated, type ReplicaParts } from '../core/integrity/replica.ts'

export type Files = Pick<Replicated, 'copied' | 'kept'>

export interface FileCourier {
  /** All that rows name; what is there already stays. */
  all(): Promise<Files>
  /** Of these rows; null: of too many to name. `isHurried`: somebody waits, so no rate is kept. */
  some(rows: readonly BlobRow[] | null, isHurried: boolean): Promise<void>
}

export interface FileParts {
  readonly source: Pick<StoredBlobs, 'open'>
  readonly target: BlobStore
  readonly bytesPerSecond: number | null
  readonly signal: AbortSignal
  readonly found: (finding: Finding) => void
  readonly progress: (done: number, all: number) => void
  /** Of the catalog that names the files, and of the one that is being left. */
  readonly read: Run
  readonly readOld: Run
}

export function createFileCourier(parts: FileParts): FileCourier {
  const { source, target, bytesPerSecond, signal, found, progress, read, readOld } = parts
  const inspection: ReplicaParts['inspection'] = {
    blobs: (after, limit) => read(blobs(after, limit)),
    bytes: (key) => read(bytes(key)),
    extent: () => read(extent()),
    holders: (keys) => readOld(holders(keys)),
  }
  const hurried: ReplicaParts = {
    ...{ inspection, from: source, to: target, signal, found, progress },
    ...{ recheck: judgeOf(readOld), isStoreOnly: true },
  }
  const paced = bytesPerSecond === null ? hurried : { ...hurried, pace: createPace(bytesPerSecond) }
  return {
    async all() {
      const { copied, kept } = await replicate(paced)
      return { copied, kept }
    },
    async some(rows, isHurried) {
      if (rows === null) await replicate(isHurried ? hurried : paced)
      else await replicateSome(rows, isHurried ? hurried : paced)
    },
  }
}

/** For bytes that travel with their rows. */
export function createRowFindings(readOld: Run, found: (finding: Finding) => void): FindingBatch {
  return createFindingBatch({ holders: (keys) => readOld(holders(keys)) }, judgeOf(readOld), found)
}

/** What was given up meanwhile is missed by nobody. */
function judgeOf(readOld: Run): Recheck {
  return async ({ key }) => {
    const row = key === null ? null : await readOld(blob(key))
    return row === null || row.claimedAt !== null ? null : { mended: false }
  }
}
