import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newBlobKey } from '../../src/core/model/ids.ts'
import type { Fresh } from './catalog-contract.ts'
import { ids, small, stored } from './catalog-crm.ts'

const LATER = 1_000_000

export function recoveryContract(fresh: Fresh): void {
  describe('leases', () => {
    test('while one lasts, claimed keys are not handed out', async () => {
      const { catalog } = await fresh()
      const key = newBlobKey()
      await catalog.claimLoose([key], 1)
      const isHandedOut = async (at: number) => (await catalog.claimed(10_000, at)).includes(key)
      await catalog.beginLease('a copy', LATER, LATER + 10)
      await catalog.beginLease('another', LATER, LATER + 20)
      assert.deepEqual(
        [await isHandedOut(LATER), await isHandedOut(LATER + 19), await isHandedOut(LATER + 20)],
        [false, false, true],
      )
      await catalog.endLease('another')
      assert.deepEqual([await isHandedOut(LATER + 9), await isHandedOut(LATER + 10)], [false, true])
      await catalog.endLease('a copy')
      await catalog.endLease('a copy')
      assert.equal(await isHandedOut(LATER), true)
    })

    test('one is prolonged until it has run out', async () => {
      const { catalog } = await fresh()
      await catalog.beginLease('prolonged', LATER, LATER + 10)
      assert.equal(await catalog.prolongLease('prolonged', LATER + 9, LATER + 20), true)
      assert.equal(await catalog.prolongLease('prolonged', LATER + 19, LATER + 30), true)
      assert.equal(await catalog.prolongLease('prolonged', LATER + 30, LATER + 40), false)
      assert.equal(await catalog.prolongLease('never begun', LATER, LATER + 40), false)
      await catalog.beginLease('prolonged', LATER + 50, LATER + 60)
      assert.equal(await catalog.prolongLease('prolonged', LATER + 55, LATER + 70), true)
      await catalog.endLease('prolonged')
    })
  })

  describe('duties', () => {
    test('one of those who ask at once has it, and keeps it as long as it prolongs it', async () => {
      const { catalog } = await fresh()
      const nodes = ['a', 'b', 'c', 'd', 'e']
      const taken = await Promise.all(nodes.map((node) => catalog.takeDuty('sweeping', node, 10, 20)))
      assert.equal(taken.filter(Boolean).length, 1)
      const holder = nodes[taken.indexOf(true)] ?? ''
      const [other = ''] = nodes.filter((node) => node !== holder)
      assert.equal(await catalog.takeDuty('sweeping', holder, 15, 30), true)
      assert.equal(await catalog.takeDuty('sweeping', other, 29, 40), false)
      assert.equal(await catalog.takeDuty('another duty', other, 29, 40), true)
      assert.equal(await catalog.takeDuty('sweeping', other, 30, 40), true)
      assert.equal(await catalog.takeDuty('sweeping', holder, 31, 50), false)
    })
  })

  describe('mending', () => {
    test('counting anew leaves what is right as it is', async () => {
      const crm = await fresh()
      const lead = await crm.lead()
      const [one, other, tiny] = [stored('counted'), stored('counted'), small('tiny')]
      await crm.attached(lead.id, one, other, tiny)
      const keys = [one.source.key, tiny.source.key, newBlobKey()]
      await crm.catalog.recount(keys, 1)
      assert.deepEqual(await crm.claimed(...keys), [])
      await crm.remove(lead.id, one.id)
      assert.deepEqual(await crm.claimed(...keys), [])
      await crm.remove(lead.id, other.id)
      assert.deepEqual(await crm.claimed(...keys), [one.source.key])
      await crm.catalog.recount(keys, 1)
      assert.deepEqual(await crm.claimed(...keys), [one.source.key])
      assert.ok(await crm.catalog.bytes(tiny.source.key))
    })

    test('a row that is there, or that no attachment names, is not made', async () => {
      const crm = await fresh()
      const lead = await crm.lead()
      const { source, id } = stored('has a row')
      await crm.put(lead.id, { ...stored('has a row'), id, source })
      const holder = { ...source, organization: crm.organization, attachment: id }
      assert.equal(await crm.catalog.adopt(holder), false)
      assert.equal(await crm.catalog.adopt({ ...holder, key: newBlobKey(), attachment: ids.attachment() }), false)
    })
  })
}
