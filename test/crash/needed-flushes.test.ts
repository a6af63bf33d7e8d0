// Each flush is taken out in turn, and the power cut of power.test.ts must then find something lost:
// so that test would notice, and no flush is there for nothing.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { missing, need } from '../support/require.ts'
import { chanceOf } from '../http/multipart/seeded.ts'
import { lossAt, record, type Recording, type Work } from './outage.ts'
import { seed } from './seed.ts'

const skip = missing('gcc')
const chance = chanceOf(seed)
const work = { seed, clients: 2, uploads: 6 }
const lax = `--import=${join(import.meta.dirname, 'lax-sqlite.ts')}`

function without(path: string): Pick<Work, 'rules'> {
  return { rules: [{ action: 'skip', call: 'sync', path }] }
}

/** The path is the one whose flush becomes nothing; patterns as in shim.ts. */
const FLUSHES: readonly (readonly [what: string, Partial<Work>])[] = [
  ["a large file's bytes", without('data/blobs/incoming/*')],
  ['the folder that a large file gets its name in', without('data/blobs/[0-9a-f][0-9a-f]')],
  ['the folder of those folders', without('data/blobs')],
  ['the data folder', without('data')],
  ['the folder above the data folder', without('.')],
  ["the log of the catalog's commits", without('data/catalog.db-wal')],
  ['the catalog itself, before its log is thrown away', without('data/catalog.db')],
  ['that log, where SQLite leaves it to us', { nodeArgs: lax, env: { CRASH_LOG_FLUSH: 'none' } }],
  ["all of SQLite's, by synchronous=OFF", { nodeArgs: lax, env: { CRASH_SYNCHRONOUS: 'OFF' } }],
]

describe(`without one flush something acknowledged is lost (seed ${String(seed)})`, { skip }, () => {
  for (const [what, taken] of FLUSHES) {
    test(what, async (context) => {
      need('gcc')
      const loss = await anyLoss(await record({ ...work, ...taken }))
      assert.ok(loss !== null, 'nothing was lost: the flush is not needed, or the test does not see it')
      context.diagnostic(loss.split('\n')[0] ?? '')
    })
  }
})

/** First where most is at stake: after the last answer, and after the stop, when the log is gone. */
async function anyLoss(recording: Recording): Promise<string | null> {
  const { moments, entries } = recording
  const last = moments.at(-1) ?? 0
  return (
    (await lossAt(recording, last, 'nothing', chance)) ??
    (await lossAt(recording, entries.length, 'removals', chance)) ??
    (await lossAt(recording, chance.pick(moments), 'nothing', chance))
  )
}
