import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecordPage } from '../../src/core/ports/catalog.ts'
import type { CrmRecord, Properties } from '../../src/core/model/model.ts'
import type { Fresh } from './catalog-contract.ts'
import { type Crm, ids } from './catalog-crm.ts'

export function recordsContract(fresh: Fresh): void {
  describe('records', () => {
    savingContract(fresh)
    matchingContract(fresh)
    pagesContract(fresh)
  })
}

function savingContract(fresh: Fresh): void {
  test('a record is found as it was saved', async () => {
    const crm = await fresh()
    const properties = { firstName: ' Ada', lastName: 'Lovelace ', email: 'Ada@Example.com', list: [1, { deep: true }] }
    const saved = await crm.save({ properties, values: { f1: 'v' } })
    assert.ok(saved.outcome === 'created')
    const { record } = saved
    assert.equal(record.title, 'Ada Lovelace')
    assert.deepEqual(record.properties, properties)
    assert.deepEqual(record.values, { f1: 'v' })
    assert.deepEqual([record.createdAt, record.modifiedAt], [2_000, 2_000])
    assert.deepEqual(record.createdBy, await crm.catalog.firstUser(crm.organization))
    assert.deepEqual(record.modifiedBy, record.createdBy)
    assert.deepEqual(await crm.catalog.record(crm.organization, crm.leads, record.id), record)
    assert.deepEqual(await crm.catalog.record(crm.organization, null, record.id), record)
  })

  test('a record is not found through another module or another organization', async () => {
    const [crm, other] = [await fresh(), await fresh()]
    const { id } = await crm.lead()
    assert.equal(await crm.catalog.record(crm.organization, crm.contacts, id), null)
    assert.equal(await crm.catalog.record(other.organization, null, id), null)
    assert.equal(await crm.catalog.record(crm.organization, null, ids.record()), null)
    assert.equal((await other.save({ change: id, properties: { name: 'Mine now' } })).outcome, 'missing')
    assert.equal((await crm.save({ module: crm.contacts, change: id })).outcome, 'missing')
    assert.deepEqual(await other.catalog.removeRecords(other.organization, crm.leads, [id], 1), [])
    assert.equal((await crm.catalog.record(crm.organization, null, id))?.title, 'Someone')
  })

  test('changes are merged over what is there, and null removes', async () => {
    const crm = await fresh()
    const made = await crm.save({ properties: { name: 'A', city: 'Oslo' }, values: { one: 1, two: [2] } })
    assert.ok(made.outcome === 'created')
    const change = {
      change: made.record.id,
      at: 9_000,
      properties: { city: null, country: 'NO' },
      values: { one: null },
    }
    const changed = await crm.save(change)
    assert.ok(changed.outcome === 'updated')
    assert.deepEqual(changed.record.properties, { name: 'A', country: 'NO' })
    assert.deepEqual(changed.record.values, { two: [2] })
    assert.deepEqual([changed.record.createdAt, changed.record.modifiedAt], [2_000, 9_000])
    assert.equal(changed.record.id, made.record.id)
  })

  test('properties may have any name', async () => {
    const crm = await fresh()
    const properties = JSON.parse('{"__proto__": "a", "constructor": "b", "": "c", "日本": "d"}') as Properties
    const { id } = await crm.lead(properties)
    const found = await crm.catalog.record(crm.organization, null, id)
    assert.equal(JSON.stringify(found?.properties), JSON.stringify(properties))
  })

  test('of several records each is saved or refused on its own', async () => {
    const crm = await fresh()
    const first = crm.input({ properties: { email: 'a@example.com' } })
    const match = { email: 'a@example.com', phone: null, then: 'refuse' as const }
    const saved = await crm.catalog.saveRecords([
      first,
      crm.input({ match }),
      crm.input({ change: ids.record() }),
      crm.input({ module: ids.module() }),
      crm.input({ properties: { name: 'last' } }),
    ])
    assert.deepEqual(
      saved.map(({ outcome }) => outcome),
      ['created', 'duplicate', 'missing', 'missing', 'created'],
    )
    assert.equal((await crm.catalog.module(crm.organization, 'Leads'))?.records, 2)
  })

  test('an id is used once', async () => {
    const crm = await fresh()
    const { id } = await crm.lead()
    await assert.rejects(crm.save({ id, properties: { name: 'Again' } }))
    assert.equal((await crm.catalog.record(crm.organization, null, id))?.title, 'Someone')
    assert.equal((await crm.catalog.module(crm.organization, 'Leads'))?.records, 1)
  })
}

function matchingContract(fresh: Fresh): void {
  const refuse = (email: string | null, phone: string | null) => ({ match: { email, phone, then: 'refuse' as const } })
  const update = (email: string | null, phone: string | null) => ({ match: { email, phone, then: 'update' as const } })

  test('a match is by e-mail regardless of case, then by phone regardless of punctuation', async () => {
    const crm = await fresh()
    const { catalog, organization, leads } = crm
    const a = await crm.lead({ email: 'A@Example.com', phone: '+1 (555) 010-2030' })
    const b = await crm.lead({ email: 'a@example.com', phone: '555 7' })
    const found = async (email: string | null, phone: string | null) =>
      (await catalog.matchRecord(organization, leads, email, phone))?.id ?? null
    assert.equal(await found(' a@EXAMPLE.com ', null), a.id)
    assert.equal(await found(null, '+15550102030'), a.id)
    assert.equal(await found('nobody@example.com', '5557'), b.id)
    assert.equal(await found('a@example.com', '5557'), a.id)
    assert.equal(await found(null, '15550102030'), null)
    assert.equal(await found('', '()'), null)
    assert.equal(await found(null, null), null)
    assert.equal(await catalog.matchRecord(organization, crm.contacts, 'a@example.com', null), null)
    assert.equal(await catalog.matchRecord((await fresh()).organization, leads, 'a@example.com', null), null)
  })

  test('a match is refused with the record it was, and by what', async () => {
    const crm = await fresh()
    const there = await crm.lead({ email: 'a@example.com', phone: '123' })
    assert.deepEqual(await crm.save(refuse('A@example.com', null)), {
      outcome: 'duplicate',
      record: there,
      by: 'email',
    })
    assert.deepEqual(await crm.save(refuse('b@example.com', '1-2-3')), {
      outcome: 'duplicate',
      record: there,
      by: 'phone',
    })
    assert.equal((await crm.save(refuse('b@example.com', '124'))).outcome, 'created')
  })

  test('a match may be changed instead', async () => {
    const crm = await fresh()
    const there = await crm.lead({ email: 'a@example.com', city: 'Oslo' })
    const saved = await crm.save({ ...update('a@example.com', null), properties: { name: 'Merged' } })
    assert.ok(saved.outcome === 'updated')
    assert.equal(saved.record.id, there.id)
    assert.deepEqual(saved.record.properties, { email: 'a@example.com', city: 'Oslo', name: 'Merged' })
    assert.equal((await crm.save(update('b@example.com', null))).outcome, 'created')
  })

  test('a record is no duplicate of itself, but of another', async () => {
    const crm = await fresh()
    const a = await crm.lead({ email: 'a@example.com' })
    const b = await crm.lead({ email: 'b@example.com' })
    assert.equal((await crm.save({ change: a.id, ...refuse('a@example.com', null) })).outcome, 'updated')
    const refused = await crm.save({ change: b.id, properties: { name: 'x' }, ...refuse('a@example.com', null) })
    assert.ok(refused.outcome === 'duplicate')
    assert.equal(refused.record.id, a.id)
    assert.deepEqual((await crm.catalog.record(crm.organization, null, b.id))?.properties, b.properties)
  })

  test('an e-mail that was changed or removed no longer matches', async () => {
    const crm = await fresh()
    const { id } = await crm.lead({ email: 'old@example.com' })
    await crm.save({ change: id, properties: { email: 'new@example.com' } })
    assert.equal(await crm.catalog.matchRecord(crm.organization, crm.leads, 'old@example.com', null), null)
    await crm.catalog.removeRecords(crm.organization, crm.leads, [id], 1)
    assert.equal(await crm.catalog.matchRecord(crm.organization, crm.leads, 'new@example.com', null), null)
  })
}

function pagesContract(fresh: Fresh): void {
  const pageOf = (crm: Crm, page: Partial<RecordPage> = {}) => {
    const all = {
      sort: 'created',
      order: 'asc',
      offset: 0,
      limit: 10,
      after: null,
      search: null,
      changedAfter: null,
      visibleTo: null,
    } as const
    return crm.catalog.records({ organization: crm.organization, module: crm.leads, ...all, ...page })
  }
  const titles = (page: { readonly records: readonly CrmRecord[] }) => page.records.map(({ title }) => title).join('')

  async function five(): Promise<{ crm: Crm; leads: readonly CrmRecord[] }> {
    const crm = await fresh()
    const leads: CrmRecord[] = []
    for (const name of ['a', 'b', 'c', 'd', 'e']) leads.push(await crm.lead({ name }))
    await crm.save({ module: crm.contacts, properties: { name: 'x' } })
    return { crm, leads }
  }

  test('a page is in the order asked for', async () => {
    const { crm, leads } = await five()
    await crm.save({ change: leads[1]?.id ?? null, at: 8_000 })
    assert.equal(titles(await pageOf(crm)), 'abcde')
    assert.equal(titles(await pageOf(crm, { order: 'desc' })), 'edcba')
    assert.equal(titles(await pageOf(crm, { sort: 'modified' })), 'acdeb')
    assert.equal(titles(await pageOf(crm, { sort: 'modified', order: 'desc' })), 'bedca')
  })

  test('a page says whether more follow', async () => {
    const { crm } = await five()
    const ask = async (offset: number, limit: number) => {
      const page = await pageOf(crm, { offset, limit })
      return [titles(page), page.more]
    }
    assert.deepEqual(await ask(0, 2), ['ab', true])
    assert.deepEqual(await ask(2, 3), ['cde', false])
    assert.deepEqual(await ask(4, 1), ['e', false])
    assert.deepEqual(await ask(5, 1), ['', false])
    assert.deepEqual(await ask(100_000, 1), ['', false])
  })

  test('a page may begin after a record', async () => {
    const { crm, leads } = await five()
    const page = await pageOf(crm, { order: 'desc', after: leads[3]?.id ?? null, limit: 2 })
    assert.deepEqual([titles(page), page.more], ['cb', true])
    const last = await pageOf(crm, { order: 'desc', after: leads[1]?.id ?? null, limit: 2 })
    assert.deepEqual([titles(last), last.more], ['a', false])
  })

  test('a search looks through title, e-mail and phone, regardless of case', async () => {
    const crm = await fresh()
    await crm.lead({ name: 'Ärger', email: 'One@Example.com', phone: '+1 (555) 010' })
    await crm.lead({ name: '100% sure', note: 'ärger' })
    await crm.lead({ name: '100 sure\\_' })
    const search = async (text: string, more: Partial<RecordPage> = {}) =>
      titles(await pageOf(crm, { search: text, ...more }))
    assert.equal(await search('äRG'), 'Ärger')
    assert.equal(await search('one@EXAMPLE'), 'Ärger')
    assert.equal(await search('1555010'), 'Ärger')
    assert.equal(await search('(555)'), 'Ärger')
    assert.equal(await search('0%'), '100% sure')
    assert.equal(await search('e\\_'), '100 sure\\_')
    assert.equal(await search('e_'), '')
    assert.equal(await search('100', { order: 'desc' }), '100 sure\\_100% sure')
    assert.equal(await search('100', { sort: 'modified', order: 'desc', limit: 1 }), '100 sure\\_')
    assert.equal(await search('nowhere'), '')
  })

  test('nobody finds the records of another organization', async () => {
    const [{ crm }, other] = [await five(), await fresh()]
    assert.deepEqual(await pageOf(other), { records: [], more: false })
    assert.deepEqual(await pageOf(other, { module: crm.leads }), { records: [], more: false })
    assert.deepEqual(await pageOf(other, { module: crm.leads, search: 'a' }), { records: [], more: false })
  })
}
