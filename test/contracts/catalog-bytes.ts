import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newBlobKey } from '../../src/core/model/ids.ts'
import type { Fresh } from './catalog-contract.ts'
import { type Crm, small, stored } from './catalog-crm.ts'

export function bytesContract(fresh: Fresh): void {
  describe('bytes', () => {
    sharingContract(fresh)
    claimingContract(fresh)
  })
}

async function textOf({ catalog }: Crm, item: ReturnType<typeof small>): Promise<string | null> {
  const bytes = await catalog.bytes(item.source.key)
  return bytes && Buffer.from(bytes).toString()
}

function sharingContract(fresh: Fresh): void {
  test('the same bytes are kept once within an organization, never across', async () => {
    const [crm, other] = [await fresh(), await fresh()]
    const [lead, second, theirs] = [await crm.lead(), await crm.lead(), await other.lead()]
    const items = [stored('same'), stored('same'), stored('same')]
    const keys = items.map((item) => item.source.key)
    const [a, b, c] = items
    assert.ok(a && b && c)
    assert.deepEqual((await crm.attached(lead.id, a)).unused, [])
    const again = await crm.attached(second.id, b)
    assert.deepEqual(again.unused, [b.source.key])
    assert.equal(again.attachments[0]?.blob, a.source.key)
    const across = await other.attached(theirs.id, c)
    assert.deepEqual([across.unused, across.attachments[0]?.blob], [[], c.source.key])
    // The second key belongs to nobody: a sweep may have it.
    assert.deepEqual(await crm.catalog.claimLoose(keys, 1), [b.source.key])
  })

  test('the same bytes twice in one call are kept once', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const [a, b] = [stored('twin'), stored('twin')]
    const { attachments, unused } = await crm.attached(lead.id, a, b)
    assert.deepEqual(unused, [b.source.key])
    assert.deepEqual(new Set(attachments.map(({ blob }) => blob)), new Set([a.source.key]))
    await crm.remove(lead.id, a.id)
    assert.deepEqual(await crm.claimed(a.source.key), [])
    await crm.remove(lead.id, b.id)
    assert.deepEqual(await crm.claimed(a.source.key), [a.source.key])
  })

  test('the same received bytes may be attached twice under their one key', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const item = stored('once received')
    const { unused } = await crm.attached(lead.id, item, { ...item, id: stored().id })
    assert.deepEqual(unused, [])
  })

  test('small files are read back from the catalog, and go with their last holder', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const [a, b, empty] = [small('some text'), small('some text'), small('')]
    assert.deepEqual((await crm.attached(lead.id, a, b, empty)).unused, [])
    assert.equal(await textOf(crm, a), 'some text')
    assert.equal(await textOf(crm, b), null)
    assert.equal(await textOf(crm, empty), '')
    await crm.remove(lead.id, a.id)
    assert.equal(await textOf(crm, a), 'some text')
    await crm.remove(lead.id, b.id)
    assert.equal(await textOf(crm, a), null)
    assert.deepEqual(await crm.claimed(a.source.key), [])
  })

  test('bytes that came with a larger buffer are kept as they were', async () => {
    const crm = await fresh()
    const buffer = Buffer.from('before|the bytes|after')
    const item = small('the bytes')
    const source = { ...item.source, bytes: buffer.subarray(7, 16) }
    await crm.put((await crm.lead()).id, { ...item, source })
    assert.equal(await textOf(crm, item), 'the bytes')
    assert.equal(buffer.toString(), 'before|the bytes|after')
  })

  test('small and stored files of the same bytes share them, wherever they came to lie first', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const [inCatalog, late] = [small('abc'), stored('abc')]
    await crm.attached(lead.id, inCatalog)
    assert.deepEqual((await crm.attached(lead.id, late)).unused, [late.source.key])
    const [inStore, lateSmall] = [stored('def'), small('def')]
    await crm.attached(lead.id, inStore)
    const { attachments, unused } = await crm.attached(lead.id, lateSmall)
    assert.deepEqual([attachments[0]?.blob, unused], [inStore.source.key, []])
    assert.equal(await textOf(crm, lateSmall), null)
  })

  test('200 at a time: one blob, and as many holders as attachments', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const items = Array.from({ length: 200 }, () => stored('everyone has it'))
    const answers = await Promise.all(items.map((item) => crm.attached(lead.id, item)))
    const kept = new Set(answers.flatMap(({ attachments }) => attachments.map(({ blob }) => blob)))
    const unused = answers.flatMap((answer) => answer.unused)
    assert.equal(kept.size, 1)
    const [key] = kept
    assert.ok(key)
    assert.deepEqual(new Set([key, ...unused]), new Set(items.map((item) => item.source.key)))
    await Promise.all(items.slice(1).map((item) => crm.remove(lead.id, item.id)))
    assert.deepEqual(await crm.claimed(key), [])
    await crm.remove(lead.id, ...items.map(({ id }) => id))
    assert.deepEqual(await crm.claimed(key), [key])
  })
}

function claimingContract(fresh: Fresh): void {
  test('after the last holder the key is claimed until it is forgotten', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const item = stored('to go')
    await crm.put(lead.id, item)
    const { key } = item.source
    await crm.catalog.forget([key])
    await crm.remove(lead.id, item.id)
    assert.deepEqual(await crm.claimed(key), [key])
    assert.deepEqual(await crm.catalog.claimLoose([key], 1), [])
    await crm.catalog.forget([key])
    assert.deepEqual(await crm.claimed(key), [])
  })

  test('the same bytes coming after a claim are kept under a key of their own', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const [old, fresher] = [stored('comes back'), stored('comes back')]
    await crm.put(lead.id, old)
    await crm.remove(lead.id, old.id)
    const { attachments, unused } = await crm.attached(lead.id, fresher)
    assert.deepEqual([attachments[0]?.blob, unused], [fresher.source.key, []])
    assert.deepEqual(await crm.claimed(old.source.key), [old.source.key])
    await crm.remove(lead.id, fresher.id)
    const both = [old.source.key, fresher.source.key]
    assert.deepEqual(await crm.claimed(...both), both)
  })

  test('loose bytes are claimed, those of attachments never', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const held = stored()
    await crm.put(lead.id, held)
    const loose = [newBlobKey(), newBlobKey()]
    assert.deepEqual(await crm.catalog.claimLoose([held.source.key, ...loose], 1), loose)
    assert.deepEqual(await crm.catalog.claimLoose(loose, 2), [])
    assert.deepEqual(await crm.claimed(held.source.key, ...loose), loose)
    assert.ok((await crm.catalog.claimed(1, 1)).length === 1)
  })

  test('what the sweep has claimed cannot be attached', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const [fine, claimed] = [stored(), stored()]
    const { key } = claimed.source
    await crm.catalog.claimLoose([key], 1)
    assert.deepEqual(await crm.attach(lead.id, fine, claimed), { outcome: 'claimed', key })
    assert.equal(await crm.catalog.attachment(crm.organization, fine.id), null)
    const removed = stored()
    await crm.put(lead.id, removed)
    await crm.remove(lead.id, removed.id)
    assert.equal((await crm.attach(lead.id, { ...removed, id: stored().id })).outcome, 'claimed')
  })

  test('attach and sweep at the same time: one of them wins', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const items = Array.from({ length: 50 }, () => stored())
    const races = items.map(async (item, index) => {
      const claim = () => crm.catalog.claimLoose([item.source.key], 1)
      const attach = () => crm.attach(lead.id, item)
      const [first, second] = index % 2 ? [claim(), attach()] : [attach(), claim()]
      const [attached, claimed] = index % 2 ? [await second, await first] : [await first, await second]
      return { attached, claimed }
    })
    for (const { attached, claimed } of await Promise.all(races)) {
      assert.ok('outcome' in attached && Array.isArray(claimed))
      assert.equal(attached.outcome === 'attached', claimed.length === 0)
    }
  })
}
