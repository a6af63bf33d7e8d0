/** Opens both stores for `dossier doctor`: read-only beside running servers, writable only if findings are to be repaired. */
import { mustBeServable } from '../catalog/sqlite/folder-mark.ts'
import type { Config } from '../config/config.ts'
import type { Catalog } from '../core/ports/catalog.ts'
import type { Log, StoredBlobs } from '../core/ports/contracts.ts'
import { examine, type DoctorParts, type Examined } from '../core/integrity/doctor.ts'
import { createSweep } from '../core/files/sweep.ts'
import { openCatalog, openInspection, openStoredBlobs, placesOf } from '../server/stores.ts'
import { readingIn, type Places } from './reading-state.ts'

export interface DoctorOrder extends Pick<DoctorParts, 'found' | 'progress'> {
  /** Bytes without a row are orphans if they are older than `sweepGraceSeconds`. */
  readonly config: Config
  /** Maximum read rate; null: bytes are not read. */
  readonly bytesPerSecond: number | null
  readonly mend: boolean
  readonly log: Log
}

/** Errors: NoCatalog, CatalogTooNew, CatalogTooOld, NotServable (only if findings are to be repaired), and the stores' own. */
export async function runDoctor(order: DoctorOrder): Promise<Examined & { readonly stores: Places }> {
  const { config, bytesPerSecond, found, progress } = order
  if (order.mend) mustBeServable(config.data)
  const inspection = await openInspection(config)
  let blobs: Awaited<ReturnType<typeof openStoredBlobs>> | null = null
  let catalog: Catalog | null = null
  try {
    blobs = await openStoredBlobs(config)
    // A damaged catalog must never be written to.
    const isMended = order.mend && (await inspection.damage(false)).length === 0
    if (isMended) catalog = await openCatalog(config)
    const reading = bytesPerSecond === null ? null : readingIn(config.data, placesOf(config), bytesPerSecond)
    const examined = await examine({
      ...{ inspection, blobs, reading, found, progress, now: Date.now },
      mender: catalog && menderOf(catalog, blobs, order.log),
      before: Date.now() - config.sweepGraceSeconds * 1_000,
    })
    reading?.end()
    return { stores: placesOf(config), ...examined }
  } finally {
    await catalog?.close()
    await blobs?.close()
    await inspection.close()
  }
}

function menderOf(catalog: Catalog, blobs: StoredBlobs, log: Log): DoctorParts['mender'] {
  return { catalog, sweep: createSweep({ catalog, blobs, log, now: Date.now }) }
}
