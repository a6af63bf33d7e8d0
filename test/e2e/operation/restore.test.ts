/** `dossier restore`: all of a backup, or a folder that says that it is not restored. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { until } from './data-folder.ts'
import { digestOf } from '../support/files.ts'
import {
  command,
  edit,
  hashAt,
  keyOf,
  keysIn,
  large,
  mustBeWell,
  mustRefuseToRun,
  newFolder,
  pathOf,
  small,
  start,
  upload,
} from './recovery.ts'
import { startServer } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

const sound = newFolder({ after })
const files = new Map<string, string>()
let tenant: Tenant
let tiny: string

before(async () => {
  const server = await startServer()
  tenant = await createTenant(server)
  for (let count = 0; count < 40; count++) {
    const bytes = count % 4 === 0 ? small() : large()
    const id = await upload(tenant, bytes)
    if (count === 0) tiny = id
    files.set(id, (await digestOf([bytes])).sha256)
  }
  mustBeWell(await command('backup', '--data', server.folder, '--to', sound))
  await server.stop()
})

const words = (from: string, into: string) => ['restore', '--from', from, '--data', into] as const
const UNFINISHED = /is not completely restored; run the same dossier restore again/

async function mustServe(folder: string): Promise<void> {
  mustBeWell(await command('doctor', '--data', folder, '--read-data'))
  const server = await startServer({ folder })
  try {
    for (const [id, hash] of files) assert.equal(await hashAt(server, tenant, id), hash)
  } finally {
    await server.stop()
  }
}

test('a restored folder is whole and serves', async (t) => {
  const into = join(newFolder(t), 'made', 'on the way')
  const { summary } = mustBeWell(await command(...words(sound, into)))
  assert.deepEqual([summary['copied'], summary['small']], [{ blobs: 30, bytes: 3_000_000 }, 10])
  assert.deepEqual(keysIn(into), keysIn(sound))
  await mustServe(into)
  mustRefuseToRun(await command(...words(sound, into)), /is not empty; restore into an empty/)
})

test('it goes into an empty folder, and from a backup', async (t) => {
  const into = newFolder(t)
  writeFileSync(join(into, 'mine'), 'x')
  mustRefuseToRun(await command(...words(sound, into)), /is not empty; restore into an empty/)
  assert.equal(readFileSync(join(into, 'mine'), 'utf8'), 'x')
  mustRefuseToRun(await command(...words(into, newFolder(t))), /holds no finished backup/)
})

test('a killed restore says so, and goes on when it is run again', async (t) => {
  const into = newFolder(t)
  const running = start(...words(sound, into))
  t.after(() => running.child.kill('SIGKILL'))
  const isAmongFiles = () => existsSync(join(into, 'blobs')) && keysIn(into).length > 0
  await until(isAmongFiles, 'nothing was restored', 30_000)
  running.child.kill('SIGSTOP')
  assert.equal(existsSync(join(into, 'catalog.db')), false, 'it was over already')
  running.child.kill('SIGKILL')
  await running.outcome
  const there = keysIn(into).length
  mustRefuseToRun(await command('serve', '--data', into, '--port', '0'), UNFINISHED)
  mustRefuseToRun(await command('org', 'list', '--data', into), UNFINISHED)
  mustRefuseToRun(await command('backup', '--data', into, '--to', newFolder(t)), /no catalog in|is not completely/)
  const { copied, kept } = mustBeWell(await command(...words(sound, into))).summary as unknown as Counts
  assert.deepEqual([copied.blobs, kept], [30 - there, there])
  await mustServe(into)
})

interface Counts {
  readonly copied: { readonly blobs: number }
  readonly kept: number
}

test('a backup with damage is not restored unless the loss is accepted', async (t) => {
  const [from, into] = [newFolder(t, sound), newFolder(t)]
  const [first = '', second = ''] = keysIn(from)
  writeFileSync(pathOf(from, first), large())
  rmSync(pathOf(from, second))
  const outcome = await command(...words(from, into))
  assert.equal(outcome.status, 6)
  const found = outcome.findings.map(({ kind, key }) => `${kind} ${String(key)}`)
  assert.deepEqual(found.sort(), [`missing ${second}`, `wrong_hash ${first}`])
  mustRefuseToRun(await command('serve', '--data', into, '--port', '0'), UNFINISHED)
  assert.equal((await command(...words(from, into), '--accept-loss')).status, 6)
  const { status, findings } = await command('doctor', '--data', into, '--read-data')
  assert.deepEqual([status, findings.map(({ kind }) => kind)], [6, ['missing', 'missing']])
})

test('what another try brought from another backup does not stay', async (t) => {
  const [from, into] = [newFolder(t, sound), newFolder(t)]
  rmSync(pathOf(from, keysIn(from)[0] ?? ''))
  assert.equal((await command(...words(from, into))).status, 6)
  const stranger = 'ab'.repeat(16)
  writeFileSync(pathOf(into, stranger), 'x')
  mustBeWell(await command(...words(sound, into)))
  assert.deepEqual(keysIn(into), keysIn(sound))
})

test('small files are verified as well', async (t) => {
  const [from, into] = [newFolder(t, sound), newFolder(t)]
  edit(from, 'update blob_bytes set bytes = ? where key = ?', small(), keyOf(from, tiny))
  const outcome = await command(...words(from, into))
  assert.deepEqual([outcome.status, outcome.findings.map(({ kind }) => kind)], [6, ['wrong_hash']])
})
