/** Checks a suspicion again, because data may have changed meanwhile, and mends it where no data is lost by that. */
import type { Catalog } from '../ports/catalog.ts'
import type { StoredBlobs } from '../ports/contracts.ts'
import type { Recheck, Suspicion } from './findings.ts'
import type { Holder, Inspection } from '../ports/inspection.ts'
import type { BlobKey } from '../model/model.ts'
import { digestIn } from './content-check.ts'
import type { Sweep } from '../files/sweep.ts'

/** The operations used for mending; the server uses the same. */
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
    // Bytes are read before rows: a removal claims the row first, so bytes missing now have no valid row afterwards.
    const isThere = kind === 'orphan' || kind === 'missing' ? await hasBytes(key) : true
    const row = await inspection.blob(key)
    switch (kind) {
      case 'missing':
        return !isThere && row !== null && row.claimedAt === null
      case 'orphan':
        // If an attachment holds it, the lost row was reported already.
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
    const stream = await blobs.open(key, { start: 0, end: 0 }).catch(nullIfNotAFile)
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

  /** Restores the row only if size, hash and organization match in all attachments that hold the bytes. */
  async function adopt(holders: readonly Holder[], catalog: Mender['catalog']): Promise<boolean> {
    const [holder] = holders
    if (holder === undefined) return false
    const digest = await digestIn(inspection, blobs, holder.key)
    const matchesAll = holders.every(
      ({ hash, size, organization }) =>
        hash === digest?.hash && size === digest.size && organization === holder.organization,
    )
    if (!matchesAll) return false
    return (await catalog.adopt(holder)) || (await inspection.blob(holder.key)) !== null
  }
}

/** Returns null for the error of opening a symbolic link or another non-file; rethrows any other error. */
function nullIfNotAFile(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^(ELOOP|ENXIO|EISDIR|ENOTDIR)$/.test(code)) return null
  throw error
}
