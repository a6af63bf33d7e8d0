// What a look at a catalog tells, page by page: the catalog beside it is written by the server's own operations, then damaged by hand.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { CatalogTooOld } from '../../src/catalog/sqlite/migrate.ts'
import { copyCatalog } from '../../src/catalog/sqlite/copy.ts'
import { openSqliteInspection } from '../../src/catalog/sqlite/inspection.ts'
import { openSqliteCatalog } from '../../src/catalog/sqlite/open.ts'
import type { Holder, Inspection } from '../../src/core/ports/inspection.ts'
import type { BlobKey } from '../../src/core/model/model.ts'
import { newCrm, small, stored } from './catalog-crm.ts'

async function open(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'dossier-inspection-'))
  const catalog = await openSqliteCatalog({ folder })
  const crm = await newCrm(catalog)
  const lead = await crm.lead()
  const inspection = openSqliteInspection(folder)
  const database = new Database(join(folder, 'catalog.db'))
  t.after(async () => {
    await inspection.close()
    database.close()
    await catalog.close()
    await rm(folder, { recursive: true })
  })
  return { folder, catalog, crm, lead, inspection, database }
}

/** Every answer, in pages of two. */
async function inPages<T, A>(page: (after: A | null, limit: number) => Promise<readonly T[]>, at: (item: T) => A) {
  const found: T[] = []
  for (let after: A | null = null; ;) {
    const items = await page(after, 2)
    assert.ok(items.length <= 2)
    found.push(...items)
    const last = items.at(-1)
    if (last === undefined) return found
    after = at(last)
  }
}

const keyOf = ({ key }: { readonly key: BlobKey }) => key
const blobsIn = (inspection: Inspection) =>
  inPages((after: BlobKey | null, limit) => inspection.blobs(after, limit), keyOf)

test('blobs come page by page, in order of key, as they are', async (t) => {
  const { crm, lead, inspection } = await open(t)
  const items = [stored('a'), stored('b'), stored('c'), small('d')]
  await crm.attached(lead.id, ...items, stored('a'))
  const blobs = await blobsIn(inspection)
  assert.deepEqual(blobs.map(keyOf), items.map(({ source }) => source.key).sort())
  const [first] = items
  const { key, size, hash } = first?.source ?? assert.fail()
  const expected = { key, size, hash, organization: crm.organization, holders: 2, place: 'store', claimedAt: null }
  assert.deepEqual(await inspection.blob(key), expected)
  assert.deepEqual(await inspection.extent(), { blobs: 4, bytes: 4 })
  assert.deepEqual(await inspection.damage(true), [])
})

test('what is miscounted, misled, odd or stray is told, all pages of it', async (t) => {
  const { crm, lead, inspection, database } = await open(t)
  const miscounted = () => inPages((after: BlobKey | null, limit) => inspection.miscounted(after, limit), keyOf)
  const odd = () => inPages((after: BlobKey | null, limit) => inspection.odd(after, limit), keyOf)
  const stray = () => inPages((after: BlobKey | null, limit) => inspection.stray(after, limit), keyOf)
  const misled = () =>
    inPages(
      (after: Pick<Holder, 'organization' | 'attachment'> | null, limit) => inspection.misled(after, limit),
      ({ organization, attachment }) => ({ organization, attachment }),
    )
  const items = Array.from({ length: 5 }, (_, at) => small(`small ${String(at)}`))
  await crm.attached(lead.id, ...items)
  for (const find of [miscounted, odd, stray, misled]) assert.deepEqual(await find(), [])

  database.prepare('update blob set holders = holders + 1').run()
  const counts = (await miscounted()).map(({ holders, attachments }) => [holders, attachments])
  assert.deepEqual(counts, Array(5).fill([2, 1]))
  database.prepare('delete from blob_bytes').run()
  assert.deepEqual(
    (await odd()).map(({ length }) => length),
    Array(5).fill(null),
  )
  database.prepare("insert into blob_bytes (key, bytes) select key, 'x' from blob").run()
  assert.deepEqual(
    (await odd()).map(({ length }) => length),
    Array(5).fill(1),
  )
  database.prepare('delete from blob').run()
  assert.equal((await stray()).length, 5)
  const lost = await misled()
  assert.deepEqual(
    lost.map(({ attachment }) => attachment),
    items.map(({ id }) => id),
  )
  assert.ok(lost.every(({ blob }) => blob === null))
})

test('who holds bytes is told for many keys at once', async (t) => {
  const { crm, lead, inspection } = await open(t)
  const items = Array.from({ length: 64 }, (_, at) => stored(`stored ${String(at)}`))
  await crm.attached(lead.id, ...items, stored('not asked for'))
  const keys = items.map(({ source }) => source.key)
  const holders = await inspection.holders(keys)
  assert.deepEqual(
    holders.map(({ attachment }) => attachment),
    items.map(({ id }) => id),
  )
  await assert.rejects(inspection.holders([...keys, ...keys]), RangeError)
})

test('a copy is one moment of a catalog that is written to, without claims and leases', async (t) => {
  const { folder, catalog, crm, lead, database } = await open(t)
  await crm.attached(lead.id, ...Array.from({ length: 50 }, (_, at) => small(`${String(at)} ${'x'.repeat(60_000)}`)))
  await catalog.claimLoose(['ab'.repeat(16) as BlobKey], 1)
  await catalog.beginLease('a copy', Date.now(), Date.now() + 60_000)
  const to = join(folder, 'copy.db')
  let isOver = false
  let written = 0
  const writing = (async () => {
    for (; !isOver; written++) await crm.attached(lead.id, small(`written ${String(written)}`))
  })()
  let looks = 0
  await copyCatalog(join(folder, 'catalog.db'), to, () => (looks += 1))
  isOver = true
  await writing
  assert.ok(looks > 0 && written > 0, 'nothing was written meanwhile')
  const copy = openSqliteInspection(folder, to)
  t.after(() => copy.close())
  assert.deepEqual(await copy.damage(true), [])
  const { blobs } = await copy.extent()
  assert.ok(blobs >= 50 && blobs <= 50 + written)
  assert.ok((await blobsIn(copy)).every(({ claimedAt }) => claimedAt === null))
  assert.equal(await copy.isLeased(Date.now()), false)
  assert.deepEqual(database.prepare('select id from lease').all(), [{ id: 'a copy' }])
})

test('a catalog of an older Dossier is refused', async (t) => {
  const { folder, database } = await open(t)
  database.prepare('delete from migration where version = (select max(version) from migration)').run()
  assert.throws(() => openSqliteInspection(folder), CatalogTooOld)
})
