/** Removes blobs that no row references. The key is claimed in the catalog first, so that no concurrent attach can use it. */
import type { Catalog } from '../ports/catalog.ts'
import type { Log, StoredBlobs, SweepMetrics } from '../ports/contracts.ts'
import type { BlobKey } from '../model/model.ts'

/** Rows or blobs per operation; bounds how long concurrent writes wait. */
const BATCH = 500

export interface Sweep {
  /** Removes the bytes of claimed keys and clears removed records. Failures are logged and retried by the next run. */
  collect(): Promise<void>
  /**
   * As `collect` for requests that wait: resolves after one batch and continues in the background, so that the removal of
   * one attachment does not wait for a hundred thousand others.
   */
  collectBatch(): Promise<void>
  /** Claims and removes blobs that no attachment holds and that were written before `before` (milliseconds); returns their number. */
  loose(before: number): Promise<number>
  /** Starts nothing more; resolves when the running batch has ended. The remainder is removed after the next start. */
  stop(): Promise<void>
}

interface SweepParts {
  readonly catalog: Pick<Catalog, 'clearRemoved' | 'claimed' | 'forget' | 'claimLoose'>
  readonly blobs: StoredBlobs
  readonly log: Log
  readonly now: () => number
  readonly metrics?: SweepMetrics | null
}

export function createSweep({ catalog, blobs, log, now, metrics = null }: SweepParts): Sweep {
  let stopping = false
  let background: Promise<void> = Promise.resolve()
  /** Returns true if more may be left. */
  const round = async () => {
    const wasLeft = await catalog.clearRemoved(BATCH, now())
    const keys = await catalog.claimed(BATCH, now())
    for (const key of keys) await blobs.remove(key)
    if (keys.length === 0) return wasLeft
    const bytes = await catalog.forget(keys)
    metrics?.removed(keys.length, bytes)
    return wasLeft || keys.length === BATCH
  }
  /** Runs one round, and further ones while more is left and `isOn`; returns whether more is left. */
  const rounds = async (isOn: () => boolean) => {
    try {
      let isLeft = !stopping && (await round())
      while (isLeft && !stopping && isOn()) isLeft = await round()
      metrics?.ran(true)
      return isLeft
    } catch (error) {
      metrics?.ran(false)
      log.error({ err: error }, 'bytes of removed attachments could not be cleared; they will be later')
      return false
    }
  }
  const collect = coalesced(async () => {
    await rounds(() => true)
  })
  const collectBatch = coalesced(async () => {
    if (await rounds(() => false)) background = collect()
  })
  const claim = async (found: Map<BlobKey, number>) => {
    const keys = await catalog.claimLoose([...found.keys()], now())
    // No attachment ever held them, so only the store knows their size.
    metrics?.removed(
      0,
      keys.reduce((bytes, key) => bytes + (found.get(key) ?? 0), 0),
    )
    found.clear()
    return keys.length
  }
  return {
    collect,
    collectBatch,
    async loose(before) {
      await blobs.abandon(before)
      const batch = new Map<BlobKey, number>()
      let found = 0
      for await (const blob of blobs.list()) {
        if (stopping) break
        if (blob.modified.getTime() < before) batch.set(blob.key, blob.size)
        if (batch.size === BATCH) found += await claim(batch)
      }
      if (batch.size > 0) found += await claim(batch)
      await collect()
      return found
    },
    async stop() {
      stopping = true
      await background
    },
  }
}

/** Calls made during a run share one further run after it, so that each caller waits for a run that began after its call. */
function coalesced(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let waiting: Promise<void> | null = null
  const start = () => {
    running = run().finally(() => {
      running = null
    })
    return running
  }
  return () => {
    if (running === null) return start()
    waiting ??= running.then(() => {
      waiting = null
      return start()
    })
    return waiting
  }
}
