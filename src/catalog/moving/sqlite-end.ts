import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { FolderInUse, lockFolder } from '../sqlite/lock.ts'
import { migrate } from '../sqlite/migrate.ts'
import { openSqlite, type SqliteConnection } from '../sqlite/connection.ts'
import { createTurns } from '../turns.ts'
import { MoveUnderWay, type MovingEnd, type Run } from './end.ts'
import { fenceFor, forgetMove, seal } from './marks.ts'
import { SQLITE_NOW, sqliteTriggers } from './triggers.ts'

/** A server that is never idle leaves little room between two of its commits. */
const PATIENCE_MS = 60_000

const fence = fenceFor(SQLITE_NOW)

/** The folder's catalog beside whoever serves it. Throws `MoveUnderWay`, `CatalogTooNew`. */
export function openSqliteEnd(folder: string): MovingEnd {
  mkdirSync(folder, { recursive: true })
  const name = `SQLite in ${folder}`
  const lock = lockMover(folder, name)
  const file = join(folder, 'catalog.db')
  const turns = createTurns()
  let writer: SqliteConnection | null = null
  let reader: SqliteConnection | null = null
  const write = <T>(work: (run: Run) => Promise<T>) =>
    turns.alone(() => within(mustOpen(writer), 'begin immediate', work))
  const executeAll = (statements: readonly string[]) =>
    write(async () => {
      for (const statement of statements) mustOpen(writer).database.exec(statement)
    })
  const close = async () => {
    reader?.close()
    writer?.close()
    lock.release()
  }
  try {
    writer = openSqlite(file, 'write')
    migrate(writer, Date.now())
    reader = openSqlite(file, 'read')
  } catch (error) {
    void close()
    throw error
  }
  return {
    name,
    moment: (work) => within(mustOpen(reader), 'begin', work),
    write,
    read: async (op) => mustOpen(reader).run(op),
    watch: () => executeAll(sqliteTriggers.create),
    async unwatch() {
      await executeAll(sqliteTriggers.drop)
      await write((run) => run(forgetMove()))
    },
    fence: (ms) => write((run) => run(fence(ms))),
    seal: (store, at) => write((run) => run(seal(store, at))),
    close,
  }
}

/** What a move leaves on a catalog whose files alone were moved is taken away, once a server begins with the new store. */
export function settleSqlite(folder: string): void {
  const connection = openSqlite(join(folder, 'catalog.db'), 'write')
  const { database } = connection
  try {
    const settle = database.transaction(() => {
      for (const statement of sqliteTriggers.drop) database.exec(statement)
      database.exec('delete from move; delete from move_change')
    })
    settle.immediate()
  } finally {
    connection.close()
  }
}

function lockMover(folder: string, name: string) {
  try {
    return lockFolder(folder, 'move-lock.db')
  } catch (error) {
    throw error instanceof FolderInUse ? new MoveUnderWay(name) : error
  }
}

async function within<T>(connection: SqliteConnection, begin: string, work: (run: Run) => Promise<T>): Promise<T> {
  const { database } = connection
  await beginPatiently(database, begin)
  try {
    const result = await work(async (op) => connection.run(op))
    database.exec('commit')
    return result
  } finally {
    if (database.inTransaction) database.exec('rollback')
  }
}

async function beginPatiently(database: Database.Database, begin: string): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; ;) {
    try {
      database.exec(begin)
      return
    } catch (error) {
      const isBusy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
      if (!isBusy || Date.now() > until) throw error
      await wait(10)
    }
  }
}

function mustOpen(connection: SqliteConnection | null): SqliteConnection {
  if (connection === null) throw new Error('The catalog is closed.')
  return connection
}
