import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { OpenedCatalog } from './catalog-contract.ts'
import { newCrm, small, stored } from './catalog-crm.ts'

export function durabilityContract(open: () => Promise<OpenedCatalog>): void {
  describe('opening and closing', () => {
    test('everything is there after it was closed and opened again', async () => {
      const opened = await open()
      const crm = await newCrm(opened.catalog)
      const [lead, field] = [await crm.lead({ name: 'Kept' }), await crm.field()]
      const file = await crm.put(lead.id, small('kept bytes', { field: field.id, fieldKey: 'k' }))
      const catalog = await opened.reopen()
      assert.deepEqual(await catalog.record(crm.organization, null, lead.id), lead)
      assert.deepEqual(await catalog.field(crm.organization, field.id), field)
      const entries = await catalog.entries(crm.organization, lead.id)
      assert.deepEqual(entries, [{ field: field.id, key: 'k', attachment: file }])
      assert.equal(String(file.blob && (await catalog.bytes(file.blob))?.length), '10')
      assert.equal((await newCrm(catalog)).agency, 'agency')
      await opened.close()
    })

    test('closing finishes what was asked before, and refuses what comes after', async () => {
      const opened = await open()
      const crm = await newCrm(opened.catalog)
      const lead = await crm.lead()
      const asked = Array.from({ length: 500 }, () => crm.attach(lead.id, stored()))
      const base = { sort: 'created', order: 'asc', offset: 0, limit: 1, after: null } as const
      const search = { ...base, search: 'some', changedAfter: null, visibleTo: null }
      const found = crm.catalog.records({ organization: crm.organization, module: crm.leads, ...search })
      const closed = crm.catalog.close()
      const late = [
        crm.attach(lead.id, stored()),
        crm.catalog.record(crm.organization, null, lead.id),
        crm.catalog.records({ organization: crm.organization, module: crm.leads, ...search }),
      ]
      for (const each of late) await assert.rejects(each, /closed/)
      for (const answer of await Promise.all(asked)) assert.equal(answer.outcome, 'attached')
      assert.equal((await found).records.length, 1)
      await closed
      await crm.catalog.close()
      const again = await opened.reopen()
      assert.equal((await again.attachments(crm.organization, lead.id, 0, 1_000)).attachments.length, 500)
      await opened.close()
    })

    test('a read sees every write that resolved before it', async () => {
      const opened = await open()
      const crm = await newCrm(opened.catalog)
      for (let round = 0; round < 50; round++) {
        const lead = await crm.lead({ name: `lead ${round}` })
        assert.deepEqual(await crm.catalog.record(crm.organization, null, lead.id), lead)
      }
      await opened.close()
    })
  })
}
