/** Bytes that no row points at are removed. The key is claimed in the catalog first, so that no attach can take it meanwhile. */
import type { Catalog } from './catalog.ts'
import type { Log, StoredBlobs } from './contracts.ts'
import type { BlobKey } from './model.ts'

const BATCH = 500

export interface Sweep {
  /** Removes the bytes of claimed keys and clears removed records. What fails is logged and tried again by the next run. */
  collect(): Promise<void>
  /** Claims and removes blobs that no attachment holds and that were written before `before` (milliseconds); answers how many. */
  loose(before: number): Promise<number>
}

export function createSweep(catalog: Catalog, blobs: StoredBlobs, log: Log, now: () => number): Sweep {
  const once = async () => {
    while (await catalog.clearRemoved(BATCH, now()));
    for (;;) {
      const keys = await catalog.claimed(BATCH, now())
      if (keys.length === 0) return
      for (const key of keys) await blobs.remove(key)
      await catalog.forget(keys)
    }
  }
  const collect = coalesced(async () => {
    try {
      await once()
    } catch (error) {
      log.error({ err: error }, 'bytes of removed attachments could not be cleared; they will be later')
    }
  })
  const claim = async (keys: BlobKey[]) => (await catalog.claimLoose(keys.splice(0), now())).length
  return {
    collect,
    async loose(before) {
      const batch: BlobKey[] = []
      let found = 0
      for await (const blob of blobs.list()) {
        if (blob.modified.getTime() < before) batch.push(blob.key)
        if (batch.length === BATCH) found += await claim(batch)
      }
      if (batch.length > 0) found += await claim(batch)
      await collect()
      return found
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
