import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newDocumentId } from '../../src/core/model/ids.ts'
import type { Fresh } from './catalog-contract.ts'
import { ids, link, small, stored } from './catalog-crm.ts'

export function attachmentsContract(fresh: Fresh): void {
  describe('attachments', () => {
    readingContract(fresh)
    refusalContract(fresh)
    photoContract(fresh)
  })
}

function readingContract(fresh: Fresh): void {
  test('an attachment is found as it was attached', async () => {
    const crm = await fresh()
    const [lead, field] = [await crm.lead(), await crm.field()]
    const document = newDocumentId()
    const item = stored('hello', { name: 'Ünïcode 😀.txt', claimedType: null, field: field.id, document })
    const attachment = await crm.put(lead.id, item)
    const by = await crm.catalog.firstUser(crm.organization)
    assert.deepEqual(attachment, {
      ...{ id: item.id, organization: crm.organization, record: lead.id, role: 'attachment' },
      ...{ name: 'Ünïcode 😀.txt', kind: 'file', size: 5, hash: item.source.hash, url: null, blob: item.source.key },
      ...{ claimedType: null, encoding: '7bit', field: field.id, document },
      ...{ createdAt: 3_000, modifiedAt: 3_000, createdBy: by, modifiedBy: by },
    })
    assert.deepEqual(await crm.catalog.attachment(crm.organization, item.id), attachment)
    assert.deepEqual(await crm.catalog.document(document), attachment)
    const page = await crm.catalog.attachments(crm.organization, lead.id, 0, 10)
    assert.deepEqual(page, { attachments: [attachment], more: false })
    // It came in through the field without a key: no entry of it.
    assert.deepEqual(await crm.catalog.entries(crm.organization, lead.id), [])
  })

  test('a link has a URL and no bytes', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const attachment = await crm.put(lead.id, link('https://example.com/x', { name: 'x' }))
    assert.deepEqual(
      [attachment.kind, attachment.url, attachment.size, attachment.blob],
      ['link', 'https://example.com/x', 0, null],
    )
    assert.deepEqual(await crm.remove(lead.id, attachment.id), [attachment.id])
    assert.ok(await crm.put(lead.id, link('https://example.com/x')))
  })

  test('a download is found by all of its path, with a small file’s bytes', async () => {
    const crm = await fresh()
    const [lead, other] = [await crm.lead(), await crm.lead()]
    const { attachments } = await crm.attached(lead.id, small('hello'), stored('large'), link('https://example.com/'))
    const path = (change: object = {}) => {
      const attachment = attachments[0]?.id ?? ids.attachment()
      return { organization: crm.organization, module: 'le_ads', record: lead.id, attachment, ...change }
    }
    for (const [index, bytes] of [Buffer.from('hello'), null, null].entries()) {
      const attachment = attachments[index]
      const found = await crm.catalog.download(path({ attachment: attachment?.id }))
      assert.deepEqual(found?.attachment, attachment)
      assert.deepEqual(found?.bytes && Buffer.from(found.bytes), bytes)
    }
    const stranger = await fresh()
    for (const change of [
      { organization: stranger.organization },
      { module: 'Contacts' },
      { module: 'nothing' },
      { record: other.id },
      { attachment: ids.attachment() },
    ]) {
      assert.equal(await crm.catalog.download(path(change)), null, Object.keys(change)[0])
    }
    await crm.catalog.removeRecords(crm.organization, crm.leads, [lead.id], 5_000)
    assert.equal(await crm.catalog.download(path()), null)
  })

  test('a page is newest first and says whether more follow', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const items = [1, 2, 3, 4, 5].map(() => stored())
    await crm.attached(lead.id, ...items)
    const expected = items.map(({ id }) => id).reverse()
    const ask = async (offset: number, limit: number) => {
      const page = await crm.catalog.attachments(crm.organization, lead.id, offset, limit)
      return [page.attachments.map(({ id }) => id), page.more]
    }
    assert.deepEqual(await ask(0, 2), [expected.slice(0, 2), true])
    assert.deepEqual(await ask(3, 2), [expected.slice(3), false])
    assert.deepEqual(await ask(0, 5), [expected, false])
    assert.deepEqual(await ask(2, 50_000), [expected.slice(2), false])
    assert.deepEqual(await ask(100_000, 10), [[], false])
  })

  test('nobody sees the attachments of another organization', async () => {
    const [crm, other] = [await fresh(), await fresh()]
    const lead = await crm.lead()
    const file = await crm.put(lead.id, stored('photo', { role: 'photo' }))
    assert.equal(await other.catalog.attachment(other.organization, file.id), null)
    assert.equal(await other.catalog.photo(other.organization, lead.id), null)
    assert.deepEqual(await other.listed(lead.id), [])
    assert.deepEqual(await other.remove(lead.id, file.id), [])
    assert.equal((await other.attach(lead.id, stored())).outcome, 'no_record')
    assert.ok(await crm.catalog.attachment(crm.organization, file.id))
  })

  test('an attachment may belong to the organization itself', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const file = await crm.put(null, stored())
    const onLead = await crm.put(lead.id, stored())
    assert.equal(file.record, null)
    assert.deepEqual(await crm.catalog.attachment(crm.organization, file.id), file)
    assert.deepEqual(await crm.listed(lead.id), [onLead.id])
    assert.deepEqual(await crm.remove(lead.id, file.id), [])
    assert.deepEqual(await crm.remove(null, onLead.id, file.id), [file.id])
    assert.equal(await crm.catalog.attachment(crm.organization, file.id), null)
  })

  test('removing answers those that were on the record, in that order', async () => {
    const crm = await fresh()
    const [lead, other] = [await crm.lead(), await crm.lead()]
    const [a, b, c] = [
      await crm.put(lead.id, stored()),
      await crm.put(lead.id, stored()),
      await crm.put(other.id, stored()),
    ]
    assert.deepEqual(await crm.remove(lead.id, b.id, ids.attachment(), c.id, a.id, b.id), [b.id, a.id])
    assert.deepEqual(await crm.remove(lead.id, a.id), [])
    assert.deepEqual(await crm.listed(other.id), [c.id])
  })
}

function refusalContract(fresh: Fresh): void {
  test('a call attaches all or none', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const url = 'https://example.com/twice'
    await crm.put(lead.id, link(url))
    const item = stored()
    assert.deepEqual(await crm.attach(lead.id, item, link(url)), { outcome: 'duplicate_link', url })
    assert.equal(await crm.catalog.attachment(crm.organization, item.id), null)
    assert.deepEqual(await crm.catalog.claimLoose([item.source.key], 1), [item.source.key])
    assert.equal((await crm.attach(ids.record(), stored())).outcome, 'no_record')
    // Refused by the engine itself, half-way: the id is in use.
    const [first, second] = [stored(), stored()]
    await assert.rejects(crm.attach(lead.id, first, { ...second, id: first.id }))
    assert.equal(await crm.catalog.attachment(crm.organization, first.id), null)
    assert.deepEqual(await crm.catalog.claimLoose([first.source.key], 1), [first.source.key])
  })

  test('one link twice: refused on one record, not on two', async () => {
    const crm = await fresh()
    const [lead, other] = [await crm.lead(), await crm.lead()]
    const url = 'https://example.com/shared'
    assert.equal((await crm.attach(lead.id, link(url), link(url))).outcome, 'duplicate_link')
    assert.deepEqual(await crm.listed(lead.id), [])
    assert.equal((await crm.attach(lead.id, link(url))).outcome, 'attached')
    assert.equal((await crm.attach(other.id, link(url))).outcome, 'attached')
  })

  test('a document id is one file’s alone', async () => {
    const [crm, other] = [await fresh(), await fresh()]
    const document = newDocumentId()
    await crm.put((await crm.lead()).id, stored(undefined, { document }))
    await assert.rejects(other.put((await other.lead()).id, stored(undefined, { document })))
    assert.equal(await crm.catalog.document(newDocumentId()), null)
  })

  test('an error names what went wrong and harms no neighbour', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const taken = await crm.put(lead.id, stored())
    const items = Array.from({ length: 60 }, (_, index) => (index % 3 ? stored() : { ...stored(), id: taken.id }))
    const outcomes = await Promise.allSettled(items.map((item) => crm.attach(lead.id, item)))
    for (const [index, outcome] of outcomes.entries()) {
      assert.equal(outcome.status, index % 3 ? 'fulfilled' : 'rejected')
      if (outcome.status === 'rejected') assert.match(String(outcome.reason), /\S/)
    }
    assert.equal((await crm.listed(lead.id)).length, 41)
  })
}

function photoContract(fresh: Fresh): void {
  test('a record has one photo, which is in no list', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const photo = (text: string) => stored(text, { role: 'photo' })
    assert.equal(await crm.catalog.photo(crm.organization, lead.id), null)
    const [first, second] = [photo('one'), photo('two')]
    await crm.put(lead.id, first)
    const shown = await crm.put(lead.id, second)
    assert.deepEqual(await crm.catalog.photo(crm.organization, lead.id), shown)
    assert.equal(await crm.catalog.attachment(crm.organization, first.id), null)
    assert.deepEqual(await crm.claimed(first.source.key, second.source.key), [first.source.key])
    assert.deepEqual(await crm.listed(lead.id), [])
    assert.deepEqual(await crm.remove(lead.id, shown.id), [shown.id])
    assert.equal(await crm.catalog.photo(crm.organization, lead.id), null)
  })

  test('the same photo put again keeps its bytes', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const photo = () => small('the same picture', { role: 'photo' })
    const first = await crm.put(lead.id, photo())
    const again = await crm.put(lead.id, photo())
    assert.notEqual(again.id, first.id)
    assert.equal(again.blob, first.blob)
    assert.ok(again.blob && (await crm.catalog.bytes(again.blob)))
  })
}
