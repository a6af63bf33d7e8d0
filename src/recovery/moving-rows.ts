/** Copies rows to another catalog: first all of them, then the changes. */
import { countAll, mustHoldAll } from '../catalog/moving/comparison.ts'
import type { MovingEnd, Run } from '../catalog/moving/end.ts'
import { mark } from '../catalog/moving/marks.ts'
import { isComplete, cursorIn, step, type Stepped } from '../catalog/moving/step.ts'
import type { Finding, Suspicion } from '../core/integrity/findings.ts'
import type { BlobRow } from '../core/ports/inspection.ts'
import { createRowFindings } from './moving-files.ts'

export interface RowCopier {
  /** Copies all rows that are not copied yet. */
  copy(progress: (done: number, all: number) => void): Promise<void>
  /** Copies changes, then compares every row on both sides; returns their number. Throws `NotTheSame`. */
  compare(progress: (done: number, all: number) => void): Promise<number>
  /** Copies the changes since the last call. */
  changes(): Promise<Stepped>
}

interface RowParts {
  readonly from: MovingEnd
  /** Null: the catalog is not moved. */
  readonly to: MovingEnd | null
  readonly signal: AbortSignal
  readonly found: (finding: Finding) => void
}

export function createRowCopier({ from, to, signal, found }: RowParts): RowCopier {
  const batch = createRowFindings(from.read, found)
  const suspected: Suspicion[] = []
  const wrong = (row: BlobRow, hash: string) => suspected.push(suspicionOf(row, hash))
  const runStep = async (compare?: (read: Run) => Promise<void>): Promise<Stepped> => {
    signal.throwIfAborted()
    const stepped = await step({ from, to, signal, wrong, ...(compare && { compare }) })
    for (const suspicion of suspected.splice(0)) await batch.note(suspicion)
    await batch.settle()
    return stepped
  }
  return {
    async copy(progress) {
      const all = await countAll(from)
      let place = cursorIn((await to?.read(mark()))?.place ?? null)
      while (!isComplete(place)) {
        place = (await runStep()).place
        progress(place.rows, Math.max(all, place.rows))
      }
    },
    async compare(progress) {
      const all = await countAll(from)
      let compared = 0
      const seen = (rows: number) => {
        signal.throwIfAborted()
        progress((compared += rows), Math.max(all, compared))
      }
      await runStep(async (read) => {
        if (to !== null) await mustHoldAll(read, to, seen)
      })
      return compared
    },
    changes: () => runStep(),
  }
}

function suspicionOf({ key, organization, hash }: BlobRow, found: string): Suspicion {
  const expected = `SHA-256 ${hash ?? 'unknown'}`
  return { kind: 'wrong_hash', key, organization, expected, found: `SHA-256 ${found}` }
}
