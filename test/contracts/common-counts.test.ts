// What nodes count together: each has memory of its own, and PostgreSQL between them.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openPostgresCatalog } from '../../src/catalog/postgres/open.ts'
import { openPostgresCounts } from '../../src/catalog/postgres/counts.ts'
import { createExchange, type CallCount, type SharedCounts } from '../../src/core/limits/shared-counts.ts'
import { createLimitMemory } from '../../src/core/limits/limit-memory.ts'
import { createRateLimiter, type Period } from '../../src/core/limits/rate-limiter.ts'
import { startPostgres, withClient, type Postgres } from '../../engines/postgres.ts'
import { missing, need } from '../support/require.ts'

const DAY: Period = { milliseconds: 86_400_000, kind: 'fixed' }
const ROLLING: Period = { milliseconds: 86_400_000, kind: 'rolling' }
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

describe('counts of several nodes', { skip: missing('postgres') }, () => {
  let postgres: Postgres
  let url: string
  const opened: SharedCounts[] = []

  before(async () => {
    need('postgres')
    postgres = await startPostgres()
    url = await postgres.database()
    await (await openPostgresCatalog({ url })).close()
  })
  after(async () => {
    for (const counts of opened) await counts.close()
    await postgres.remove()
  })

  const countsOf = () => {
    const counts = openPostgresCounts(url, log)
    opened.push(counts)
    return counts
  }
  const nodeOf = (name: string, now: () => number = Date.now) => {
    const memory = createLimitMemory()
    return { ...createRateLimiter(memory, now), ...createExchange(memory, countsOf(), name, now) }
  }
  const take = (node: ReturnType<typeof nodeOf>, key: string, times: number, most = 1_000, period = DAY) =>
    Array.from({ length: times }, () => node.take(key, period, most)).filter((taken) => taken).length

  test('what each counts, all count, and nothing twice', async () => {
    const [a, b, c] = [nodeOf('a'), nodeOf('b'), nodeOf('c')]
    assert.deepEqual([take(a, 'calls', 5), take(b, 'calls', 3)], [5, 3])
    await a.run()
    await b.run()
    assert.equal(b.peek('calls', DAY).used, 8)
    for (let i = 0; i < 3; i++) for (const node of [a, b]) await node.run()
    assert.equal(take(a, 'calls', 10, 10), 2)
    a.untake('calls')
    await Promise.all([a.run(), b.run()])
    await b.run()
    assert.deepEqual([a.peek('calls', DAY).used, b.peek('calls', DAY).used], [9, 9])
    // A node that comes later knows after its first exchange.
    assert.equal(take(c, 'calls', 1, 10), 1)
    await c.run()
    assert.equal(take(c, 'calls', 1, 10), 0)
    assert.ok(Math.abs(c.peek('calls', DAY).ends - a.peek('calls', DAY).ends) < 5_000, 'one period for all')
  })

  test('clocks that differ by minutes have one period all the same', async () => {
    const [a, b] = [nodeOf('a'), nodeOf('b', () => Date.now() + 300_000)]
    take(a, 'clocks', 4)
    await a.run()
    take(b, 'clocks', 4)
    for (let i = 0; i < 2; i++) for (const node of [a, b]) await node.run()
    assert.deepEqual([a.peek('clocks', DAY).used, b.peek('clocks', DAY).used], [8, 8])
    assert.ok(Math.abs(b.peek('clocks', DAY).ends - a.peek('clocks', DAY).ends) < 5_000)
  })

  test('a period that is over begins anew, and a rolling one remembers the last', async () => {
    const one = { key: 77n, period: 10_000, elapsed: 9_900, calls: 6, former: 0 }
    const counts = countsOf()
    const [begun] = await counts.add([one])
    assert.ok(begun !== undefined && begun.elapsed >= 9_900 && begun.calls === 6)
    await wait(120)
    const [next] = await counts.add([{ ...one, elapsed: 0, calls: 2 }])
    assert.deepEqual([next?.calls, next?.former], [2, 6])
    assert.ok(next !== undefined && next.elapsed < 9_900)
    const [a, b] = [nodeOf('a'), nodeOf('b')]
    take(a, 'rolling', 4, 9, ROLLING)
    await a.run()
    take(b, 'rolling', 4, 9, ROLLING)
    await b.run()
    assert.equal(take(b, 'rolling', 9, 9, ROLLING), 1)
  })

  test('what was counted while nobody answered is told afterwards', async () => {
    const [a, b] = [nodeOf('a'), nodeOf('b')]
    take(a, 'away', 2)
    await a.run()
    await postgres.stop('immediate')
    take(a, 'away', 3)
    await assert.rejects(a.run())
    await postgres.start()
    await a.run()
    take(b, 'away', 1)
    await b.run()
    assert.equal(b.peek('away', DAY).used, 6)
  })

  test('calls under way count on all nodes until they end', async () => {
    const [a, b] = [nodeOf('a'), nodeOf('b')]
    assert.deepEqual([a.begin('calls', 3), a.begin('calls', 3)], [true, true])
    await a.run()
    assert.equal(b.begin('calls', 3), true)
    await b.run()
    assert.deepEqual([b.begin('calls', 3), b.begin('calls', 3)], [false, false])
    b.end('calls')
    await b.run()
    assert.equal(b.begin('calls', 2), false, 'two are under way elsewhere')
    a.end('calls')
    a.end('calls')
    await a.run()
    await b.run()
    assert.deepEqual([b.begin('calls', 2), b.begin('calls', 2)], [true, true])
    const c = nodeOf('c')
    await b.run()
    // However short its own calls are, it learns of the others'.
    assert.equal(c.begin('calls', 2), true)
    c.end('calls')
    await c.run()
    assert.equal(c.begin('calls', 2), false)
  })

  test('a node that hears nothing for three seconds forgets what others had under way', async () => {
    const time = { now: Date.now() }
    const [a, b] = [nodeOf('a'), nodeOf('b', () => time.now)]
    a.begin('silent', 2)
    await a.run()
    b.begin('silent', 2)
    await b.run()
    time.now += 2_000
    b.resetElsewhere()
    assert.equal(b.begin('silent', 2), false)
    time.now += 1_100
    b.resetElsewhere()
    assert.equal(b.begin('silent', 2), true)
  })

  test('many keys told at once in opposite orders: no deadlock, no call lost', async () => {
    const keys = Array.from({ length: 300 }, (_, at) => BigInt(at) - 9_000_000_000_000n)
    const countOf = (key: bigint): CallCount => ({ key, period: 60_000, elapsed: 1, calls: 1, former: 0 })
    const several = [countsOf(), countsOf(), countsOf()]
    const rounds = Array.from({ length: 8 }, () =>
      several.map((counts, at) => counts.add((at % 2 === 0 ? keys : keys.toReversed()).map(countOf))),
    )
    await Promise.all(rounds.flat())
    const last = await several[0]?.add(keys.map((key) => ({ ...countOf(key), calls: 0 })))
    assert.deepEqual([last?.length, new Set(last?.map(({ calls }) => calls))], [300, new Set([24])])
  })

  test('what no period holds any more is forgotten', async () => {
    const counts = countsOf()
    await counts.add([{ key: 5n, period: 10, elapsed: 0, calls: 1, former: 0 }])
    await wait(30)
    await counts.forget()
    const { rows } = await withClient(url, (client) => client.query('select 1 from call_count where key = 5'))
    assert.equal(rows.length, 0)
  })
})
