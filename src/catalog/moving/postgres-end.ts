import { setTimeout as wait } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { clientOn, createPool, runOn } from '../postgres/connection.ts'
import { CatalogUnreachable, isCollision, told } from '../postgres/errors.ts'
import { migratePostgres } from '../postgres/migrate.ts'
import { startTrouble } from '../postgres/start.ts'
import { MoveUnderWay, type MovingEnd, type Run } from './end.ts'
import { fenceFor, forgetMove, seal } from './marks.ts'
import { GATE, POSTGRES_NOW, postgresTriggers } from './triggers.ts'

/** What one statement of a move may take: a count of all rows, or waiting for those who write. */
const STATEMENT_MS = 600_000
/** Any number, beside `GATE`: held as long as the move's process lives. */
const MOVER = 4_617_315_515
/** A table's own trigger waits for those who write to it; whoever comes behind waits for it, so it soon gives up for a moment. */
const LOCK_MS = 2_000
const TRIES = 30
const MOMENT = 'begin isolation level repeatable read read only'

const fence = fenceFor(POSTGRES_NOW)

/** The catalog beside all nodes that serve it. Throws `MoveUnderWay`, `CatalogTooNew`, `CatalogUnreachable`, `DatabaseRefused`. */
export async function openPostgresEnd(url: string): Promise<MovingEnd> {
  const { host, pathname } = new URL(url)
  const name = `PostgreSQL at ${host}${pathname}`
  const pool = createPool({ url, connections: 4, statementMs: STATEMENT_MS })
  try {
    await migratePostgres(pool, Date.now())
    const lock = await lockMover(pool, name)
    return endOn(pool, lock, name)
  } catch (error) {
    await pool.end()
    throw startTrouble(error, url)
  }
}

/** For who only reads: all of it is of one moment, and others go on writing. Throws `CatalogUnreachable`. */
export async function atOneMoment<T>(url: string, work: (read: Run) => Promise<T>): Promise<T> {
  const pool = createPool({ url, connections: 1, statementMs: STATEMENT_MS })
  try {
    return await within(pool, MOMENT, work)
  } catch (error) {
    throw told(error)
  } finally {
    await pool.end()
  }
}

function endOn(pool: Pool, lock: PoolClient, name: string): MovingEnd {
  const holding = whileHeld(lock)
  const transact = <T>(begin: string, work: (run: Run) => Promise<T>) => holding(() => within(pool, begin, work))
  const write = <T>(work: (run: Run) => Promise<T>) => transact('begin', work)
  /** Those who write wait meanwhile, and those who were about to look anew. */
  const alone = <T>(work: (run: Run) => Promise<T>) => transact(`begin; select pg_advisory_xact_lock(${GATE})`, work)
  const executeAll = async (statements: readonly string[]) => {
    for (const statement of statements) await holding(() => execute(pool, statement))
  }
  return {
    name,
    moment: (work) => transact(MOMENT, work),
    write,
    read: (op) => holding(() => runOn(clientOn(pool), op)),
    watch: () => executeAll(postgresTriggers.create),
    async unwatch() {
      await executeAll(postgresTriggers.drop)
      await write((run) => run(forgetMove()))
    },
    fence: (ms) => alone((run) => run(fence(ms))),
    async seal(store, at) {
      const isSealed = await alone((run) => run(seal(store, at)))
      if (isSealed) await executeAll(postgresTriggers.dropNotes)
      return isSealed
    },
    async close() {
      lock.release(true)
      await pool.end()
    },
  }
}

/** Of the session: the server frees it as soon as the process is gone. */
async function lockMover(pool: Pool, name: string): Promise<PoolClient> {
  const client = await pool.connect()
  await client.query('set idle_in_transaction_session_timeout = 0; set statement_timeout = 0')
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [MOVER])
  if (rows[0]?.held === true) return client
  client.release(true)
  throw new MoveUnderWay(name)
}

/** Does nothing once the lock is lost: a server that is back gave it to nobody, and the next move may take it. */
function whileHeld(lock: PoolClient) {
  let lost: CatalogUnreachable | null = null
  const lose = (cause?: unknown) => (lost ??= new CatalogUnreachable(cause))
  lock.once('error', lose).once('end', lose)
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (lost !== null) throw lost
    try {
      return await work()
    } catch (error) {
      throw told(error)
    }
  }
}

async function within<T>(pool: Pool, begin: string, work: (run: Run) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let isBroken = true
  try {
    await client.query(begin)
    const asking = clientOn(client)
    const result = await work((op) => runOn(asking, op))
    await client.query('commit')
    isBroken = false
    return result
  } catch (error) {
    isBroken = await client.query('rollback').then(
      () => false,
      () => true,
    )
    throw error
  } finally {
    client.release(isBroken)
  }
}

/** One or more statements in a transaction of their own. */
async function execute(pool: Pool, statements: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const client = await pool.connect()
    try {
      await client.query(`begin; set local lock_timeout = ${LOCK_MS}; ${statements}; commit`)
      return
    } catch (error) {
      await client.query('rollback').catch(() => undefined)
      if (tries === TRIES || !(isLockTimeout(error) || isCollision(error))) throw error
    } finally {
      client.release()
    }
    await wait(100 * tries)
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55P03'
}
