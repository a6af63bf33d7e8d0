/** Opens both stores for `dossier doctor`: read-only beside running servers, writable only to repair findings. */
import { mustBeServable } from '../catalog/sqlite/folder-mark.ts'
import type { Config } from '../config/config.ts'
import type { Catalog } from '../core/ports/catalog.ts'
import type { Log, StoredBlobs } from '../core/ports/contracts.ts'
import { examine, type DoctorParts, type Examined } from '../core/integrity/doctor.ts'
import { createSweep } from '../core/files/sweep.ts'
import { openCatalog, openInspection, openStoredBlobs, storeLocationsOf } from '../server/stores.ts'
import { createReading, type StoreLocations } from './reading-state.ts'

interface DoctorOptions extends Pick<DoctorParts, 'found' | 'progress'> {
  /** Bytes without a row are orphans if they are older than `sweepGraceSeconds`. */
  readonly config: Config
  /** Maximum read rate; null: bytes are not read. */
  readonly bytesPerSecond: number | null
  readonly mend: boolean
  readonly log: Log
}

/** Errors: NoCatalog, CatalogTooNew, CatalogTooOld, NotServable (only with `mend`), and the stores' own. */
export async function runDoctor(options: DoctorOptions): Promise<Examined & { readonly stores: StoreLocations }> {
  const { config, bytesPerSecond, found, progress } = options
  if (options.mend) mustBeServable(config.data)
  const inspection = await openInspection(config)
  let blobs: Awaited<ReturnType<typeof openStoredBlobs>> | null = null
  let catalog: Catalog | null = null
  try {
    blobs = await openStoredBlobs(config)
    // A damaged catalog must never be written to.
    const isMended = options.mend && (await inspection.damage(false)).length === 0
    if (isMended) catalog = await openCatalog(config)
    const reading =
      bytesPerSecond === null ? null : createReading(config.data, storeLocationsOf(config), bytesPerSecond)
    const examined = await examine({
      ...{ inspection, blobs, reading, found, progress, now: Date.now },
      mender: catalog && createMender(catalog, blobs, options.log),
      before: Date.now() - config.sweepGraceSeconds * 1_000,
    })
    reading?.end()
    return { stores: storeLocationsOf(config), ...examined }
  } finally {
    await catalog?.close()
    await blobs?.close()
    await inspection.close()
  }
}

function createMender(catalog: Catalog, blobs: StoredBlobs, log: Log): DoctorParts['mender'] {
  return { catalog, sweep: createSweep({ catalog, blobs, log, now: Date.now }) }
}
