/** A data folder is opened for the doctor: read-only beside a running server, and for writing only when something is to be mended. */
import { join } from 'node:path'
import { createDiskView } from '../blobs/disk.ts'
import { openSqliteInspection } from '../catalog/inspection.ts'
import { mustBeServable } from '../catalog/mark.ts'
import { openSqliteCatalog } from '../catalog/sqlite.ts'
import type { Catalog } from '../core/catalog.ts'
import type { Log, StoredBlobs } from '../core/contracts.ts'
import { examine, type DoctorParts, type Examined } from '../core/doctor.ts'
import { createSweep } from '../core/sweep.ts'
import { readingIn } from './reading-state.ts'

export interface DoctorOrder extends Pick<DoctorParts, 'found' | 'progress'> {
  readonly folder: string
  /** How old bytes without a row must be before they are orphans. */
  readonly graceMs: number
  /** Null: bytes are not read. */
  readonly bytesPerSecond: number | null
  readonly mend: boolean
  readonly log: Log
}

/** Errors: NoCatalog, CatalogTooNew, CatalogTooOld, NotServable (only when something is to be mended), and the disk's own. */
export async function runDoctor(order: DoctorOrder): Promise<Examined> {
  const { folder, bytesPerSecond, found, progress } = order
  if (order.mend) mustBeServable(folder)
  const blobs = createDiskView(join(folder, 'blobs'))
  const inspection = openSqliteInspection(folder)
  let catalog: Catalog | null = null
  try {
    // A damaged catalog is never written to.
    const isMended = order.mend && (await inspection.damage(false)).length === 0
    if (isMended) catalog = await openSqliteCatalog({ folder })
    const reading = bytesPerSecond === null ? null : readingIn(folder, bytesPerSecond)
    const examined = await examine({
      ...{ inspection, blobs, reading, found, progress, now: Date.now },
      mender: catalog && menderOf(catalog, blobs, order.log),
      before: Date.now() - order.graceMs,
    })
    reading?.end()
    return examined
  } finally {
    await catalog?.close()
    await inspection.close()
  }
}

function menderOf(catalog: Catalog, blobs: StoredBlobs, log: Log): DoctorParts['mender'] {
  return { catalog, sweep: createSweep({ catalog, blobs, log, now: Date.now }) }
}
