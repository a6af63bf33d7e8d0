import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Sha256, ShareId } from '../../src/core/model/model.ts'
import type { Fresh } from './catalog-contract.ts'
import { type Crm, ids, sha256, small } from './catalog-crm.ts'

const newId = () => ids.user() as string

export function sharesContract(fresh: Fresh): void {
  describe('shares', () => {
    const newShare = async (crm: Crm, change: { maxDownloads?: number | null } = {}) => {
      const attachment = await crm.put((await crm.lead()).id, small('shared', { name: 'shared.txt' }))
      const id = newId() as ShareId
      const terms = {
        label: 'for Ann',
        password: null,
        maxDownloads: null,
        expiresAt: 1_000,
        by: crm.user,
        at: 10,
        parent: null,
      }
      const hash: Sha256 = sha256(id)
      const input = { id, organization: crm.organization, attachment: attachment.id, hash, ...terms, ...change }
      return { input, hash, attachment, share: await crm.catalog.createShare(input) }
    }

    test('a share is found by its hash, and listed without it', async () => {
      const [crm, other] = [await fresh(), await fresh()]
      const { input, hash, attachment, share } = await newShare(crm)
      const { id, organization, label } = input
      const facts = { id, organization, attachment: attachment.id, name: 'shared.txt', label, hasPassword: false }
      const times = { createdAt: 10, createdBy: crm.user, expiresAt: 1_000, lastUsedAt: null, revokedAt: null }
      assert.deepEqual(share, { ...facts, maxDownloads: null, downloads: 0, ...times })
      assert.deepEqual(await crm.catalog.sharedAttachment(hash), { share, password: null, attachment })
      assert.deepEqual(await crm.catalog.shares(organization, null), [share])
      assert.deepEqual(await crm.catalog.shares(organization, attachment.id), [share])
      assert.deepEqual(await crm.catalog.shares(organization, ids.attachment()), [])
      assert.deepEqual(await crm.catalog.shares(other.organization, attachment.id), [])
      assert.equal(await crm.catalog.revokeShare(other.organization, id, 20), false)
      const elsewhere = { ...input, id: newId() as ShareId, hash: sha256('x'), organization: other.organization }
      assert.equal(await crm.catalog.createShare(elsewhere), null)
    })

    test('of many downloads at once no more count than there may be', async () => {
      const crm = await fresh()
      const { input } = await newShare(crm, { maxDownloads: 3 })
      const counted = await Promise.all(Array.from({ length: 10 }, () => crm.catalog.countDownload(input.id, 20)))
      assert.equal(counted.filter(Boolean).length, 3)
      assert.equal((await crm.catalog.shares(crm.organization, null))[0]?.downloads, 3)
    })

    test('what ended or was revoked counts nothing, and goes in the end', async () => {
      const crm = await fresh()
      const { input, hash } = await newShare(crm)
      assert.equal(await crm.catalog.countDownload(input.id, 999), true)
      assert.equal(await crm.catalog.countDownload(input.id, 1_000), false)
      assert.equal(await crm.catalog.revokeShare(crm.organization, input.id, 30), true)
      assert.equal(await crm.catalog.revokeShare(crm.organization, input.id, 40), false)
      assert.equal(await crm.catalog.countDownload(input.id, 50), false)
      await crm.catalog.forgetShares(1_000, 10)
      assert.notEqual(await crm.catalog.sharedAttachment(hash), null)
      await crm.catalog.forgetShares(1_001, 10)
      assert.equal(await crm.catalog.sharedAttachment(hash), null)
    })

    test('it goes with its attachment', async () => {
      const crm = await fresh()
      const { hash, attachment } = await newShare(crm)
      await crm.catalog.removeAttachments(crm.organization, attachment.record, [attachment.id], 50)
      assert.equal(await crm.catalog.sharedAttachment(hash), null)
      assert.deepEqual(await crm.catalog.shares(crm.organization, null), [])
    })
  })
}
