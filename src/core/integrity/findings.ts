/** Findings of integrity checks, with the attachments that they affect. */
import { HOLDERS_AT_ONCE, type Holder, type Inspection } from '../ports/inspection.ts'
import type { AttachmentId, BlobKey, OrganizationId } from '../model/model.ts'

export type FindingKind =
  /** A row whose bytes do not exist. */
  | 'missing'
  | 'wrong_size'
  | 'wrong_hash'
  /** The bytes exist and cannot be read. */
  | 'unreadable'
  /** Bytes without a row, older than the grace period. */
  | 'orphan'
  /** Claimed bytes that were not removed within the grace period. */
  | 'leftover'
  /** The stored count of holders differs from the number of attachments. */
  | 'wrong_count'
  /** An attachment whose blob has no row. */
  | 'no_row'
  /** An attachment whose blob is claimed for removal. */
  | 'given_up'
  /** An attachment whose size, hash or organization differs from its blob's row. */
  | 'mismatch'
  /** The catalog's own file is damaged. */
  | 'damaged_catalog'

export interface Suspicion {
  readonly kind: FindingKind
  readonly key: BlobKey | null
  readonly organization: OrganizationId | null
  readonly expected: string
  readonly found: string
}

export interface Finding extends Suspicion {
  /** The attachments that hold these bytes; at most 1,000 are listed per batch. */
  readonly attachments: readonly AttachmentId[]
  readonly mended: boolean
}

/** Rechecks suspicions and reports findings in bounded batches, so that memory stays bounded. */
export interface FindingBatch {
  note(suspicion: Suspicion): Promise<void>
  /** Resolves when everything noted so far has been rechecked and reported. */
  settle(): Promise<void>
}

/** Checks a suspicion again: null if it was unfounded, else whether it was mended. */
export type Recheck = (suspicion: Suspicion, holders: readonly Holder[]) => Promise<{ readonly mended: boolean } | null>

export function createFindingBatch(
  inspection: Pick<Inspection, 'holders'>,
  recheck: Recheck,
  report: (finding: Finding) => void,
): FindingBatch {
  const batch: Suspicion[] = []
  const settle = async () => {
    const suspicions = batch.splice(0)
    const keys = new Set(suspicions.flatMap(({ key }) => (key === null ? [] : [key])))
    const holders = keys.size === 0 ? [] : await inspection.holders([...keys])
    for (const suspicion of suspicions) {
      const own = holders.filter(({ key }) => key === suspicion.key)
      const confirmed = await recheck(suspicion, own)
      if (confirmed !== null)
        report({ ...suspicion, attachments: own.map(({ attachment }) => attachment), mended: confirmed.mended })
    }
  }
  return {
    async note(suspicion) {
      if (batch.push(suspicion) >= HOLDERS_AT_ONCE) await settle()
    },
    settle,
  }
}

/** Confirms every suspicion unchecked: for stores without writers, where nothing changes meanwhile and nothing is mended. */
export const asNoted: Recheck = async () => ({ mended: false })
