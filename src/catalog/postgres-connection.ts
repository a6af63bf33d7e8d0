import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { Pool, types, type PoolClient } from 'pg'
import type { Log } from '../core/contracts.ts'
import { CatalogUnreachable, isAway } from './postgres-errors.ts'
import type { Schema } from './schema.ts'
import { type Compiled, compile, type Op, type Rows, type Step, type Template } from './statement.ts'

/** Kysely writes the statements and never runs one. */
export const postgresBuilder = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

export interface PoolOptions {
  readonly url: string
  readonly connections: number
  /** What one statement may take, in milliseconds. */
  readonly statementMs: number
  readonly log?: Log
}

/** How long a connection may take to come about, in milliseconds. */
const CONNECT_MS = 5_000
const INT8 = 20
const NUMERIC = 1_700

export function createPool({ url, connections, statementMs, log }: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: statementMs,
    // A server that vanished without a word is noticed a little after the statement should have ended.
    query_timeout: statementMs + 5_000,
    idle_in_transaction_session_timeout: statementMs,
    keepAlive: true,
    application_name: 'dossier',
    // Counts and sizes stay far below 2^53, beyond which a number would not be exact.
    types: {
      getTypeParser(type: number, format?: 'text' | 'binary') {
        return type === INT8 || type === NUMERIC
          ? Number
          : (types.getTypeParser(type, format) as (text: string) => unknown)
      },
    },
  })
  // A connection that is lost while somebody works on it fails what was asked of it; unheard, its event would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('error', (error) => log?.warn({ err: error }, 'a resting connection to PostgreSQL was lost'))
  return pool
}

interface Named {
  readonly name: string
  readonly compiled: Compiled
}

const named = new Map<Template<unknown>, Named>()

/** Each statement is compiled once per process, and prepared once per connection under its name. */
function nameOf(template: Template<unknown>): Named {
  const present = named.get(template)
  if (present !== undefined) return present
  const compiled = compile(template, postgresBuilder)
  const made = { name: `dossier_${String(named.size)}`, compiled: { ...compiled, sql: literate(compiled.sql) } }
  named.set(template, made)
  return made
}

/** In collation "C", which all text here has, there are no letters beyond ASCII; ICU knows them all. Bytes decide again afterwards. */
function literate(sql: string): string {
  return sql.replaceAll(/\blower\(([^()]+)\)/g, '(lower($1 collate "und-x-icu") collate "C")')
}

export interface Statement {
  readonly name: string
  readonly text: string
  readonly values: unknown[]
}

/** Whoever answers one statement after the other. */
export interface Client {
  readonly ask: (statement: Statement) => Promise<Rows>
}

export function clientOn(connection: Pick<PoolClient, 'query'>): Client {
  return { ask: async (statement) => (await connection.query<object>(statement)).rows }
}

/** A connection that went away while it rested is noticed only when it is used: what only reads is asked once more. */
export function steadyOn(pool: Pool): Client {
  const { ask } = clientOn(pool)
  return {
    async ask(statement) {
      try {
        return await ask(statement)
      } catch (error) {
        if (!isAway(error)) throw error
        return ask(statement).catch((again: unknown) => {
          throw isAway(again) ? new CatalogUnreachable(again) : again
        })
      }
    },
  }
}

function statementOf({ template, bindings }: Step<unknown>): Statement {
  const { name, compiled } = nameOf(template)
  return { name, text: compiled.sql, values: compiled.values(bindings).map(storable) }
}

/** PostgreSQL's text cannot hold NUL. What reads it sees the sign for a character that could not be shown. */
function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value
}

/** Runs an operation from its first step to its last, waiting for each. */
export async function runOn<T>(client: Client, op: Op<T>): Promise<T> {
  let next = op.next()
  while (next.done !== true) next = op.next(await client.ask(statementOf(next.value)))
  return next.value
}
