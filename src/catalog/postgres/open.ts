import { escapeLiteral, type Pool } from 'pg'
import type { Catalog } from '../../core/ports/catalog.ts'
import type { Log } from '../../core/ports/contracts.ts'
import type { MetricsBuffer } from '../../core/ports/metrics-buffer.ts'
import { createCatalog } from '../catalog.ts'
import { moved, mustNotBeFilled } from '../moving/marks.ts'
import { longReads } from '../operations/list.ts'
import { operationOf } from '../operations/named.ts'
import { clientOn, createPool, runOn, steadyOn } from './connection.ts'
import { migratePostgres } from './migrate.ts'
import { startTrouble } from './start.ts'
import { createPostgresWriter } from './writer.ts'
import type { Op } from '../statement.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string
  /** At most so many connections of this process; 10 unless told. */
  readonly connections?: number
  /** What one statement may take, in milliseconds; 30,000 unless told. */
  readonly statementMs?: number
  /** How long PostgreSQL may be silent before it counts as away; 10,000 unless told. Long reads may take their time. */
  readonly silenceMs?: number
  readonly log?: Log
  /** Where the writer counts its work; of `writerLayout`. */
  readonly buffer?: MetricsBuffer
  /** Where this process has the files; told to a catalog whose files were moved, which takes rows from nobody else. */
  readonly store?: string
}

export interface PostgresCatalog extends Catalog {
  /** Operations asked to be written and not answered yet. */
  readonly waiting: () => number
}

/**
 * The catalog in PostgreSQL, for any number of processes at once. Writes are serializable transactions, which neighbours
 * share; one that collides with another process's is done again. Throws `CatalogTooNew`, `CatalogUnreachable`, `DatabaseRefused`.
 */
export async function openPostgresCatalog(options: PostgresOptions): Promise<PostgresCatalog> {
  const { url, connections = 10, statementMs = 30_000, silenceMs = 10_000, log, buffer = null } = options
  const pool = createPool({ url, connections, statementMs, silenceMs, ...(log && { log }) })
  try {
    await migratePostgres(pool, Date.now())
    await runOn(clientOn(pool), mustNotBeFilled('in PostgreSQL'))
    const elsewhere = await runOn(clientOn(pool), moved())
    if (elsewhere?.store != null && elsewhere.store === options.store) await tellStore(pool, options.store)
  } catch (error) {
    await pool.end()
    throw startTrouble(error, url)
  }
  const writer = createPostgresWriter(pool, buffer)
  const steady = steadyOn(pool)
  const patient = steadyOn(pool, statementMs + 5_000)
  let closed: Promise<void> | null = null
  const mustBeOpen = () => {
    if (closed !== null) throw new Error('The catalog is closed.')
  }
  const read = async <T>(op: Op<T>, client = steady): Promise<T> => {
    mustBeOpen()
    return runOn(client, op)
  }
  const close = async () => {
    await writer.close()
    await pool.end()
  }
  const catalog = createCatalog({
    read,
    readLong: (name, ...args) => read(operationOf(longReads, { id: 0, name, args }), patient) as never,
    async write(name, ...args) {
      mustBeOpen()
      return writer.write(name, ...args)
    },
    close: () => (closed ??= close()),
  })
  return { ...catalog, waiting: writer.waiting }
}

/** On every connection, those that are open already included: of no other does the fence let anything through. */
async function tellStore(pool: Pool, store: string): Promise<void> {
  const statement = `select set_config('dossier.store', ${escapeLiteral(store)}, false)`
  pool.on('connect', (client) => void client.query(statement).catch(() => undefined))
  await pool.query(statement)
}
