// Whoever deletes one attachment does not wait for another's hundred thousand to be cleared.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createMemoryBlobs } from '../../src/blobs/memory.ts'
import { newBlobKey } from '../../src/core/model/ids.ts'
import type { BlobKey } from '../../src/core/model/model.ts'
import { createSweep } from '../../src/core/files/sweep.ts'

/** A catalog with so many claimed keys and so much to clear. */
function left(keys: number, rounds: number) {
  const claimed = Array.from({ length: keys }, () => newBlobKey())
  const seen = { cleared: 0, forgotten: 0, errors: 0 }
  const catalog = {
    async clearRemoved() {
      await turn()
      seen.cleared += 1
      return seen.cleared <= rounds
    },
    claimed: async (limit: number) => claimed.slice(0, limit),
    async forget(gone: readonly BlobKey[]) {
      seen.forgotten += claimed.splice(0, gone.length).length
      return 0
    },
    claimLoose: async () => [],
  }
  const quiet = () => undefined
  const log = { debug: quiet, info: quiet, warn: quiet, error: () => void (seen.errors += 1) }
  return { seen, sweep: createSweep({ catalog, blobs: createMemoryBlobs(), log, now: Date.now }) }
}

test('a little is cleared before the answer', async () => {
  const { seen, sweep } = left(3, 0)
  await sweep.collectBatch()
  assert.deepEqual(seen, { cleared: 1, forgotten: 3, errors: 0 })
})

test('of much, one batch is cleared before the answer, and the rest after it', async () => {
  const { seen, sweep } = left(100_000, 10)
  await sweep.collectBatch()
  assert.deepEqual(seen, { cleared: 1, forgotten: 500, errors: 0 })
  await sweep.collect()
  assert.equal(seen.forgotten, 100_000)
})

test('a sweep that rests begins nothing more, and has ended when it says so', async () => {
  const { seen, sweep } = left(100_000, 1_000_000)
  await sweep.collectBatch()
  await turn()
  await sweep.stop()
  const { forgotten } = seen
  assert.ok(forgotten < 100_000)
  for (let turns = 0; turns < 20; turns++) await turn()
  await sweep.collectBatch()
  await sweep.collect()
  assert.deepEqual(seen.forgotten, forgotten)
  assert.equal(seen.errors, 0)
})
