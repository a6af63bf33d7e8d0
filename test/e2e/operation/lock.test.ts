// One server per data folder, and no older one than the folder.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Database from 'better-sqlite3'
import { countersOf, mustWork } from '../support/counter.ts'
import { runProgram } from '../support/program.ts'
import { startServer } from '../support/server.ts'
import { createTenant } from '../support/tenant.ts'

const folder = mkdtempSync(join(tmpdir(), 'dossier-lock-'))
after(() => rmSync(folder, { recursive: true }))

test('a second start on the same folder says so, and the first one goes on', async () => {
  const server = await startServer({ folder })
  const tenant = await createTenant(server)
  for (const command of ['serve', 'demo']) {
    const { status, out, err } = await runProgram(command, '--data', folder, '--port', '0')
    assert.equal(status, 1)
    assert.equal(out, '')
    assert.equal(
      err,
      `dossier: The data folder ${folder} is in use by another Dossier; stop that one first, or choose another folder.\n`,
    )
  }
  for (const counter of countersOf(server, tenant)) await mustWork(server, counter)
  // After the worst end the folder is free again.
  await server.kill()
  const next = await startServer({ folder })
  for (const counter of countersOf(next, tenant)) await mustWork(next, counter)
  assert.equal(await next.stop(), 0)
})

test('a folder that a newer Dossier has been at is refused, and left as it is', async () => {
  const raise = (by: number) => {
    const database = new Database(join(folder, 'catalog.db'))
    const { version } = database
      .prepare<[], { version: number }>('select max(version) as version from migration')
      .get() ?? { version: 0 }
    if (by > 0)
      database
        .prepare('insert into migration (version, name, applied_at) values (?, ?, ?)')
        .run(version + by, 'of the future', 1)
    else database.prepare('delete from migration where version = ?').run(version)
    database.close()
  }
  raise(1)
  const before = readdirSync(folder, { recursive: true }).sort()
  for (const words of [
    ['serve', '--port', '0'],
    ['demo', '--port', '0'],
    ['token', 'list'],
    ['org', 'create', '--name', 'x'],
  ]) {
    const { status, err } = await runProgram(...words, '--data', folder)
    assert.equal(status, 1, err)
    assert.match(
      err,
      /^dossier: The catalog .* was written by a newer Dossier \(its schema is version \d+, this one knows up to \d+\); start that Dossier or a later one on it\.\n$/,
    )
  }
  const isLasting = (name: string | Buffer) => !/-(wal|shm|journal)$/.test(String(name))
  assert.deepEqual(readdirSync(folder, { recursive: true }).sort().filter(isLasting), before.filter(isLasting))
  raise(-1)
  const server = await startServer({ folder })
  assert.equal(await server.stop(), 0)
})
