// What an operation costs must not depend on how much is there already: told by what is run and stepped over, not by a clock.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { RecordPage } from '../../src/core/ports/catalog.ts'
import type { AttachmentId, RecordId } from '../../src/core/model/model.ts'
import { ids, link, newCrm, sha256, small, stored } from './catalog-crm.ts'
import { openTracedCatalog, type Traced } from './traced-catalog.ts'

const MANY = 2_000

const folder = mkdtempSync(join(tmpdir(), 'dossier-growth-'))
const traced = openTracedCatalog(folder)
const { catalog, connection } = traced
const crm = await newCrm(catalog)
const lead = await crm.lead({ name: 'Full', email: 'full@example.com', phone: '+1 555 0100' })
const field = await crm.field()
after(async () => {
  await catalog.close()
  rmSync(folder, { recursive: true })
})

/** What a user's calls run, each by its own name. */
const calls: Readonly<Record<string, (record: RecordId) => Promise<unknown>>> = {
  'upload a small file': (record) => crm.put(record, small(ids.attachment())),
  'upload a large file': (record) => crm.put(record, stored()),
  'upload five at once': (record) => crm.attached(record, ...Array.from({ length: 5 }, () => small(ids.attachment()))),
  'upload the same bytes again': (record) => crm.put(record, small('the same')),
  'upload to a field': (record) => crm.put(record, small(ids.attachment(), { field: field.id, fieldKey: 'one' })),
  'attach a link': (record) => crm.put(record, link(`https://example.com/${ids.attachment()}`)),
  'put a photo': (record) => crm.put(record, small(ids.attachment(), { role: 'photo' })),
  'upload under a key': (record) => {
    const retry = { scope: sha256(ids.attachment()), content: sha256('x') }
    const { organization, user: by } = crm
    return catalog.attach({ organization, record, by, at: 3_000, items: [small(ids.attachment())], retry })
  },
  'list the first page': (record) => catalog.attachments(crm.organization, record, 0, 20),
  'list a later page': (record) => catalog.attachments(crm.organization, record, 10, 5),
  'list the records': () => catalog.records({ ...pageOfLeads, limit: 1 }),
  'list a later page of the records': () => catalog.records({ ...pageOfLeads, offset: 1, limit: 1 }),
  'count the records': () => catalog.module(crm.organization, 'Leads'),
  'find by e-mail': () => catalog.matchRecord(crm.organization, crm.leads, 'full@example.com', null),
  'change a record': () => crm.save({ change: lead.id, properties: { name: 'Fuller' } }),
  'make a record': () => crm.lead(),
  'delete an attachment': async (record) => crm.remove(record, (await newest(record)).id),
  download: async (record) => {
    const { organization } = crm
    return catalog.download({ organization, module: 'Leads', record, attachment: (await newest(record)).id })
  },
  'look for bytes to remove': () => catalog.claimed(10, 1),
  'claim loose bytes': () => catalog.claimLoose([stored().source.key], 1),
  'forget claimed bytes': async () => catalog.forget(await catalog.claimed(1, 1)),
  'look for removed records': () => catalog.clearRemoved(10, 1),
  'forget idempotency keys': () => catalog.forgetRetries(1, 10),
}

const pageOfLeads: Omit<RecordPage, 'limit'> = {
  ...{
    organization: crm.organization,
    module: crm.leads,
    offset: 0,
    after: null,
    search: null,
    changedAfter: null,
    visibleTo: null,
  },
  ...{ sort: 'created', order: 'asc' },
}

async function newest(record: RecordId): Promise<{ id: AttachmentId }> {
  const [attachment] = (await catalog.attachments(crm.organization, record, 0, 1)).attachments
  assert.ok(attachment)
  return attachment
}

async function statementsOf(work: () => Promise<unknown>): Promise<readonly Traced[]> {
  traced.statements()
  await work()
  return traced.statements()
}

const few = new Map<string, readonly Traced[]>()

test('every statement of a call finds its rows by an index, in their order', async () => {
  await crm.attached(lead.id, ...Array.from({ length: 30 }, () => small(ids.attachment())), small('the same'))
  for (let index = 0; index < 5; index++) await crm.lead()
  for (const call of Object.values(calls)) await call(lead.id)
  for (const [name, call] of Object.entries(calls)) {
    const statements = await statementsOf(() => call(lead.id))
    assert.notEqual(statements.length, 0, name)
    for (const { sql, plan } of statements) {
      assert.doesNotMatch(plan, /\bSCAN\b|AUTOMATIC/, `${name}: ${sql}\n${plan}`)
      // The files in a record's fields are as many as its fields allow, however many it has.
      if (!sql.includes('"field_entry" as "e"')) assert.doesNotMatch(plan, /TEMP B-TREE/, `${name}: ${sql}\n${plan}`)
    }
    few.set(name, statements)
  }
})

test('a call runs the same statements, over as many rows, when there is a hundred times as much', async () => {
  const items = Array.from({ length: MANY }, (_, index) => small(`many ${String(index)}`))
  for (let at = 0; at < MANY; at += 100) await crm.attached(lead.id, ...items.slice(at, at + 100))
  for (let index = 0; index < 200; index++) await crm.lead({ name: String(index), email: `${String(index)}@a.example` })
  for (const [name, call] of Object.entries(calls)) {
    const told = ({ sql, rows }: Traced) => `${String(rows)} from ${sql}`
    assert.deepEqual((await statementsOf(() => call(lead.id))).map(told), few.get(name)?.map(told), name)
  }
})

test('a page far back passes over the record’s own index alone, and not on the event loop', async () => {
  traced.longReads()
  const statements = await statementsOf(() => catalog.attachments(crm.organization, lead.id, 1_500, 5))
  assert.deepEqual(traced.longReads(), ['attachments'])
  assert.equal(statements.length, 2)
  const [walk, page] = statements
  const index = 'INDEX attachment_page (organization=? AND record=? AND role=?'
  assert.ok(walk?.plan.includes(`USING COVERING ${index})`), walk?.plan)
  assert.equal(walk?.rows, 1)
  assert.ok(page?.plan.includes(`USING ${index} AND id<?)`), page?.plan)
  assert.equal(page?.rows, 6)
  await catalog.attachments(crm.organization, lead.id, 200, 200)
  assert.deepEqual(traced.longReads(), [])
})

test('a later page is what comes after the earlier ones', async () => {
  const all = (await catalog.attachments(crm.organization, lead.id, 0, 3_000)).attachments.map(({ id }) => id)
  assert.ok(all.length > MANY)
  for (const offset of [1, 7, 500, all.length - 3, all.length - 1, all.length, all.length + 1]) {
    const page = await catalog.attachments(crm.organization, lead.id, offset, 2)
    assert.deepEqual(
      page.attachments.map(({ id }) => id),
      all.slice(offset, offset + 2),
    )
    assert.equal(page.more, offset + 2 < all.length)
  }
  for (const sort of ['created', 'modified'] as const) {
    for (const order of ['asc', 'desc'] as const) {
      const ask = async (offset: number, limit: number) =>
        (await catalog.records({ ...pageOfLeads, sort, order, offset, limit })).records.map(({ id }) => id)
      const whole = await ask(0, 1_000)
      assert.ok(whole.length > 200)
      for (const offset of [1, 99, whole.length - 1, whole.length])
        assert.deepEqual(await ask(offset, 3), whole.slice(offset, offset + 3), `${sort} ${order} ${String(offset)}`)
    }
  }
})

test('what deletes a row finds the rows that refer to it by an index', () => {
  const { database } = connection
  const rows = <T>(pragma: string) => database.pragma(pragma) as T[]
  const tables = database.prepare<[], { name: string }>("select name from sqlite_master where type = 'table'").all()
  for (const { name: table } of tables) {
    const keys = Map.groupBy(
      rows<{ id: number; table: string; from: string }>(`foreign_key_list("${table}")`),
      ({ id }) => id,
    )
    const indexes = rows<{ name: string; partial: number }>(`index_list("${table}")`)
      .filter(({ partial }) => partial === 0)
      .map(({ name }) => rows<{ name: string }>(`index_info("${name}")`).map((column) => column.name))
    for (const columns of keys.values()) {
      if (!['attachment', 'record', 'blob'].includes(columns[0]?.table ?? '')) continue
      const from = columns.map((column) => column.from)
      const isFound = indexes.some((index) => from.every((column) => index.slice(0, from.length).includes(column)))
      assert.ok(isFound, `${table} (${from.join(', ')})`)
    }
  }
})
