/** `dossier backup` beside a server that goes on. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  command,
  keyOf,
  keysIn,
  large,
  mustBeWell,
  mustRefuseToRun,
  newFolder,
  pathOf,
  removeUpload,
} from './recovery.ts'
import { counts, type Counts, mustHold, uploadMany, uploadOne } from './recovery-load.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

const data = newFolder({ after })
let server: Server
let tenant: Tenant

before(async () => {
  server = await startServer({ folder: data, args: ['--no-limits'] })
  tenant = await createTenant(server)
  await uploadMany(tenant, 30)
})
after(() => server.stop())

const backup = (to: string) => ['backup', '--data', data, '--to', to] as const

test('a backup while others upload and delete holds what was acknowledged before it', async (t) => {
  const [to, into] = [newFolder(t), newFolder(t)]
  const acknowledged = await uploadMany(tenant, 12)
  const doomed = [...(await uploadMany(tenant, 24)).keys()]
  let isOver = false
  const load = Array.from({ length: 8 }, async (_, lane) => {
    while (!isOver) {
      if (lane % 2 === 0) await uploadOne(tenant)
      else await removeUpload(tenant, doomed.pop() ?? (await uploadOne(tenant))[0])
    }
  })
  try {
    mustBeWell(await command(...backup(to)))
    mustBeWell(await command(...backup(to)))
  } finally {
    isOver = true
    await Promise.all(load)
  }
  await mustHold(tenant, to, into, acknowledged)
})

test('an incremental run copies what is new, and drops what is gone', async (t) => {
  const to = newFolder(t)
  const { copied: first } = mustBeWell(await command(...backup(to))).summary as unknown as Counts
  assert.equal(first.blobs, keysIn(data).length)
  const files = await uploadMany(tenant, 5, large)
  const [gone = ''] = files.keys()
  assert.deepEqual(counts(mustBeWell(await command(...backup(to)))), { copied: 5, kept: first.blobs, dropped: 0 })
  await removeUpload(tenant, gone)
  const again = counts(mustBeWell(await command(...backup(to))))
  assert.deepEqual(again, { copied: 0, kept: first.blobs + 4, dropped: 1 })
  assert.deepEqual(keysIn(to), keysIn(data))
})

test('bytes that are not what their row says are told and not copied', async (t) => {
  const to = newFolder(t)
  const [[changed], [missing], [short]] = [
    await uploadOne(tenant, [large]),
    await uploadOne(tenant, [large]),
    await uploadOne(tenant, [large]),
  ]
  const keys = [changed, missing, short].map((id) => keyOf(data, id))
  const [changedPath = '', missingPath = '', shortPath = ''] = keys.map((key) => pathOf(data, key))
  writeFileSync(changedPath, large())
  rmSync(missingPath)
  writeFileSync(shortPath, large(99_999))
  const outcome = await command(...backup(to))
  assert.equal(outcome.status, 6)
  const found = outcome.findings.map(({ kind, attachments, organization }) => ({ kind, attachments, organization }))
  const kinds = [
    ['wrong_hash', changed],
    ['missing', missing],
    ['wrong_size', short],
  ] as const
  const expected = kinds.map(([kind, id]) => ({ kind, attachments: [id], organization: tenant.org }))
  assert.deepEqual(new Set(found), new Set(expected))
  assert.ok(keys.every((key) => !existsSync(pathOf(to, key))))
  for (const id of [changed, missing, short]) await removeUpload(tenant, id)
  mustBeWell(await command(...backup(to)))
})

test('it is for its owner alone, and without the demo’s secrets', async (t) => {
  const to = newFolder(t)
  writeFileSync(join(data, 'demo-credentials.json'), '{}')
  mustBeWell(await command(...backup(to)))
  const entries = readdirSync(to, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777
    assert.equal(mode, entry.isDirectory() ? 0o700 : 0o600, entry.name)
  }
  const names = readdirSync(to).sort()
  assert.deepEqual(names, ['backup.json', 'blobs', 'catalog.db', 'lock.db'])
})

test('a backup goes into a folder of its own', async (t) => {
  const other = newFolder(t)
  writeFileSync(join(other, 'a file'), '')
  mustRefuseToRun(await command(...backup(other)), /is not empty and no backup/)
  mustRefuseToRun(await command(...backup(join(data, 'inside'))), /lie within each other/)
  mustRefuseToRun(await command('backup', '--data', other, '--to', newFolder(t)), /There is no catalog in/)
  const to = newFolder(t)
  mustBeWell(await command(...backup(to)))
  mustRefuseToRun(await command('backup', '--data', to, '--to', newFolder(t)), /is a backup; restore it/)
  mustRefuseToRun(await command('serve', '--data', to, '--port', '0'), /is a backup; restore it/)
})
