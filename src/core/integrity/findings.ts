/** What looking after a store brings to light, and who is concerned by it. */
import { HOLDERS_AT_ONCE, type Holder, type Inspection } from '../ports/inspection.ts'
import type { AttachmentId, BlobKey, OrganizationId } from '../model/model.ts'

export type FindingKind =
  /** A row without bytes. */
  | 'missing'
  | 'wrong_size'
  | 'wrong_hash'
  /** The bytes are there and cannot be read. */
  | 'unreadable'
  /** Bytes without a row, for longer than the grace. */
  | 'orphan'
  /** Bytes that were given up, and not removed for longer than the grace. */
  | 'leftover'
  /** The count of holders is not the number of attachments. */
  | 'wrong_count'
  /** An attachment without the row of its bytes. */
  | 'no_row'
  /** An attachment whose bytes were given up. */
  | 'given_up'
  /** An attachment whose size, hash or organization is not that of its bytes. */
  | 'mismatch'
  /** The catalog's own file. */
  | 'damaged_catalog'

export interface Suspicion {
  readonly kind: FindingKind
  readonly key: BlobKey | null
  readonly organization: OrganizationId | null
  readonly expected: string
  readonly found: string
}

export interface Finding extends Suspicion {
  /** Who holds these bytes; at most 1,000 are named for one batch. */
  readonly attachments: readonly AttachmentId[]
  readonly mended: boolean
}

/** Suspicions come in, findings go out, in bounded batches: nothing is held to the end. */
export interface FindingBatch {
  note(suspicion: Suspicion): Promise<void>
  /** Everything noted so far has been judged and reported after this. */
  settle(): Promise<void>
}

/** A suspicion looked at again: null when it was none, else whether it was mended. */
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
      const verdict = await recheck(suspicion, own)
      if (verdict !== null)
        report({ ...suspicion, attachments: own.map(({ attachment }) => attachment), mended: verdict.mended })
    }
  }
  return {
    async note(suspicion) {
      if (batch.push(suspicion) >= HOLDERS_AT_ONCE) await settle()
    },
    settle,
  }
}

/** For stores at rest, where nothing can have changed meanwhile and nothing is mended. */
export const asNoted: Recheck = async () => ({ mended: false })
