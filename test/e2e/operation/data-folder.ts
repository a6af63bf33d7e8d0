// What a data folder holds: its files, and how many rows each table of its catalog has.
import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { Server } from '../support/server.ts'

export interface Holdings {
  /** `<path> <bytes>`; SQLite's own files only by name. */
  readonly files: readonly string[]
  readonly rows: Readonly<Record<string, number>>
  /** Of the catalog, whether in its file or in its log yet. */
  readonly pages: number
}

export function holdingsOf(folder: string): Holdings {
  const database = new Database(join(folder, 'catalog.db'), { readonly: true })
  try {
    const tables = database
      .prepare<[], { name: string }>("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
      .all()
    const count = (name: string) =>
      database.prepare<[], { n: number }>(`select count(*) as n from "${name}"`).get()?.n ?? -1
    const rows = Object.fromEntries(tables.map(({ name }) => [name, count(name)]))
    return { files: filesIn(folder), rows, pages: Number(database.pragma('page_count', { simple: true })) }
  } finally {
    database.close()
  }
}

/** Runs `attack` and waits until the server has ended `requests` requests; then nothing more may be there than before. */
export async function mustLeaveNothing(server: Server, attack: () => Promise<unknown>, requests = 1): Promise<void> {
  await settled(server)
  const before = holdingsOf(server.folder)
  await untilEnded(server, attack, requests)
  assert.deepEqual(holdingsOf(server.folder), before)
}

/** Runs `work` and waits until the server has ended its requests, whether their clients heard of it or not. */
export async function untilEnded(server: Server, work: () => Promise<unknown>, requests = 1): Promise<void> {
  await settled(server)
  const ended = endedIn(server)
  await work()
  await until(() => endedIn(server) >= ended + requests, 'the server did not end the request')
}

/** An answer reaches its client a little before its line reaches the log: waits for those of earlier requests. */
async function settled(server: Server): Promise<void> {
  const response = await fetch(`${server.origin}/documents/download/none`)
  await response.arrayBuffer()
  const id = response.headers.get('x-request-id') ?? ''
  await until(() => server.log().includes(id), 'a request is not in the log')
}

export async function until(
  holds: () => boolean | Promise<boolean>,
  otherwise: string,
  milliseconds = 10_000,
): Promise<void> {
  const deadline = Date.now() + milliseconds
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, otherwise)
    await sleep(10)
  }
}

/** A request's line is written to the log when its work, the clearing up too, is over. */
function endedIn(server: Server): number {
  return server.log().split('"msg":"request"').length - 1
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const isDatabase = /\.db(-wal|-shm|-journal)?$/.test(entry.name)
      return isDatabase
        ? entry.name
        : `${relative(folder, path)} ${String(statSync(path, { throwIfNoEntry: false })?.size)}`
    })
    .filter((name) => !/\.db-(wal|shm|journal)$|^server\.json /.test(name))
    .sort()
}
