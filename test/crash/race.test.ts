// Uploads of identical bytes, deletions of their last holder and sweeps at once:
// afterwards no row is without bytes and no bytes are without a row.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openDiskBlobs } from '../../src/blobs/disk.ts'
import { openSqliteCatalog } from '../../src/catalog/sqlite.ts'
import { actorOf } from '../../src/core/access.ts'
import type { Log } from '../../src/core/contracts.ts'
import { createDesk, type Desk } from '../../src/core/desk.ts'
import { passwords } from '../../src/passwords.ts'
import { Fault } from '../../src/core/fault.ts'
import type { AttachmentId } from '../../src/core/model.ts'
import type { Policy } from '../../src/core/policy.ts'
import { digestOf } from '../e2e/files.ts'
import { chanceOf, type Chance } from '../multipart/seeded.ts'
import { mustBeTidy } from './inspection.ts'
import { sha256 } from './ledger.ts'
import { seed, seeded } from './seed.ts'

const ROUNDS = 10_000
const LANES = 16
/** Few and small enough that most uploads meet their twin; those above 64 KiB lie in the blob store. */
const CONTENTS = [
  ...[1, 2, 3].map((count) => Buffer.alloc(65_537, `large ${String(count)} `)),
  ...[1, 2].map((count) => Buffer.from(`small ${String(count)}`)),
].map((bytes) => ({ bytes, hash: sha256(bytes) }))

type Content = (typeof CONTENTS)[number]
interface Held {
  readonly id: AttachmentId
  readonly hash: string
}

const anything: Policy = { maxBytes: 1e6, judgeClaim() {}, judgeContent: async () => {} }

const silent: Log = { debug() {}, info() {}, warn: complain, error: complain }

function complain(facts: object, message: string): void {
  throw new Error(message, { cause: facts })
}

/** One caller who uploads, deletes, reads and sweeps at random; `grace` in milliseconds, `sweeps` in a hundred turns. */
async function race(desk: Desk, grace: number, sweeps: number): Promise<{ attached: number; claimed: number }> {
  const { actor, record } = await somebody(desk)
  const told = { attached: 0, claimed: 0 }
  let left = ROUNDS
  const upload = async (contents: readonly Content[], held: Held[]) => {
    const terms = { actor, signal: AbortSignal.timeout(60_000), retry: null, receipts: [] }
    const attachments = await desk.attachments.intake(terms, async (intake) => {
      for (const { bytes } of contents) await intake.file(fileOf(bytes), anything)
      return intake.attach(record)
    })
    told.attached += contents.length
    held.push(...attachments.map(({ id, hash }) => ({ id, hash })))
  }
  const remove = async (held: Held[], chance: Chance) => {
    const [gone] = held.splice(chance.below(held.length), 1)
    assert.deepEqual(gone && (await desk.attachments.remove(actor, record, [gone.id])), [gone?.id])
  }
  const read = async ({ id, hash }: Held) => {
    const attachment = await desk.attachments.find(actor, record, id)
    assert.equal((await digestOf(await desk.attachments.open(attachment))).sha256, hash)
  }
  const lane = async (number: number) => {
    const chance = chanceOf(seed + number)
    const held: Held[] = []
    while (left-- > 0) {
      const turn = chance.below(100)
      if (turn < sweeps) await desk.sweep.loose(Date.now() - grace)
      else if (turn < 15 && held[0] !== undefined) await read(held[0])
      else if (turn < 60 && held.length > 0) await remove(held, chance)
      else await upload([chance.pick(CONTENTS), ...(chance.below(3) === 0 ? CONTENTS : [])], held).catch(unlessClaimed)
    }
    for (const each of held) await read(each)
  }
  /** The sweep may win: then the upload is refused whole. */
  const unlessClaimed = (error: unknown) => {
    if (!(error instanceof Fault) || error.code !== 'unavailable') throw error
    told.claimed++
  }
  await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)))
  return told
}

async function somebody(desk: Desk) {
  const user = { name: 'Ada Green', email: 'ada@example.com' }
  const organization = await desk.organizations.create({ name: 'Acme', user })
  const { secret } = await desk.access.create({
    ...{ kind: 'zoho', organization: organization.id, agency: organization.agency, user: null, client: null },
    ...{ label: '', scopes: [], expiresAt: null },
  })
  const actor = actorOf(await desk.access.identify(secret))
  const module = await desk.records.module(actor, 'Leads')
  const [saved] = await desk.records.save(actor, module.id, [{ change: null, properties: { Last_Name: 'Brown' } }])
  assert.ok(saved?.outcome === 'created')
  return { actor, record: saved.record.id }
}

function fileOf(bytes: Buffer) {
  const source = (async function* () {
    // In pieces: others come between.
    for (let at = 0; at < bytes.length; at += 30_000) yield bytes.subarray(at, at + 30_000)
  })()
  return {
    name: 'a.txt',
    claimedType: 'text/plain',
    label: 'Part 1',
    part: 'file',
    encoding: '7bit',
    digest: null,
    bytes: source,
  }
}

describe(`${String(ROUNDS)} uploads, deletions, reads and sweeps at once`, () => {
  for (const [name, grace, sweeps] of [
    ['with a grace that keeps uploads in flight safe', 60_000, 1],
    ['without a grace, so that the sweep competes with every upload', -1_000, 3],
  ] as const) {
    test(name, { timeout: 120_000 }, async (context) => {
      const folder = mkdtempSync(join(tmpdir(), 'dossier-race-'))
      const catalog = await openSqliteCatalog({ folder })
      const blobs = await openDiskBlobs(join(folder, 'blobs'))
      try {
        await seeded(async () => {
          const desk = createDesk({ catalog, blobs, log: silent, sniff: async () => null, passwords })
          const { attached, claimed } = await race(desk, grace, sweeps)
          context.diagnostic(`${String(attached)} attached, ${String(claimed)} lost to the sweep and refused`)
          assert.equal(claimed > 0, grace < 0, 'uploads are refused by a sweep without a grace, and by no other')
          await desk.sweep.loose(Date.now() + 1_000)
          await mustBeTidy(folder)
        })
      } finally {
        await catalog.close()
        await blobs.close()
        rmSync(folder, { recursive: true, force: true })
      }
    })
  }
})
