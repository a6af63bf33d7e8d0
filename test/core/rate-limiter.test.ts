/** Limits count here: in windows that begin with a call, in ones that roll, and what is under way; from several threads at once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createRateLimiter, type Period } from '../../src/core/limits/rate-limiter.ts'
import { createLimitMemory } from '../../src/core/limits/limit-memory.ts'

const FIXED: Period = { milliseconds: 1_000, kind: 'fixed' }
const ROLLING: Period = { milliseconds: 1_000, kind: 'rolling' }

function limiterAt(time: { now: number }) {
  return createRateLimiter(createLimitMemory(), () => time.now)
}

test('a fixed period begins with its first call and opens again when it is over', () => {
  const time = { now: 5_000_123 }
  const limiter = limiterAt(time)
  assert.deepEqual(limiter.peek('a', FIXED), { used: 0, ends: 1_000 })
  for (let i = 0; i < 3; i++) assert.equal(limiter.take('a', FIXED, 3), true)
  assert.equal(limiter.take('a', FIXED, 3), false)
  time.now += 999
  assert.equal(limiter.take('a', FIXED, 3), false)
  assert.deepEqual(limiter.peek('a', FIXED), { used: 3, ends: 1 })
  time.now += 1
  assert.equal(limiter.peek('a', FIXED).used, 0)
  assert.equal(limiter.take('a', FIXED, 3), true)
})

test('a rolling period forgets bit by bit', () => {
  const time = { now: 1_000_000 }
  const limiter = limiterAt(time)
  for (let i = 0; i < 10; i++) assert.equal(limiter.take('a', ROLLING, 10), true)
  time.now += 1_000
  // Nothing of the last second is over yet.
  assert.equal(limiter.take('a', ROLLING, 10), false)
  time.now += 500
  const free = () => limiter.take('a', ROLLING, 10)
  assert.deepEqual([free(), free(), free(), free(), free(), free()], [true, true, true, true, true, false])
  time.now += 5_000
  assert.equal(limiter.peek('a', ROLLING).used, 0)
})

test('keys count apart, and what is given back counts no more', () => {
  const limiter = limiterAt({ now: 7 })
  assert.equal(limiter.take('a', FIXED, 1), true)
  assert.equal(limiter.take('b', FIXED, 1), true)
  assert.equal(limiter.take('a', FIXED, 1), false)
  limiter.untake('a')
  assert.equal(limiter.take('a', FIXED, 1), true)
})

test('what is under way is counted up and down, and never below nothing', () => {
  const limiter = limiterAt({ now: 7 })
  assert.deepEqual([limiter.begin('a', 2), limiter.begin('a', 2), limiter.begin('a', 2)], [true, true, false])
  limiter.end('a')
  assert.equal(limiter.begin('a', 2), true)
  for (let i = 0; i < 9; i++) limiter.end('a')
  assert.deepEqual([limiter.begin('a', 2), limiter.begin('a', 2), limiter.begin('a', 2)], [true, true, false])
})

test('a clock that is set back begins a new period', () => {
  const time = { now: 10_000 }
  const limiter = limiterAt(time)
  limiter.take('a', FIXED, 1)
  time.now = 2_000
  assert.equal(limiter.take('a', FIXED, 1), true)
})

test('threads that share the memory count together, to the last one', async () => {
  const memory = createLimitMemory()
  const path = new URL('../../src/core/limits/rate-limiter.ts', import.meta.url).href
  const work = `
    import { workerData, parentPort } from 'node:worker_threads'
    import { createRateLimiter } from ${JSON.stringify(path)}
    const limiter = createRateLimiter(workerData, () => 1_000)
    let taken = 0
    for (let i = 0; i < 20_000; i++) if (limiter.take('shared', { milliseconds: 60_000, kind: 'fixed' }, 30_000)) taken++
    parentPort.postMessage(taken)`
  const threads = Array.from({ length: 3 }, () => {
    const url = new URL(`data:text/javascript,${encodeURIComponent(work)}`)
    return new Promise<number>((resolve, reject) => {
      const thread = new Worker(url, { workerData: memory })
      thread.once('message', resolve).once('error', reject)
    })
  })
  const taken = await Promise.all(threads)
  const all = taken.reduce((sum, one) => sum + one, 0)
  // Two that try for the last one at once may both go away empty: it is free for the next.
  assert.ok(all <= 30_000 && all > 29_990, String(taken))
})
