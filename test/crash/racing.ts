/** Uploads of identical bytes, deletions of their last holder and sweeps at once, at one desk or at several on the same stores. */
import { OPERATOR } from '../../src/core/access/operator.ts'
import assert from 'node:assert/strict'
import { actorOf } from '../../src/core/access/actor.ts'
import type { Catalog } from '../../src/core/ports/catalog.ts'
import type { BlobStore, Log } from '../../src/core/ports/contracts.ts'
import { createServices, type Services } from '../../src/core/services.ts'
import { Fault } from '../../src/core/model/fault.ts'
import type { AttachmentId } from '../../src/core/model/model.ts'
import type { Policy } from '../../src/core/files/policy.ts'
import { passwords } from '../../src/server/passwords.ts'
import { digestOf } from '../e2e/support/files.ts'
import { chanceOf, type Chance } from '../http/multipart/seeded.ts'
import { sha256 } from './ledger.ts'
import { seed } from './seed.ts'

const LANES = 16
/** Of so many turns a sweep without a grace wins some, whatever the machine. */
const ENOUGH = 5_000
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

const anything: Policy = { maxBytes: 1e6, checkClaim() {}, checkContent: async () => {} }

const silent: Log = { debug() {}, info() {}, warn: complain, error: complain }

function complain(facts: object, message: string): void {
  throw new Error(message, { cause: facts })
}

export interface Race {
  /** On the same stores; each has some of the lanes. */
  readonly desks: readonly [Services, ...Services[]]
  readonly rounds: number
  /** In milliseconds. */
  readonly grace: number
  /** In a hundred turns. */
  readonly sweeps: number
}

/** What every sweep is tried with: uploads in flight are safe, or it competes with each of them. */
export const RACES = [
  ['with a grace that keeps uploads in flight safe', { grace: 60_000, sweeps: 1 }],
  ['without a grace, so that the sweep competes with every upload', { grace: -1_000, sweeps: 3 }],
] as const

export function newDesk(catalog: Catalog, blobs: BlobStore): Services {
  return createServices({ catalog, blobs, log: silent, sniff: async () => null, passwords })
}

/** One caller who uploads, deletes, reads and sweeps at random. Answers what happened, for the report. */
export async function race({ desks, rounds, grace, sweeps }: Race): Promise<string> {
  const { actor, record } = await somebody(desks[0])
  const told = { attached: 0, claimed: 0 }
  let left = rounds
  const upload = async (services: Services, contents: readonly Content[], held: Held[]) => {
    const terms = { actor, signal: AbortSignal.timeout(60_000), retry: null, receipts: [] }
    const attachments = await services.attachments.intake(terms, async (intake) => {
      for (const { bytes } of contents) await intake.file(fileOf(bytes), anything)
      return intake.attach(record)
    })
    told.attached += contents.length
    held.push(...attachments.map(({ id, hash }) => ({ id, hash })))
  }
  const remove = async (services: Services, held: Held[], chance: Chance) => {
    const [gone] = held.splice(chance.below(held.length), 1)
    assert.deepEqual(gone && (await services.attachments.remove(actor, record, [gone.id])), [gone?.id])
  }
  const read = async (services: Services, { id, hash }: Held) => {
    const attachment = await services.attachments.find(actor, record, id)
    assert.equal((await digestOf(await services.attachments.open(attachment))).sha256, hash)
  }
  const lane = async (number: number) => {
    const chance = chanceOf(seed + number)
    const services = desks[number % desks.length] ?? desks[0]
    const held: Held[] = []
    while (left-- > 0) {
      const turn = chance.below(100)
      if (turn < sweeps) await services.sweep.loose(Date.now() - grace)
      else if (turn < 15 && held[0] !== undefined) await read(services, held[0])
      else if (turn < 60 && held.length > 0) await remove(services, held, chance)
      else
        await upload(services, [chance.pick(CONTENTS), ...(chance.below(3) === 0 ? CONTENTS : [])], held).catch(
          unlessClaimed,
        )
    }
    for (const each of held) await read(services, each)
  }
  /** The sweep may win: then the upload is refused whole. */
  const unlessClaimed = (error: unknown) => {
    if (!(error instanceof Fault) || error.code !== 'unavailable') throw error
    told.claimed++
  }
  await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)))
  if (grace >= 0) assert.equal(told.claimed, 0, 'a sweep that leaves a grace refuses nobody')
  else if (rounds >= ENOUGH) assert.ok(told.claimed > 0, 'a sweep without a grace came too late for all uploads')
  await desks[0].sweep.loose(Date.now() + 1_000)
  return `${String(told.attached)} attached, ${String(told.claimed)} lost to the sweep and refused`
}

async function somebody(services: Services) {
  const user = { name: 'Ada Green', email: 'ada@example.com' }
  const organization = await services.organizations.create(OPERATOR, { name: 'Acme', user })
  const { id, agency } = organization
  const terms = { kind: 'zoho', organization: id, agency, user: null, client: null, label: '' } as const
  const { secret } = await services.access.create(OPERATOR, { ...terms, scopes: [], expiresAt: null }, null)
  const actor = actorOf(await services.access.identify(secret, ['zoho']))
  const module = await services.records.module(actor, 'Leads')
  const [saved] = await services.records.save(actor, module.id, [{ change: null, properties: { Last_Name: 'Brown' } }])
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
