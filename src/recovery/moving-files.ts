/** Copies files to another store while the attachments that they belong to may be removed. */
import type { Run } from '../catalog/moving/end.ts'
import { bytes } from '../catalog/operations/blobs.ts'
import { blob, blobs, extent } from '../catalog/operations/inspection.ts'
import { holders } from '../catalog/operations/mending.ts'
import type { BlobStore, StoredBlobs } from '../core/ports/contracts.ts'
import { createFindingBatch, type FindingBatch, type Finding, type Recheck } from '../core/integrity/findings.ts'
import type { BlobRow } from '../core/ports/inspection.ts'
import { createPace } from '../core/integrity/pace.ts'
import { replicate, replicateRows, type Replicated, type ReplicaParts } from '../core/integrity/replica.ts'

export type FileCounts = Pick<Replicated, 'copied' | 'kept'>

export interface FileCopier {
  /** Copies all files that rows reference; files already present are kept. */
  all(): Promise<FileCounts>
  /** Copies the files of these rows; null: of all rows. `isHurried`: ignores the rate limit, because writers wait. */
  some(rows: readonly BlobRow[] | null, ignoresRate: boolean): Promise<void>
}

interface FileParts {
  readonly source: Pick<StoredBlobs, 'open'>
  readonly target: BlobStore
  readonly bytesPerSecond: number | null
  readonly signal: AbortSignal
  readonly found: (finding: Finding) => void
  readonly progress: (done: number, all: number) => void
  /** Read from the catalog that references the files, and from the old catalog. */
  readonly read: Run
  readonly readOld: Run
}

export function createFileCopier(parts: FileParts): FileCopier {
  const { source, target, bytesPerSecond, signal, found, progress, read, readOld } = parts
  const inspection: ReplicaParts['inspection'] = {
    blobs: (after, limit) => read(blobs(after, limit)),
    bytes: (key) => read(bytes(key)),
    extent: () => read(extent()),
    holders: (keys) => readOld(holders(keys)),
  }
  const unpaced: ReplicaParts = {
    ...{ inspection, from: source, to: target, signal, found, progress },
    ...{ recheck: recheckIn(readOld), isStoreOnly: true },
  }
  const paced = bytesPerSecond === null ? unpaced : { ...unpaced, pace: createPace(bytesPerSecond) }
  return {
    async all() {
      const { copied, kept } = await replicate(paced)
      return { copied, kept }
    },
    async some(rows, isHurried) {
      if (rows === null) await replicate(isHurried ? unpaced : paced)
      else await replicateRows(rows, isHurried ? unpaced : paced)
    },
  }
}

/** Findings about bytes that are stored in the catalog and copied with their rows. */
export function createRowFindings(readOld: Run, found: (finding: Finding) => void): FindingBatch {
  return createFindingBatch({ holders: (keys) => readOld(holders(keys)) }, recheckIn(readOld), found)
}

/** A blob whose row was removed or claimed meanwhile is no finding. */
function recheckIn(readOld: Run): Recheck {
  return async ({ key }) => {
    const row = key === null ? null : await readOld(blob(key))
    return row === null || row.claimedAt !== null ? null : { mended: false }
  }
}
