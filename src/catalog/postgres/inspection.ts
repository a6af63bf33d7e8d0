/** A look at a catalog in PostgreSQL that changes nothing, beside any number of nodes. */
import { DatabaseError, type Pool } from 'pg'
import type { Inspection } from '../../core/ports/inspection.ts'
import { createInspection } from '../inspection-answers.ts'
import { CatalogTooNew, CatalogTooOld } from '../sqlite/migrate.ts'
import { migrations } from '../migrations/list.ts'
import { NoCatalog } from '../sqlite/inspection.ts'
import { createPool, runOn, steadyOn } from './connection.ts'
import { told } from './errors.ts'
import { startTrouble } from './start.ts'

/** What is counted over a whole table of many millions may take its time, in milliseconds. */
const STATEMENT_MS = 3_600_000
const CONNECTIONS = 2

/** Throws `NoCatalog`, `CatalogTooNew`, `CatalogTooOld`, `CatalogUnreachable` and `DatabaseRefused`. */
export async function openPostgresInspection(url: string): Promise<Inspection> {
  const pool = createPool({ url, connections: CONNECTIONS, statementMs: STATEMENT_MS })
  try {
    await mustKnow(pool)
  } catch (error) {
    await pool.end()
    throw startTrouble(error, url)
  }
  const steady = steadyOn(pool)
  return createInspection({
    run: async (op) => runOn(steady, op),
    damage: (thorough) => damageIn(pool, thorough),
    close: () => pool.end(),
  })
}

async function mustKnow(pool: Pool): Promise<void> {
  const place = 'in PostgreSQL'
  const { rows: tables } = await pool.query<{ found: boolean }>("select to_regclass('migration') is not null as found")
  if (tables[0]?.found !== true) throw new NoCatalog('this PostgreSQL database', 'another one with --database-url')
  const { rows } = await pool.query<{ version: number | null }>('select max(version) as version from migration')
  const found = rows[0]?.version ?? 0
  if (found > migrations.length) throw new CatalogTooNew(place, found, migrations.length)
  if (found < migrations.length) throw new CatalogTooOld(place)
}

/**
 * Every table is read from end to end, which is what PostgreSQL verifies page checksums by; `thorough` looks at the indexes
 * too, where the extension amcheck is there for it.
 */
async function damageIn(pool: Pool, thorough: boolean): Promise<readonly string[]> {
  const relations = await namesOf(pool, 'r')
  const checks = relations.map((name) => ({ name, sql: `select count(t.*) from ${name} as t` }))
  if (thorough && (await hasAmcheck(pool)))
    checks.push(
      ...(await namesOf(pool, 'i')).map((name) => ({ name, sql: `select bt_index_check('${name}'::regclass)` })),
    )
  const damages: string[] = []
  for (const { name, sql } of checks) {
    try {
      await pool.query(sql)
    } catch (error) {
      if (!isDamage(error)) throw told(error)
      damages.push(`${name}: ${error.message}`)
    }
  }
  return damages
}

/** Tables (`r`) or indexes (`i`), quoted where they must be. */
async function namesOf(pool: Pool, kind: 'r' | 'i'): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    'select c.oid::regclass::text as name from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = $1 order by 1',
    [kind],
  )
  return rows.map(({ name }) => name)
}

/** Its functions are for whoever was given them. */
async function hasAmcheck(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ may: boolean }>(
    "select has_function_privilege(p.oid, 'execute') as may from pg_proc p join pg_extension e on e.extname = 'amcheck' where p.proname = 'bt_index_check'",
  )
  return rows[0]?.may === true
}

/** Corrupted data or index, a file that is not there or cannot be read. */
function isDamage(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && /^(XX001|XX002|58P01|58030)$/.test(error.code ?? '')
}
