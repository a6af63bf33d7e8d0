// What the SQLite engine promises beyond the contract: its files, its threads, its lock.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { FolderInUse, lockFolder } from '../../src/catalog/sqlite/lock.ts'
import { CatalogTooNew } from '../../src/catalog/sqlite/migrate.ts'
import { openSqliteCatalog } from '../../src/catalog/sqlite/open.ts'
import type { AttachmentId, OrganizationId } from '../../src/core/model/model.ts'
import type { Acknowledged } from './catalog-child.ts'
import { newCrm, small, stored } from './catalog-crm.ts'

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dossier-sqlite-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function child(task: 'lock' | 'attach', folder: string) {
  return fork(new URL('./catalog-child.ts', import.meta.url), [task, folder])
}

test('a catalog that a newer Dossier wrote is refused in one sentence', async (t) => {
  const folder = await newFolder(t)
  await (await openSqliteCatalog({ folder })).close()
  const database = new Database(join(folder, 'catalog.db'))
  database.prepare('insert into migration (version, name, applied_at) values (?, ?, ?)').run(1_000, 'later', 1)
  database.close()
  await assert.rejects(openSqliteCatalog({ folder }), (error: unknown) => {
    assert.ok(error instanceof CatalogTooNew)
    assert.match(error.message, /newer Dossier .*version 1000.*\.$/)
    assert.ok(error.message.includes(folder))
    return true
  })
})

test('what is no database is refused with the engine’s own error', async (t) => {
  const folder = await newFolder(t)
  await rm(folder, { recursive: true })
  await assert.rejects(openSqliteCatalog({ folder: join('/dev/null', 'x') }), /ENOTDIR|EEXIST|ENOENT/)
  const catalog = await openSqliteCatalog({ folder: join(folder, 'made', 'on', 'the', 'way') })
  await catalog.close()
})

test('a closed catalog leaves one file, with nothing in a log', async (t) => {
  const folder = await newFolder(t)
  const crm = await newCrm(await openSqliteCatalog({ folder }))
  await crm.put((await crm.lead()).id, small('text'))
  await crm.catalog.close()
  assert.deepEqual(await readdir(folder), ['catalog.db'])
})

test('an error crosses the thread with its name and code', async (t) => {
  const crm = await newCrm(await openSqliteCatalog({ folder: await newFolder(t) }))
  t.after(() => crm.catalog.close())
  const lead = await crm.lead()
  const { id } = await crm.put(lead.id, stored())
  await assert.rejects(crm.put(lead.id, { ...stored(), id }), {
    name: 'SqliteError',
    code: 'SQLITE_CONSTRAINT_PRIMARYKEY',
    message: /UNIQUE constraint failed: attachment/,
  })
})

test('two processes may write to one catalog at the same time', async (t) => {
  const folder = await newFolder(t)
  const [a, b] = await Promise.all([openSqliteCatalog({ folder }), openSqliteCatalog({ folder })])
  const crms = [await newCrm(a), await newCrm(b)]
  const writing = crms.map(async (crm) => {
    const lead = await crm.lead()
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 10 }, () => crm.put(lead.id, small('same'))))
    }
    return (await crm.catalog.attachments(crm.organization, lead.id, 0, 400)).attachments.length
  })
  assert.deepEqual(await Promise.all(writing), [200, 200])
  const organizations = await b.organizations(null, 10)
  assert.equal(organizations.length, 2)
  await a.close()
  await b.close()
})

test('what was acknowledged is there after the process was killed', async (t) => {
  const folder = await newFolder(t)
  const victim = child('attach', folder)
  const acknowledged: Acknowledged[] = []
  await new Promise<void>((resolve) => {
    victim.on('message', (message: Acknowledged) => {
      if (acknowledged.push(message) === 300) resolve()
    })
  })
  victim.kill('SIGKILL')
  await once(victim, 'exit')
  const catalog = await openSqliteCatalog({ folder })
  t.after(() => catalog.close())
  for (const { organization, attachment } of acknowledged) {
    const kept = await catalog.attachment(organization as OrganizationId, attachment as AttachmentId)
    assert.ok(kept?.blob && (await catalog.bytes(kept.blob)), attachment)
  }
})

test('a data folder is locked for one, until it is released', async (t) => {
  const folder = await newFolder(t)
  const lock = lockFolder(folder)
  assert.throws(
    () => lockFolder(folder),
    (error: unknown) => error instanceof FolderInUse && error.message.includes(folder),
  )
  lockFolder(await newFolder(t)).release()
  lock.release()
  lockFolder(folder).release()
})

test('the lock of another process holds, and is freed when that is killed', async (t) => {
  const folder = await newFolder(t)
  const holder = child('lock', folder)
  await once(holder, 'message')
  assert.throws(() => lockFolder(folder), FolderInUse)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  lockFolder(folder).release()
})
