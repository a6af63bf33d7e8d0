import type { Pool, PoolClient } from 'pg'
import { CatalogTooNew } from '../sqlite/migrate.ts'
import { migrations } from '../migrations/list.ts'
import { patiently, postgresBuilder } from './connection.ts'

/** Any number; nodes that start together take turns at it. */
const LOCK = 4_617_315_513

/** A table of many millions may take its time, and whoever else is at it as well; in milliseconds. */
const PATIENCE_MS = 6 * 3_600_000

/**
 * Brings the schema up to what this Dossier knows, in one transaction: after a failure all is as it was before. One that a
 * newer Dossier has brought further is served as long as that only added to it. Throws `CatalogTooNew`.
 */
export async function migratePostgres(pool: Pool, at: number): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('set local statement_timeout = 0')
    await client.query(patiently({ text: `select pg_advisory_xact_lock(${String(LOCK)})` }, PATIENCE_MS))
    await upgrade(client, at)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

interface Reached {
  readonly version: number | null
  /** What a Dossier must know to serve it. */
  readonly needs: number | null
}

async function upgrade(client: PoolClient, at: number): Promise<void> {
  await client.query(
    'create table if not exists migration (version integer primary key, name text not null, applied_at bigint not null)',
  )
  await client.query('alter table migration add column if not exists needs integer')
  const { rows } = await client.query<Reached>('select max(version) as version, max(needs) as needs from migration')
  const found = rows[0]?.version ?? 0
  if ((rows[0]?.needs ?? 0) > migrations.length) throw new CatalogTooNew('in PostgreSQL', found, migrations.length)
  for (const migration of migrations.slice(found)) {
    for (const statement of migration.statements(postgresBuilder.schema, { bytes: 'bytea' })) {
      await client.query(patiently({ text: bytewise(statement.compile().sql) }, PATIENCE_MS))
    }
    const row = [migration.version, migration.name, at, migration.needs ?? null]
    await client.query('insert into migration (version, name, applied_at, needs) values ($1, $2, $3, $4)', row)
  }
}

/** Text is compared and sorted by its bytes, as SQLite does it, whatever language the database was made for. */
function bytewise(statement: string): string {
  return statement.replaceAll(/" text(?=[ ,)]|$)/g, '" text collate "C"')
}
