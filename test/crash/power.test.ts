// A power cut loses what was not flushed. At moments right after an answer, and after an orderly stop,
// a folder is made of what was flushed by then: everything acknowledged must be in it.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { missing, need } from '../support/require.ts'
import { chanceOf } from '../http/multipart/seeded.ts'
import { lossAt, record, type Recording } from './outage.ts'
import { seed } from './seed.ts'

const MOMENTS = (Number(process.env['DOSSIER_CRASH_ROUNDS']) || 5) + 1
const skip = missing('gcc')

describe(`the power is cut (seed ${String(seed)})`, { skip }, () => {
  const chance = chanceOf(seed)
  let recording: Recording

  before(async () => {
    need('gcc')
    recording = await record({ seed, clients: 8, uploads: 12 })
  })

  for (let round = 0; round < MOMENTS; round++) {
    const kept = (['nothing', 'removals', 'some'] as const)[round % 3] ?? 'nothing'
    test(`right after an answer; of what was not flushed the disk keeps ${kept} (${String(round + 1)})`, async () => {
      assert.equal(await lossAt(recording, chance.pick(recording.moments), kept, chance), null)
    })
  }

  for (const kept of ['nothing', 'removals', 'some'] as const) {
    test(`after an orderly stop; the disk keeps ${kept}`, async () => {
      assert.equal(await lossAt(recording, recording.entries.length, kept, chance), null)
    })
  }
})
