import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newDocumentId } from '../../src/core/model/ids.ts'
import type { Fresh } from './catalog-contract.ts'
import { type Crm, ids, small, stored } from './catalog-crm.ts'

/** More than a catalog clears in one go. */
const MANY = 450

async function clearAll({ catalog }: Crm): Promise<number> {
  let calls = 0
  while (await catalog.clearRemoved(100, 6_000)) calls++
  return calls
}

export function removalContract(fresh: Fresh): void {
  describe('removed records', () => {
    test('a small one is gone with everything on it', async () => {
      const crm = await fresh()
      const [lead, kept] = [await crm.lead(), await crm.lead()]
      const [inStore, inCatalog] = [stored('in the store'), small('in the catalog')]
      await crm.attached(lead.id, inStore, inCatalog, stored('photo', { role: 'photo' }))
      const unknown = ids.record()
      const removed = await crm.catalog.removeRecords(crm.organization, crm.leads, [unknown, lead.id], 5_000)
      assert.deepEqual(removed, [lead.id])
      assert.equal(await crm.catalog.record(crm.organization, null, lead.id), null)
      assert.ok(await crm.catalog.record(crm.organization, null, kept.id))
      assert.deepEqual(await crm.claimed(inStore.source.key), [inStore.source.key])
      assert.equal(await crm.catalog.bytes(inCatalog.source.key), null)
      assert.deepEqual(await crm.catalog.removeRecords(crm.organization, crm.leads, [lead.id], 5_000), [])
    })

    test('a large one cannot be seen at once, and is cleared in bounded batches', async () => {
      const crm = await fresh()
      const { catalog, organization, leads } = crm
      const lead = await crm.lead()
      const document = newDocumentId()
      const shown = stored('with a document', { document })
      const many = Array.from({ length: MANY }, (_, index) => stored(`many ${index}`))
      await crm.attached(lead.id, shown, stored('photo', { role: 'photo' }), ...many)
      assert.deepEqual(await catalog.removeRecords(organization, leads, [lead.id], 5_000), [lead.id])

      assert.equal((await catalog.module(organization, 'Leads'))?.records, 0)
      assert.equal(await catalog.record(organization, null, lead.id), null)
      assert.equal(await catalog.attachment(organization, shown.id), null)
      assert.equal(await catalog.document(document), null)
      assert.equal(await catalog.photo(organization, lead.id), null)
      assert.deepEqual(await crm.listed(lead.id), [])
      assert.deepEqual(await crm.remove(lead.id, shown.id), [])
      assert.equal((await crm.attach(lead.id, stored())).outcome, 'no_record')
      assert.equal((await crm.save({ change: lead.id })).outcome, 'missing')
      assert.deepEqual(await catalog.removeRecords(organization, leads, [lead.id], 5_000), [])

      assert.ok((await clearAll(crm)) >= MANY / 100)
      const keys = [shown, ...many].map((item) => item.source.key)
      assert.deepEqual(await crm.claimed(...keys), keys)
      assert.equal(await catalog.clearRemoved(100, 6_000), false)
    })

    test('one batch clears no more than it was allowed', async () => {
      const crm = await fresh()
      const lead = await crm.lead()
      const many = Array.from({ length: MANY }, (_, index) => stored(`bounded ${index}`))
      await crm.attached(lead.id, ...many)
      await crm.catalog.removeRecords(crm.organization, crm.leads, [lead.id], 5_000)
      assert.equal(await crm.catalog.clearRemoved(10, 6_000), true)
      assert.equal((await crm.claimed(...many.map((item) => item.source.key))).length, 10)
      await clearAll(crm)
    })

    test('many at once: each is gone for the reader, and in the end cleared', async () => {
      const crm = await fresh()
      const items: ReturnType<typeof stored>[] = []
      const leads = await Promise.all(
        Array.from({ length: 30 }, async () => {
          const lead = await crm.lead()
          const own = Array.from({ length: 15 }, () => stored())
          items.push(...own)
          await crm.attached(lead.id, ...own)
          return lead.id
        }),
      )
      assert.deepEqual(await crm.catalog.removeRecords(crm.organization, crm.leads, leads, 5_000), leads)
      for (const id of leads) assert.equal(await crm.catalog.record(crm.organization, null, id), null)
      assert.equal((await crm.catalog.module(crm.organization, 'Leads'))?.records, 0)
      await clearAll(crm)
      assert.equal((await crm.claimed(...items.map((item) => item.source.key))).length, items.length)
    })

    test('bytes that another record holds too stay', async () => {
      const crm = await fresh()
      const [gone, stays] = [await crm.lead(), await crm.lead()]
      const first = stored('shared')
      await crm.put(gone.id, first)
      const second = await crm.put(stays.id, stored('shared'))
      await crm.catalog.removeRecords(crm.organization, crm.leads, [gone.id], 5_000)
      assert.deepEqual(await crm.claimed(first.source.key), [])
      assert.deepEqual(await crm.catalog.attachment(crm.organization, second.id), second)
    })
  })
}
