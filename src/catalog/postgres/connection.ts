import { Socket } from 'node:net'
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { Pool, types, type PoolClient } from 'pg'
import type { Log } from '../../core/ports/contracts.ts'
import { isAway, told } from './errors.ts'
import type { Schema } from '../schema.ts'
import { type Compiled, compile, type Op, type Rows, type Step, type Template } from '../statement.ts'

/** Kysely writes the statements and never runs one. */
export const postgresBuilder = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

interface PoolOptions {
  readonly url: string
  readonly connections: number
  /** What one statement may take, in milliseconds. */
  readonly statementMs: number
  /** After so many without an answer the way to the server is taken to be broken; a little more than a statement unless told. */
  readonly silenceMs?: number
  readonly log?: Log
}

/** How long a connection may take to come about, in milliseconds. */
const CONNECT_MS = 5_000
/** How long the server may take to close a connection that was ended. */
const FAREWELL_MS = 1_000
const INT8 = 20
const NUMERIC = 1_700

export function createPool({ url, connections, statementMs, silenceMs = statementMs + 5_000, log }: PoolOptions): Pool {
  const sockets = new Set<Socket>()
  const pool = new Pool({
    connectionString: url,
    stream: () => socketIn(sockets),
    max: connections,
    connectionTimeoutMillis: Math.min(CONNECT_MS, silenceMs),
    statement_timeout: statementMs,
    query_timeout: silenceMs,
    // What a node holds that has vanished without a word, the others wait for no longer than they wait for the server.
    idle_in_transaction_session_timeout: Math.min(statementMs, silenceMs),
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
  const end = pool.end.bind(pool)
  pool.end = async () => {
    await end()
    // A server that does not say goodbye would keep the process alive.
    setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, FAREWELL_MS).unref()
  }
  return pool
}

function socketIn(sockets: Set<Socket>): Socket {
  const socket = new Socket()
  sockets.add(socket)
  return socket.once('close', () => sockets.delete(socket))
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

interface Statement {
  readonly name: string
  readonly text: string
  readonly values: unknown[]
}

/** Whoever answers one statement after the other. */
interface Client {
  readonly ask: (statement: Statement) => Promise<Rows>
}

/** A statement that an answer is waited for as long as this, whatever the pool says; in milliseconds. */
export function patiently<S extends { readonly text: string }>(statement: S, patienceMs: number) {
  return { ...statement, query_timeout: patienceMs }
}

export function clientOn(connection: Pick<PoolClient, 'query'>, patienceMs?: number): Client {
  if (patienceMs === undefined) return { ask: async (statement) => (await connection.query<object>(statement)).rows }
  return { ask: async (statement) => (await connection.query<object>(patiently(statement, patienceMs))).rows }
}

/** A connection that went away while it rested is noticed only when it is used: what only reads is asked once more. */
export function steadyOn(pool: Pool, patienceMs?: number): Client {
  const { ask } = clientOn(pool, patienceMs)
  return {
    async ask(statement) {
      try {
        return await ask(statement)
      } catch (error) {
        if (!isAway(error)) throw told(error)
        return ask(statement).catch((again: unknown) => {
          throw told(again)
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
