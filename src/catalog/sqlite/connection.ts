import Database from 'better-sqlite3'
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { Schema } from '../schema.ts'
import { type Compiled, compile, type Op, type Rows, type Step, type Template } from '../statement.ts'

/** How long one process waits for another one's commit (the server and the CLI may write to the same file), in milliseconds. */
const PATIENCE = 5_000
/** Pages in the log before they are carried over to the file (16 MB): a page that changes often is carried over less often. */
const CHECKPOINT = 2_000
/** Bytes; for a new file, others keep theirs. A small file then takes fewer pages, each of which is written by calls of its own. */
const PAGE = 8_192

/**
 * A bare `?` in a join lets SQLite look at its value while planning, and then plan anew whenever another value is bound:
 * ten times the cost of the read itself. It does not look behind a sign, which changes nothing else.
 */
class SteadyQueryCompiler extends SqliteQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return '+?'
  }
}

/** Kysely writes the statements and never runs one. */
export const sqliteBuilder = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SteadyQueryCompiler(),
  },
})

interface Prepared {
  readonly compiled: Compiled
  readonly statement: Database.Statement<unknown[]>
}

export interface SqliteConnection {
  readonly database: Database.Database
  /** Runs an operation from its first step to its last; what a step throws, it throws. */
  run<T>(op: Op<T>): T
  close(): void
}

/** A connection on which each statement is compiled and prepared once. */
export function openSqlite(file: string, mode: 'read' | 'write'): SqliteConnection {
  const database = new Database(file, { readonly: mode === 'read', timeout: PATIENCE })
  if (mode === 'write') database.pragma(`page_size = ${PAGE}`)
  if (mode === 'write') database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT}`)
  database.pragma('foreign_keys = ON')
  // What a savepoint would have to restore is kept in memory, not in a file of its own.
  database.pragma('temp_store = MEMORY')
  // SQLite's own knows no letters beyond ASCII.
  database.function('lower', { deterministic: true }, (text: unknown) =>
    typeof text === 'string' ? text.toLowerCase() : text,
  )
  const prepared = new Map<Template<unknown>, Prepared>()

  function prepare(template: Template<unknown>): Prepared {
    const present = prepared.get(template)
    if (present !== undefined) return present
    const compiled = compile(template, sqliteBuilder)
    const made = { compiled, statement: database.prepare<unknown[]>(compiled.sql) }
    prepared.set(template, made)
    return made
  }

  function execute({ template, bindings }: Step<unknown>): Rows {
    const { compiled, statement } = prepare(template)
    const values = compiled.values(bindings)
    if (statement.reader) return statement.all(values)
    statement.run(values)
    return []
  }

  return {
    database,
    run(op) {
      let next = op.next()
      while (next.done !== true) next = op.next(execute(next.value))
      return next.value
    },
    close: () => database.close(),
  }
}
