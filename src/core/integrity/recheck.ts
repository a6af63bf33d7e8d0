/** A suspicion is looked at again, now that something may have changed, and mended where that loses nothing. */
import type { Catalog } from '../ports/catalog.ts'
import type { StoredBlobs } from '../ports/contracts.ts'
import type { Recheck, Suspicion } from './findings.ts'
import type { Holder, Inspection } from '../ports/inspection.ts'
import type { BlobKey } from '../model/model.ts'
import { digestIn } from './content-check.ts'
import type { Sweep } from '../files/sweep.ts'

/** What mending works with: the same operations as the server's. */
export interface Mender {
  readonly catalog: Pick<Catalog, 'recount' | 'adopt' | 'claimLoose'>
  readonly sweep: Pick<Sweep, 'collect'>
}

interface Parts {
  readonly inspection: Inspection
  readonly blobs: StoredBlobs
  readonly mender: Mender | null
  readonly now: () => number
}

export function createRecheck({ inspection, blobs, mender, now }: Parts): Recheck {
  return async (suspicion, holders) => {
    if (suspicion.key === null) return { mended: false }
    if (!(await isStill(suspicion, suspicion.key, holders))) return null
    return { mended: mender !== null && (await mend(suspicion, suspicion.key, holders, mender)) }
  }

  async function isStill({ kind }: Suspicion, key: BlobKey, holders: readonly Holder[]): Promise<boolean> {
    // Bytes before rows: whoever removes takes the row first, so bytes that are gone by now have no row any more either.
    const isThere = kind === 'orphan' || kind === 'missing' ? await hasBytes(key) : true
    const row = await inspection.blob(key)
    switch (kind) {
      case 'missing':
        return !isThere && row !== null && row.claimedAt === null
      case 'orphan':
        // Held by an attachment: its row is what is lost, and was told.
        return isThere && row === null && holders.length === 0
      case 'leftover':
        return row !== null && row.claimedAt !== null
      case 'wrong_size':
      case 'wrong_hash':
      case 'unreadable':
        return row !== null && row.claimedAt === null
      default:
        return true
    }
  }

  async function hasBytes(key: BlobKey): Promise<boolean> {
    if ((await inspection.bytes(key)) !== null) return true
    const stream = await blobs.open(key, { start: 0, end: 0 }).catch(noneIfNoFile)
    stream?.destroy()
    return stream !== null
  }

  async function mend(
    { kind }: Suspicion,
    key: BlobKey,
    holders: readonly Holder[],
    { catalog, sweep }: Mender,
  ): Promise<boolean> {
    switch (kind) {
      case 'wrong_count':
        await catalog.recount([key], now())
        await sweep.collect()
        return true
      case 'no_row':
        return adopt(holders, catalog)
      case 'orphan':
        if ((await catalog.claimLoose([key], now())).length === 0) return false
        await sweep.collect()
        return !(await hasBytes(key))
      case 'leftover':
        await sweep.collect()
        return (await inspection.blob(key)) === null
      default:
        return false
    }
  }

  /** Only bytes that are what every one of their attachments says get their row back. */
  async function adopt(holders: readonly Holder[], catalog: Mender['catalog']): Promise<boolean> {
    const [holder] = holders
    if (holder === undefined) return false
    const digest = await digestIn(inspection, blobs, holder.key)
    const isTheirs = holders.every(
      ({ hash, size, organization }) =>
        hash === digest?.hash && size === digest.size && organization === holder.organization,
    )
    if (!isTheirs) return false
    return (await catalog.adopt(holder)) || (await inspection.blob(holder.key)) !== null
  }
}

/** A link or something else in the place of a file cannot be opened: these are no bytes. */
function noneIfNoFile(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^(ELOOP|ENXIO|EISDIR|ENOTDIR)$/.test(code)) return null
  throw error
}
