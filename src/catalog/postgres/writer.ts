/** Writes to PostgreSQL: each lane takes whatever queued up during its last commit, so that neighbours share one. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import type { MetricsBuffer } from '../../core/ports/metrics-buffer.ts'
import { fenceIn } from '../moving/fence.ts'
import { writes } from '../operations/list.ts'
import { operationOf } from '../operations/named.ts'
import { clientOn, runOn } from './connection.ts'
import { CatalogUnreachable, isAway, isCollision, isTaken, told } from './errors.ts'
import type { Thread } from '../sqlite/thread.ts'
import { createTurns } from '../turns.ts'
import { CatalogUncertain } from '../uncertain.ts'
import { countCommit, countFailed, countGroup } from '../sqlite/writer-metrics.ts'

/** Groups that commit at the same time; more would only collide with each other. */
const LANES = 4
const LARGEST_GROUP = 32
/** Tries of one operation before a collision is told. */
const TRIES = 20
/** Of these, tries that met a key that was taken: more looks at it find the same. */
const TAKEN_TRIES = 5
/** After so many all nodes make way: where they hold the same bytes in turns, one could lose for ever. */
const GENTLE_TRIES = 3
const BEGIN = 'begin isolation level serializable'
/** Waits for those who write about bytes, and lets nobody begin; taken before the first look, which therefore sees what they did. */
const BEGIN_FIRST = `${BEGIN}; lock table blob in share row exclusive mode`
/** A server that is being restarted is waited for this long, as long as nothing was sent, in milliseconds. */
const PATIENCE_MS = 3_000

interface Asked {
  readonly name: string
  readonly args: readonly unknown[]
  readonly at: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

interface PostgresWriter {
  readonly write: Thread<typeof writes>['call']
  /** Operations asked and not answered yet. */
  readonly waiting: () => number
  /** Resolves when everything asked before is answered. */
  close(): Promise<void>
}

export function createPostgresWriter(pool: Pool, buffer: MetricsBuffer | null): PostgresWriter {
  const waiting: Asked[] = []
  let unanswered = 0
  const lanes = new Set<Promise<void>>()
  const turns = createTurns()

  /** Together, or (when something was thrown) each alone, so that one that fails fails alone. */
  async function commit(group: readonly Asked[]): Promise<void> {
    const beganAt = performance.now()
    try {
      const values = await turns.together(() => transact(pool, group))
      const took = performance.now() - beganAt
      if (buffer !== null) {
        countGroup(buffer, group.length, took)
        countCommit(buffer, took)
      }
      for (const [index, asked] of group.entries()) asked.resolve(values[index])
    } catch (error) {
      if (buffer !== null) countFailed(buffer, group.length)
      const isOver = error instanceof CatalogUncertain || error instanceof CatalogUnreachable
      if (error instanceof CatalogUnreachable) refuseWaiting(error)
      for (const asked of group) {
        if (isOver || (group.length === 1 && !isCollision(error))) asked.reject(error)
        else await turns.alone(() => alone(pool, asked)).then(asked.resolve, asked.reject)
      }
    }
  }

  /** Whoever waited as long as those need not find out by themselves, one group after the other. */
  function refuseWaiting(error: CatalogUnreachable): void {
    const before = Date.now() - PATIENCE_MS
    const late = waiting.findIndex(({ at }) => at > before)
    for (const asked of waiting.splice(0, late === -1 ? waiting.length : late)) asked.reject(error)
  }

  function fill(): void {
    if (waiting.length === 0 || lanes.size >= LANES) return
    const lane = work().finally(() => {
      lanes.delete(lane)
      fill()
    })
    lanes.add(lane)
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) await commit(waiting.splice(0, LARGEST_GROUP))
  }

  return {
    write: (name, ...args) =>
      new Promise((resolve, reject) => {
        unanswered++
        waiting.push({ name, args, at: Date.now(), resolve: resolve, reject })
        fill()
      }).finally(() => unanswered--) as never,
    waiting: () => unanswered,
    async close() {
      while (lanes.size > 0) await Promise.all(lanes)
    },
  }
}

/** Until it does not collide with other processes any more; those of this one are waiting. */
async function alone(pool: Pool, asked: Asked): Promise<unknown> {
  for (let tries = 1, taken = 0; ; tries++) {
    try {
      return (await transact(pool, [asked], tries > GENTLE_TRIES ? BEGIN_FIRST : BEGIN))[0]
    } catch (error) {
      if (isTaken(error)) taken++
      if (tries === TRIES || taken === TAKEN_TRIES || !isCollision(error)) throw error
      await wait(Math.random() * 2 ** Math.min(tries, 7))
    }
  }
}

/** One transaction; what is lost with the connection before the commit was kept by nobody, and is tried once more. */
async function transact(pool: Pool, group: readonly Asked[], begin = BEGIN): Promise<readonly unknown[]> {
  const until = Date.now() + PATIENCE_MS
  for (let tries = 1; ; tries++) {
    try {
      return await tryOnce(pool, group, begin)
    } catch (error) {
      if (error instanceof CatalogUncertain || !isAway(error)) throw told(error)
      if (Date.now() > until) throw new CatalogUnreachable(error)
      await wait(50 * tries)
    }
  }
}

async function tryOnce(pool: Pool, group: readonly Asked[], begin: string): Promise<readonly unknown[]> {
  const client = await pool.connect()
  let broken = false
  try {
    await client.query(begin)
    const values: unknown[] = []
    const asking = clientOn(client)
    for (const asked of group) values.push(await runOn(asking, operationOf(writes, { ...asked, id: 0 })))
    await conclude(client)
    return values
  } catch (caught) {
    const error = fenceIn(caught) ?? caught
    broken = isAway(error) || error instanceof CatalogUncertain || !(await client.query('rollback').then(yes, no))
    throw error
  } finally {
    client.release(broken)
  }
}

/** After this was sent nobody knows, without an answer, whether it was kept. */
async function conclude(client: PoolClient): Promise<void> {
  try {
    await client.query('commit')
  } catch (error) {
    throw isAway(error)
      ? new CatalogUncertain('The connection to PostgreSQL was lost during a commit.', { cause: error })
      : error
  }
}

const yes = () => true
const no = () => false
