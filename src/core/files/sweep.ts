/** Bytes that no row points at are removed. The key is claimed in the catalog first, so that no attach can take it meanwhile. */
import type { Catalog } from '../ports/catalog.ts'
import type { Log, StoredBlobs, SweepMetrics } from '../ports/contracts.ts'
import type { BlobKey } from '../model/model.ts'

/** What is cleared by one operation: whoever writes meanwhile waits for no more than this. */
const BATCH = 500

export interface Sweep {
  /** Removes the bytes of claimed keys and clears removed records. What fails is logged and tried again by the next run. */
  collect(): Promise<void>
  /**
   * The same for those who wait for an answer: a batch of it now, and the rest behind their backs. Nobody who removes one
   * attachment waits for somebody else's hundred thousand.
   */
  tidy(): Promise<void>
  /** Claims and removes blobs that no attachment holds and that were written before `before` (milliseconds); answers how many. */
  loose(before: number): Promise<number>
  /** Nothing more is begun; resolves when what is under way has ended. What is left is removed after the next start. */
  rest(): Promise<void>
}

export interface SweepParts {
  readonly catalog: Pick<Catalog, 'clearRemoved' | 'claimed' | 'forget' | 'claimLoose'>
  readonly blobs: StoredBlobs
  readonly log: Log
  readonly now: () => number
  readonly metrics?: SweepMetrics | null
}

export function createSweep({ catalog, blobs, log, now, metrics = null }: SweepParts): Sweep {
  let resting = false
  let behind: Promise<void> = Promise.resolve()
  /** True when something may be left. */
  const round = async () => {
    const wasLeft = await catalog.clearRemoved(BATCH, now())
    const keys = await catalog.claimed(BATCH, now())
    for (const key of keys) await blobs.remove(key)
    if (keys.length === 0) return wasLeft
    const bytes = await catalog.forget(keys)
    metrics?.removed(keys.length, bytes)
    return wasLeft || keys.length === BATCH
  }
  /** The first round, and as many more as `isOn` says while something is left; answers whether something still is. */
  const rounds = async (isOn: () => boolean) => {
    try {
      let isLeft = !resting && (await round())
      while (isLeft && !resting && isOn()) isLeft = await round()
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
  const tidy = coalesced(async () => {
    if (await rounds(() => false)) behind = collect()
  })
  const claim = async (found: Map<BlobKey, number>) => {
    const keys = await catalog.claimLoose([...found.keys()], now())
    // Nobody ever held them, so only the store knows how many bytes they are.
    metrics?.removed(
      0,
      keys.reduce((bytes, key) => bytes + (found.get(key) ?? 0), 0),
    )
    found.clear()
    return keys.length
  }
  return {
    collect,
    tidy,
    async loose(before) {
      await blobs.abandon(before)
      const batch = new Map<BlobKey, number>()
      let found = 0
      for await (const blob of blobs.list()) {
        if (resting) break
        if (blob.modified.getTime() < before) batch.set(blob.key, blob.size)
        if (batch.size === BATCH) found += await claim(batch)
      }
      if (batch.size > 0) found += await claim(batch)
      await collect()
      return found
    },
    async rest() {
      resting = true
      await behind
    },
  }
}

/** Calls made during a run share one more run after it: each caller's own state is seen by the run it waits for. */
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
