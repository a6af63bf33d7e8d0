/** `dossier doctor --read-data` broken off and taken up again, and beside a server under load. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from './data-folder.ts'
import {
  command,
  hashAt,
  keysIn,
  large,
  mustBeWell,
  newFolder,
  pathOf,
  removeUpload,
  small,
  start,
  upload,
  type Running,
} from './recovery.ts'
import { digestOf } from '../support/files.ts'
import { startServer } from '../support/server.ts'
import { createTenant } from '../support/tenant.ts'

const FILES = 24
const SIZE = 200_000

const sound = newFolder({ after })

before(async () => {
  const server = await startServer({ folder: sound })
  const tenant = await createTenant(server)
  for (let count = 0; count < FILES; count++) await upload(tenant, large(SIZE))
  await server.stop()
})

/** All of it in about five seconds. */
function slowReading(folder: string): Running {
  return start('doctor', '--data', folder, '--read-data', '--rate', '1')
}

/** How many blobs a broken off reading had read, as its file says. */
function readIn(folder: string): number {
  const kept = JSON.parse(readFileSync(join(folder, 'doctor.json'), 'utf8')) as { read: { blobs: number } }
  return kept.read.blobs
}

async function kill({ child, outcome }: Running) {
  child.kill('SIGKILL')
  return outcome
}

function change(folder: string, key: string | undefined): void {
  assert.ok(key !== undefined)
  const bytes = readFileSync(pathOf(folder, key))
  bytes[0] = (bytes[0] ?? 0) ^ 1
  writeFileSync(pathOf(folder, key), bytes)
}

test('a killed reading goes on where it was', async (t) => {
  const folder = newFolder(t, sound)
  const reading = slowReading(folder)
  await until(() => existsSync(join(folder, 'doctor.json')), 'it did not write down how far it is')
  assert.equal((await kill(reading)).status, null)
  const done = readIn(folder)
  assert.ok(done > 0 && done < FILES, String(done))
  // Changed behind its back: only a reading from the beginning can see that.
  change(folder, keysIn(folder)[0])
  const { read } = mustBeWell(await command('doctor', '--data', folder, '--read-data')).summary
  assert.deepEqual(read, { blobs: FILES, bytes: FILES * SIZE, before: done })
  assert.equal(existsSync(join(folder, 'doctor.json')), false)
  assert.equal((await command('doctor', '--data', folder, '--read-data')).status, 6)
})

test('what a killed reading had found is found again', async (t) => {
  const folder = newFolder(t, sound)
  const keys = keysIn(folder)
  change(folder, keys[0])
  change(folder, keys.at(-1))
  const reading = slowReading(folder)
  await until(() => existsSync(join(folder, 'doctor.json')), 'it did not write down how far it is')
  await kill(reading)
  const outcome = await command('doctor', '--data', folder, '--read-data')
  assert.equal(outcome.status, 6)
  const found = outcome.findings.map(({ kind, key }) => `${kind} ${String(key)}`)
  assert.deepEqual(found.sort(), [`wrong_hash ${String(keys[0])}`, `wrong_hash ${String(keys.at(-1))}`])
})

test('what somebody else wrote there is not believed', async (t) => {
  const folder = newFolder(t, sound)
  for (const content of ['{"after":"../../x","wrong":[],"read":{}}', 'no JSON', '[]']) {
    writeFileSync(join(folder, 'doctor.json'), content)
    const { read } = mustBeWell(await command('doctor', '--data', folder, '--read-data')).summary
    assert.deepEqual(read, { blobs: FILES, bytes: FILES * SIZE, before: 0 })
  }
})

test('the rate bounds a reading', async () => {
  const began = performance.now()
  mustBeWell(await command('doctor', '--data', sound, '--read-data', '--rate', '2'))
  // 4.8 million bytes.
  assert.ok(performance.now() - began > 2_200)
})

test('beside a server that takes, removes and sweeps, nothing is found and nothing is lost', async () => {
  const settings = ['--request-seconds', '5', '--sweep-grace-seconds', '6']
  const server = await startServer({
    args: [...settings, '--headers-seconds', '3', '--sweep-interval-seconds', '1', '--no-limits'],
  })
  try {
    const tenant = await createTenant(server)
    const kept = new Map<string, string>()
    let isOver = false
    const load = Array.from({ length: 8 }, async (_, lane) => {
      while (!isOver) {
        const bytes = lane % 2 === 0 ? large(70_000) : small()
        const [stays, goes] = [await upload(tenant, bytes), await upload(tenant, large(80_000))]
        kept.set(stays, (await digestOf([bytes])).sha256)
        await removeUpload(tenant, goes)
        await sleep(50)
      }
    })
    const watch = ['doctor', '--data', server.folder, ...settings]
    try {
      for (const more of [[], ['--read-data'], ['--mend'], ['--mend', '--read-data'], []])
        mustBeWell(await command(...watch, ...more))
    } finally {
      isOver = true
      await Promise.all(load)
    }
    assert.ok(kept.size > 8, 'there was no load')
    mustBeWell(await command(...watch, '--read-data'))
    for (const [id, hash] of kept) assert.equal(await hashAt(server, tenant, id), hash)
  } finally {
    await server.stop()
  }
})
