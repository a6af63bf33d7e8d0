import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createGroupCommit } from '../../src/catalog/sqlite/group-commit.ts'
import { openSqlite, type SqliteConnection } from '../../src/catalog/sqlite/connection.ts'
import type { Op } from '../../src/catalog/statement.ts'
import { startThread, type Thread } from '../../src/catalog/sqlite/thread.ts'
import type { Asked, Reply } from '../../src/catalog/sqlite/thread-messages.ts'

interface Echo {
  readonly [name: string]: (value: unknown) => Op<unknown>
  readonly echo: (value: unknown) => Op<unknown>
  readonly die: (value: unknown) => Op<unknown>
}

async function echoThread(): Promise<{ thread: Thread<Echo>; deaths: Error[] }> {
  const deaths: Error[] = []
  const script = new URL('./catalog-dying-thread.ts', import.meta.url)
  const thread = await startThread<Echo>({ script, onDeath: (error) => deaths.push(error) }).open('')
  return { thread, deaths }
}

test('a thread answers each in order and ends when it is closed', { timeout: 20_000 }, async () => {
  const { thread, deaths } = await echoThread()
  const asked = Array.from({ length: 1_000 }, (_, index) => thread.call('echo', index))
  const closed = thread.close()
  await assert.rejects(thread.call('echo', 1), /closed/)
  assert.deepEqual(
    await Promise.all(asked),
    asked.map((_, index) => index),
  )
  await closed
  await thread.close()
  assert.deepEqual(deaths, [])
})

test('when the thread dies, what waits and what comes later rejects', { timeout: 20_000 }, async () => {
  const { thread, deaths } = await echoThread()
  assert.equal(await thread.call('echo', 'alive'), 'alive')
  const asked = [thread.call('die', 1), thread.call('echo', 2), thread.call('echo', 3)]
  for (const each of await Promise.allSettled(asked)) assert.equal(each.status, 'rejected')
  await assert.rejects(thread.call('echo', 4), /stopped working/)
  assert.equal(deaths.length, 1)
  assert.match(deaths[0]?.message ?? '', /status 7/)
  await thread.close()
})

test('a thread that cannot begin rejects at once', { timeout: 20_000 }, async () => {
  const script = new URL('./catalog-no-such-thread.ts', import.meta.url)
  await assert.rejects(startThread<Echo>({ script, onDeath: () => {} }).open(''), /catalog-no-such-thread/)
})

test('what cannot be sent is refused alone', { timeout: 20_000 }, async () => {
  const { thread } = await echoThread()
  const [fine, wrong, alsoFine] = [thread.call('echo', 1), thread.call('echo', () => 1), thread.call('echo', 2)]
  await assert.rejects(wrong, { name: 'DataCloneError' })
  assert.deepEqual([await fine, await alsoFine], [1, 2])
  await thread.close()
})

/** A table `line`, and operations that are SQL texts run as they are. */
async function openGroup(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'dossier-group-'))
  const connection = openSqlite(join(folder, 'group.db'), 'write')
  t.after(async () => {
    connection.close()
    await rm(folder, { recursive: true })
  })
  connection.database.exec('create table line (id integer primary key, text text not null)')
  const commit = createGroupCommit(connection, ({ args }) => execute(connection, String(args[0])))
  return {
    database: connection.database,
    commit: (...statements: readonly string[]) =>
      commit(statements.map((sql, id): Asked => ({ id, name: '', args: [sql] }))),
    lines: () => connection.database.prepare('select count(*) from line').pluck().get(),
  }
}

function* execute({ database }: SqliteConnection, sql: string): Op<unknown> {
  return database.prepare(sql).run().changes
}

function outcomes(replies: readonly Reply[]): readonly string[] {
  return replies.map((reply) => ('error' in reply ? (reply.error.code ?? reply.error.message) : String(reply.value)))
}

test('an operation that throws is taken back alone', async (t) => {
  const group = await openGroup(t)
  const insert = `insert into line (text) values ('fine')`
  const replies = group.commit(
    insert,
    'insert into line (text) values (null)',
    'insert into nowhere values (1)',
    insert,
  )
  assert.deepEqual(outcomes(replies), ['1', 'SQLITE_CONSTRAINT_NOTNULL', 'SQLITE_ERROR', '1'])
  assert.equal(group.lines(), 2)
})

test('when there is no room, nobody’s work is kept, everybody is told, and work goes on', async (t) => {
  const group = await openGroup(t)
  const pages = Number(group.database.pragma('page_count', { simple: true }))
  group.database.pragma(`max_page_count = ${pages + 5}`)
  const small = `insert into line (text) values ('fine')`
  const large = `insert into line (text) values (hex(zeroblob(500000)))`
  assert.deepEqual(outcomes(group.commit(small, large, small)), ['SQLITE_FULL', 'SQLITE_FULL', 'SQLITE_FULL'])
  assert.equal(group.lines(), 0)
  assert.equal(group.database.inTransaction, false)
  assert.deepEqual(outcomes(group.commit(small)), ['1'])
  assert.equal(group.lines(), 1)
})

test('when the commit itself fails, nobody’s work is kept and everybody is told', async (t) => {
  const group = await openGroup(t)
  group.database.exec('create table child (line integer references line (id) deferrable initially deferred)')
  const small = `insert into line (text) values ('fine')`
  const replies = group.commit(small, 'insert into child (line) values (404)', small)
  assert.deepEqual(outcomes(replies), Array(3).fill('SQLITE_CONSTRAINT_FOREIGNKEY'))
  assert.equal(group.lines(), 0)
  assert.deepEqual(outcomes(group.commit(small)), ['1'])
})

test('an operation that is not known is refused alone', async (t) => {
  const group = await openGroup(t)
  assert.deepEqual(outcomes(group.commit('nonsense')), ['SQLITE_ERROR'])
})
