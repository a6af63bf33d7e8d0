/** `dossier doctor` over data folders that were damaged by hand, each a copy of a sound one. */
import assert from 'node:assert/strict'
import {
  existsSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import {
  command,
  edit,
  keyOf,
  large,
  mustBeWell,
  mustRefuseToRun,
  newFolder,
  pathOf,
  small,
  upload,
  type FindingLine,
  type Outcome,
} from './recovery.ts'
import { startServer } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

const OLD = new Date('2020-01-01')
/** Of no row. */
const STRANGER = 'ab'.repeat(16)

const sound = newFolder({ after })
let tenant: Tenant
/** Attachments: `twins` have the same bytes, `tiny` lives in the catalog. */
let seed: { one: string; two: string; twins: [string, string]; tiny: string }

before(async () => {
  const server = await startServer({ folder: sound })
  tenant = await createTenant(server)
  const same = large()
  const [one, two, twin, other, tiny] = [
    await upload(tenant, large()),
    await upload(tenant, large()),
    await upload(tenant, same),
    await upload(tenant, same),
    await upload(tenant, small()),
  ]
  seed = { one, two, twins: [twin, other], tiny }
  await server.stop()
})

const doctor = (folder: string, ...more: string[]) => command('doctor', '--data', folder, ...more)

/** What was found, without its words. */
function essence({ findings }: Outcome) {
  return findings.map(({ kind, key, organization, attachments, mended }) => ({
    kind,
    key,
    organization,
    attachments,
    mended,
  }))
}

function finding(kind: string, key: string | null, attachments: readonly string[], more: Partial<FindingLine> = {}) {
  return { kind, key, organization: tenant.org, attachments, mended: false, ...more }
}

function flip(path: string, at = 50_000): void {
  const descriptor = openSync(path, 'r+')
  writeSync(descriptor, Buffer.from([(readFileSync(path)[at] ?? 0) ^ 1]), 0, 1, at)
  closeSync(descriptor)
}

function plant(folder: string, modified: Date): void {
  writeFileSync(pathOf(folder, STRANGER), 'bytes of nobody')
  utimesSync(pathOf(folder, STRANGER), modified, modified)
}

/** A copy of the sound folder in which an attachment's bytes are found under `key`. */
function damaged(t: TestContext, attachment: string): { folder: string; key: string; path: string } {
  const folder = newFolder(t, sound)
  const key = keyOf(folder, attachment)
  return { folder, key, path: pathOf(folder, key) }
}

test('a sound folder is well, read or not', async () => {
  assert.equal(mustBeWell(await doctor(sound)).summary['blobs'], 4)
  const { read, files } = mustBeWell(await doctor(sound, '--read-data')).summary
  assert.deepEqual([files, read], [3, { blobs: 4, bytes: 301_000, before: 0 }])
  assert.equal(existsSync(join(sound, 'doctor.json')), false)
})

test('missing bytes are told with everyone who holds them, and their row is never removed', async (t) => {
  const { folder, key, path } = damaged(t, seed.twins[0])
  rmSync(path)
  for (const more of [[], ['--mend'], ['--read-data']]) {
    const outcome = await doctor(folder, ...more)
    assert.equal(outcome.status, 6)
    assert.deepEqual(essence(outcome), [finding('missing', key, seed.twins)])
    assert.match(outcome.findings[0]?.expected ?? '', /100000 bytes/)
  }
})

test('a short and a long file are told apart from sound ones', async (t) => {
  const { folder, key, path } = damaged(t, seed.one)
  const longer = keyOf(folder, seed.two)
  truncateSync(path, 99_999)
  writeFileSync(pathOf(folder, longer), 'x', { flag: 'a' })
  const outcome = await doctor(folder, '--read-data')
  assert.equal(outcome.status, 6)
  const expected = [finding('wrong_size', key, [seed.one]), finding('wrong_size', longer, [seed.two])]
  assert.deepEqual(new Set(essence(outcome)), new Set(expected))
  assert.deepEqual(
    new Set(outcome.findings.map(({ found }) => found)),
    new Set(['a file of 99999 bytes', 'a file of 100001 bytes']),
  )
})

test('a flipped byte is found by reading, and only so', async (t) => {
  const { folder, key, path } = damaged(t, seed.one)
  flip(path)
  mustBeWell(await doctor(folder))
  const outcome = await doctor(folder, '--read-data')
  assert.deepEqual([outcome.status, essence(outcome)], [6, [finding('wrong_hash', key, [seed.one])]])
  assert.match(outcome.findings[0]?.found ?? '', /^SHA-256 [0-9a-f]{64}$/)
})

test('a changed, a short and a lost small file', async (t) => {
  const { folder, key } = damaged(t, seed.tiny)
  edit(folder, 'update blob_bytes set bytes = ? where key = ?', small(), key)
  mustBeWell(await doctor(folder))
  assert.deepEqual(essence(await doctor(folder, '--read-data')), [finding('wrong_hash', key, [seed.tiny])])
  edit(folder, 'update blob_bytes set bytes = ? where key = ?', Buffer.from('short'), key)
  assert.deepEqual(essence(await doctor(folder)), [finding('wrong_size', key, [seed.tiny])])
  edit(folder, 'delete from blob_bytes where key = ?', key)
  assert.deepEqual(essence(await doctor(folder, '--mend')), [finding('missing', key, [seed.tiny])])
})

test('bytes without a row are an orphan once they are old, and mending removes them', async (t) => {
  const folder = newFolder(t, sound)
  plant(folder, new Date())
  assert.equal(mustBeWell(await doctor(folder, '--mend')).summary['loose'], 1)
  assert.ok(existsSync(pathOf(folder, STRANGER)))
  plant(folder, OLD)
  const orphan = finding('orphan', STRANGER, [], { organization: null })
  const outcome = await doctor(folder)
  assert.deepEqual([outcome.status, essence(outcome)], [6, [orphan]])
  const mended = await doctor(folder, '--mend')
  assert.deepEqual([mended.status, essence(mended)], [0, [{ ...orphan, mended: true }]])
  assert.equal(existsSync(pathOf(folder, STRANGER)), false)
  mustBeWell(await doctor(folder, '--read-data'))
})

test('small bytes without a row are removed as well', async (t) => {
  const folder = newFolder(t, sound)
  edit(folder, 'insert into blob_bytes (key, bytes) values (?, ?)', STRANGER, Buffer.from('x'))
  const orphan = finding('orphan', STRANGER, [], { organization: null })
  assert.deepEqual(essence(await doctor(folder)), [orphan])
  assert.deepEqual(essence(await doctor(folder, '--mend')), [{ ...orphan, mended: true }])
  assert.deepEqual(edit(folder, 'select key from blob_bytes where key = ?', STRANGER), [])
  mustBeWell(await doctor(folder))
})

test('a wrong count of holders is counted anew', async (t) => {
  const { folder, key } = damaged(t, seed.twins[0])
  edit(folder, 'update blob set holders = 1 where key = ?', key)
  const wrong = finding('wrong_count', key, seed.twins)
  const outcome = await doctor(folder)
  assert.deepEqual([outcome.status, essence(outcome)], [6, [wrong]])
  assert.equal((await doctor(folder, '--mend')).status, 0)
  assert.deepEqual(edit(folder, 'select holders from blob where key = ?', key), [{ holders: 2 }])
  mustBeWell(await doctor(folder))
})

test('bytes that no attachment holds are given up, wherever they are', async (t) => {
  const { folder, key, path } = damaged(t, seed.one)
  const smallKey = keyOf(folder, seed.tiny)
  edit(folder, 'delete from attachment where id in (?, ?)', seed.one, seed.tiny)
  const outcome = await doctor(folder)
  const expected = [key, smallKey].map((each) => finding('wrong_count', each, []))
  assert.deepEqual(new Set(essence(outcome)), new Set(expected))
  assert.equal((await doctor(folder, '--mend')).status, 0)
  assert.equal(existsSync(path), false)
  assert.deepEqual(edit(folder, 'select key from blob_bytes where key = ?', smallKey), [])
  assert.equal(mustBeWell(await doctor(folder)).summary['blobs'], 2)
})

test('a lost row is made again from its attachments, and their bytes are no orphan', async (t) => {
  const { folder, key, path } = damaged(t, seed.twins[0])
  utimesSync(path, OLD, OLD)
  const before = edit(folder, 'select * from blob where key = ?', key)
  const smallKey = keyOf(folder, seed.tiny)
  edit(folder, 'delete from blob where key in (?, ?)', key, smallKey)
  const lost = [...seed.twins.map(() => finding('no_row', key, seed.twins)), finding('no_row', smallKey, [seed.tiny])]
  const outcome = await doctor(folder)
  assert.deepEqual([outcome.status, new Set(essence(outcome))], [6, new Set(lost)])
  assert.equal((await doctor(folder, '--mend')).status, 0)
  assert.deepEqual(edit(folder, 'select * from blob where key = ?', key), before)
  mustBeWell(await doctor(folder, '--read-data'))
})

test('a row is not made for other bytes, and those are left alone', async (t) => {
  const { folder, key, path } = damaged(t, seed.one)
  edit(folder, 'delete from blob where key = ?', key)
  flip(path)
  utimesSync(path, OLD, OLD)
  const outcome = await doctor(folder, '--mend')
  assert.deepEqual([outcome.status, essence(outcome)], [6, [finding('no_row', key, [seed.one])]])
  assert.equal(statSync(path).size, 100_000)
})

test('an attachment that differs from its bytes, and one whose bytes were given up', async (t) => {
  const { folder, key } = damaged(t, seed.one)
  const other = keyOf(folder, seed.two)
  edit(folder, 'update attachment set size = 5 where id = ?', seed.one)
  edit(folder, 'update blob set claimed_at = ? where key = ?', Date.now(), other)
  const outcome = await doctor(folder)
  const expected = [finding('mismatch', key, [seed.one]), finding('given_up', other, [seed.two])]
  assert.deepEqual([outcome.status, essence(outcome)], [6, expected])
})

test('what was given up long ago is removed, unless a copy is being made', async (t) => {
  const { folder, key, path } = damaged(t, seed.one)
  edit(folder, 'delete from attachment where id = ?', seed.one)
  edit(folder, 'update blob set holders = 0, claimed_at = ? where key = ?', Date.now(), key)
  assert.equal(mustBeWell(await doctor(folder)).summary['waiting'], 1)
  edit(folder, 'update blob set claimed_at = ? where key = ?', OLD.getTime(), key)
  edit(folder, "insert into lease (id, expires_at) values ('a copy', ?)", Date.now() + 60_000)
  assert.equal(mustBeWell(await doctor(folder, '--mend')).summary['waiting'], 1)
  assert.ok(existsSync(path))
  edit(folder, 'delete from lease')
  assert.deepEqual(essence(await doctor(folder)), [finding('leftover', key, [], { organization: null })])
  assert.equal((await doctor(folder, '--mend')).status, 0)
  assert.equal(existsSync(path), false)
  mustBeWell(await doctor(folder))
})

test('a damaged catalog is told and not touched', async (t) => {
  const folder = newFolder(t, sound)
  const path = join(folder, 'catalog.db')
  const pages = statSync(path).size / 4_096
  const descriptor = openSync(path, 'r+')
  for (let page = 2; page < pages; page++) writeSync(descriptor, Buffer.alloc(512, 0xee), 0, 512, page * 4_096)
  closeSync(descriptor)
  const before = readFileSync(path)
  const outcome = await doctor(folder, '--mend')
  assert.equal(outcome.status, 6)
  assert.ok(outcome.findings.length > 0 && outcome.findings.every(({ kind }) => kind === 'damaged_catalog'))
  assert.ok(before.equals(readFileSync(path)))
  writeFileSync(path, 'no database at all')
  assert.equal((await doctor(folder)).findings[0]?.kind, 'damaged_catalog')
})

test('what cannot run says so in one sentence', async (t) => {
  const folder = newFolder(t)
  mustRefuseToRun(await doctor(folder), /^dossier: There is no catalog in /)
  assert.equal((await doctor(sound, '--rate', 'fast')).status, 2)
})
