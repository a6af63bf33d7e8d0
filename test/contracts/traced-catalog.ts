// A catalog on one connection that writes down every statement it runs: its plan, and how many rows it gave.
import { join } from 'node:path'
import { createCatalog } from '../../src/catalog/catalog.ts'
import { migrate } from '../../src/catalog/sqlite/migrate.ts'
import { longReads, writes } from '../../src/catalog/operations/list.ts'
import { operationOf } from '../../src/catalog/operations/named.ts'
import { openSqlite, sqliteBuilder, type SqliteConnection } from '../../src/catalog/sqlite/connection.ts'
import { compile, type Op, type Step } from '../../src/catalog/statement.ts'
import type { Catalog } from '../../src/core/ports/catalog.ts'

export interface Traced {
  readonly sql: string
  readonly plan: string
  readonly rows: number
}

export interface TracedCatalog {
  readonly catalog: Catalog
  readonly connection: SqliteConnection
  /** What was run since it was asked last. */
  statements(): readonly Traced[]
  /** The reads that went to the thread for long ones since it was asked last. */
  longReads(): readonly string[]
}

export function openTracedCatalog(folder: string): TracedCatalog {
  const connection = openSqlite(join(folder, 'catalog.db'), 'write')
  migrate(connection, 1)
  const statements: Traced[] = []
  const long: string[] = []
  const traced = ({ template, bindings }: Step<unknown>) => {
    const compiled = compile(template, sqliteBuilder)
    const { sql } = compiled
    const given = compiled.values(bindings)
    const plan = connection.database.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`).all(given)
    const prepared = connection.database.prepare<unknown[]>(sql)
    const rows = prepared.reader ? prepared.all(given) : []
    if (!prepared.reader) prepared.run(given)
    statements.push({ sql, plan: plan.map(({ detail }) => detail).join('\n'), rows: rows.length })
    return rows
  }
  const run = <T>(op: Op<T>): T => {
    let next = op.next()
    while (next.done !== true) next = op.next(traced(next.value))
    return next.value
  }
  const catalog = createCatalog({
    read: async (op) => run(op),
    write: async (name, ...args) => run(operationOf(writes, { id: 0, name, args })) as never,
    readLong: async (name, ...args) => {
      long.push(name)
      return run(operationOf(longReads, { id: 0, name, args })) as never
    },
    close: async () => connection.close(),
  })
  return { catalog, connection, statements: () => statements.splice(0), longReads: () => long.splice(0) }
}
