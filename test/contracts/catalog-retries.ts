import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Attach } from '../../src/core/ports/catalog.ts'
import type { RecordId } from '../../src/core/model/model.ts'
import type { Fresh } from './catalog-contract.ts'
import { type Crm, ids, link, sha256, stored } from './catalog-crm.ts'

const HOUR = 3_600_000

/** A call under an idempotency key; the content is what the key came with. */
function under({ organization, user }: Crm, key: string, record: RecordId, change: Partial<Attach> = {}): Attach {
  const retry = { scope: sha256(`${organization} ${key}`), content: sha256('content') }
  return { organization, record, by: user, at: 3_000, items: [stored()], retry, ...change }
}

export function retriesContract(fresh: Fresh): void {
  describe('idempotency keys', () => {
    test('a repetition attaches nothing and is told what was attached', async () => {
      const crm = await fresh()
      const lead = await crm.lead()
      const first = await crm.catalog.attach(under(crm, 'key', lead.id))
      assert.ok(first.outcome === 'attached')
      const { attachments } = first
      const repetition = under(crm, 'key', lead.id)
      assert.deepEqual(await crm.catalog.attach(repetition), { outcome: 'repeated', attachments, answer: null })
      assert.ok(repetition.retry)
      await crm.catalog.rememberAnswer(repetition.retry.scope, '{"data":[]}')
      const answered = { outcome: 'repeated', attachments, answer: '{"data":[]}' }
      assert.deepEqual(await crm.catalog.attach(under(crm, 'key', lead.id)), answered)
      assert.equal((await crm.listed(lead.id)).length, 1)
      // It is told the same when the record has gone since.
      await crm.catalog.removeRecords(crm.organization, crm.leads, [lead.id], 1)
      assert.deepEqual(await crm.catalog.attach(under(crm, 'key', lead.id)), answered)
    })

    test('other content under the same key is refused', async () => {
      const crm = await fresh()
      const lead = await crm.lead()
      const first = under(crm, 'key', lead.id)
      await crm.catalog.attach(first)
      assert.ok(first.retry)
      const other = { ...first, items: [stored()], retry: { ...first.retry, content: sha256('other') } }
      assert.deepEqual(await crm.catalog.attach(other), { outcome: 'other_content' })
      assert.equal((await crm.listed(lead.id)).length, 1)
    })

    test('many repetitions at a time: one attaches', async () => {
      const crm = await fresh()
      const lead = await crm.lead()
      const calls = Array.from({ length: 50 }, () => crm.catalog.attach(under(crm, 'key', lead.id)))
      const outcomes = (await Promise.all(calls)).map(({ outcome }) => outcome)
      assert.equal(outcomes.filter((outcome) => outcome === 'attached').length, 1)
      assert.equal(outcomes.filter((outcome) => outcome === 'repeated').length, 49)
      assert.equal((await crm.listed(lead.id)).length, 1)
    })

    test('what was refused is not remembered', async () => {
      const crm = await fresh()
      const lead = await crm.lead()
      const missing = under(crm, 'key', ids.record())
      assert.equal((await crm.catalog.attach(missing)).outcome, 'no_record')
      const url = 'https://example.com/x'
      await crm.put(lead.id, link(url))
      const twice = under(crm, 'key', lead.id, { items: [link(url)] })
      assert.equal((await crm.catalog.attach(twice)).outcome, 'duplicate_link')
      assert.equal((await crm.catalog.attach(under(crm, 'key', lead.id))).outcome, 'attached')
    })

    test('a key is free again once it is old or forgotten', async () => {
      const crm = await fresh()
      const lead = await crm.lead()
      const call = (at: number) => crm.catalog.attach(under(crm, 'key', lead.id, { at }))
      const start = 1_000 * HOUR
      assert.equal((await call(start)).outcome, 'attached')
      assert.equal((await call(start + 23 * HOUR)).outcome, 'repeated')
      assert.equal((await call(start + 25 * HOUR)).outcome, 'attached')
      assert.equal((await call(start + 26 * HOUR)).outcome, 'repeated')
      await crm.catalog.forgetRetries(start + 25 * HOUR, 10)
      assert.equal((await call(start + 26 * HOUR)).outcome, 'repeated')
      await crm.catalog.forgetRetries(start + 25 * HOUR + 1, 10)
      assert.equal((await call(start + 26 * HOUR)).outcome, 'attached')
      await crm.catalog.rememberAnswer(sha256('of no call'), 'x')
    })
  })
}
