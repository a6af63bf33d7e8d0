// The server dies before and after each step of an upload. Whatever the step, what was acknowledged before is there,
// what was under way is there whole or not at all, and no leftover stays.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../e2e/support/server.ts'
import { missing, need } from '../support/require.ts'
import { highlevelClient, openAccount, textOf, zohoClient, type Account } from './clients.ts'
import { inspect } from './inspection.ts'
import { createLedger } from './ledger.ts'
import { openStage, type Rule, type Stage } from './shim.ts'

type Step = readonly [name: string, call: Rule['call'], path: string]

const COMMIT: readonly Step[] = [
  ['the commit is written to the log', 'write', 'data/catalog.db-wal'],
  ['the log is flushed', 'sync', 'data/catalog.db-wal'],
  ['the answer is sent', 'answer', 'answer'],
]
const LARGE: readonly Step[] = [
  ['the temporary file is opened', 'open', 'data/blobs/incoming/*'],
  ['its bytes are written', 'write', 'data/blobs/incoming/*'],
  ['its bytes are flushed', 'sync', 'data/blobs/incoming/*'],
  ['it is linked to its key', 'link', 'data/blobs/*'],
  ['its folder is flushed', 'sync', 'data/blobs/??'],
  ['its temporary name is removed', 'unlink', 'data/blobs/incoming/*'],
  ...COMMIT,
]
/** The same bytes a second time: the new ones are dropped once the commit is safe. */
const TWIN: readonly Step[] = [['the bytes that are there twice are removed', 'unlink', 'data/blobs/??/*']]
const UPLOADS = [
  ['a large file', 'zoho', LARGE, () => textOf(`large ${String(count)} `, 300_000)],
  ['a small file', 'highlevel', COMMIT, () => textOf(`small ${String(count)} `, 9_000)],
  ['a file that is there already', 'zoho', TWIN, () => textOf('kept from the beginning ', 300_000)],
] as const

const ledger = createLedger()
const skip = missing('gcc')
let stage: Stage
let server: Server
let account: Account
let count = 0

before(async () => {
  if (skip !== false) return
  need('gcc')
  stage = openStage()
  server = await stage.start()
  account = await openAccount(server, 1)
  const bytes = textOf('kept from the beginning ', 300_000)
  await zohoClient(server.origin, account, ledger, 0).upload('first.txt', bytes)
})
after(async () => {
  if (skip !== false) return
  await server.kill()
  stage.remove()
})

for (const [what, dialect, steps, bytes] of UPLOADS) {
  describe(`${what} (${dialect})`, { skip }, () => {
    for (const [name, call, path] of steps) {
      for (const when of ['before', 'after'] as const) {
        test(`killed ${when} ${name}`, async () => {
          const client = (dialect === 'zoho' ? zohoClient : highlevelClient)(server.origin, account, ledger, 0)
          stage.arm({ action: `kill-${when}`, call, path, count: 1 })
          const told = await client.upload(`${String(count++)}.txt`, bytes()).catch(() => null)
          await mustDie(server)
          if (call !== 'answer' || when === 'before') assert.equal(told, null, 'acknowledged before it was safe')
          stage.arm()
          server = await stage.start()
          await inspect(server, account, ledger)
        })
      }
    }
  })
}

/** A step that never came would prove nothing. */
async function mustDie({ pid }: Server): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await sleep(50)
  }
  assert.fail('the server came through: the step is not one of this upload')
}
