/** The contract over any engine: which operation answers which look. */
import type { Inspection } from '../core/ports/inspection.ts'
import { bytes } from './operations/blobs.ts'
import { odd, stray } from './operations/catalog-bytes.ts'
import { blob, blobs, extent, miscounted, misled } from './operations/inspection.ts'
import { isLeased } from './operations/leases.ts'
import { holders } from './operations/mending.ts'
import type { Op } from './statement.ts'

interface Looking extends Pick<Inspection, 'damage' | 'close'> {
  readonly run: <T>(op: Op<T>) => Promise<T>
}

export function createInspection({ run, damage, close }: Looking): Inspection {
  return {
    blobs: (after, limit) => run(blobs(after, limit)),
    blob: (key) => run(blob(key)),
    bytes: (key) => run(bytes(key)),
    extent: () => run(extent()),
    miscounted: (after, limit) => run(miscounted(after, limit)),
    misled: (after, limit) => run(misled(after, limit)),
    odd: (after, limit) => run(odd(after, limit)),
    stray: (after, limit) => run(stray(after, limit)),
    holders: (keys) => run(holders(keys)),
    isLeased: (at) => run(isLeased(at)),
    damage,
    close,
  }
}
