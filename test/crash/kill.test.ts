// The server is killed while 32 clients upload through both dialects, again and again on one folder.
// DOSSIER_CRASH_ROUNDS=50 is the long form.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer, type Server } from '../e2e/server.ts'
import { chanceOf } from '../multipart/seeded.ts'
import { highlevelClient, mixedContents, openAccount, workUntilGone, zohoClient, type Account } from './clients.ts'
import { inspect } from './inspection.ts'
import { createLedger } from './ledger.ts'
import { seed, seeded } from './seed.ts'
import { quick } from './shim.ts'

const ROUNDS = Number(process.env['DOSSIER_CRASH_ROUNDS']) || 5
const PEOPLE = 16

const folder = mkdtempSync(join(tmpdir(), 'dossier-kill-'))
const ledger = createLedger()
let account: Account

let running: Server | null = null
async function start(): Promise<Server> {
  running = await startServer({ folder, args: ['--log-level', 'warn', '--no-limits'], env: quick })
  return running
}

before(async () => {
  const server = await start()
  account = await openAccount(server, PEOPLE)
  await server.kill()
})
after(async () => {
  await running?.kill()
  rmSync(folder, { recursive: true, force: true })
})

/** 32 clients, until the server is killed under them. */
async function loadAndKill(server: Server, round: number): Promise<void> {
  const clients = Array.from({ length: PEOPLE }, (_, person) => [
    zohoClient(server.origin, account, ledger, person),
    highlevelClient(server.origin, account, ledger, person),
  ]).flat()
  const working = clients.map((client, index) => {
    const chance = chanceOf(seed + round * 1_000 + index)
    return workUntilGone(client, chance, mixedContents(chance), `${String(round)}-${String(index)}`)
  })
  await Promise.race([sleep(50 + chanceOf(seed + round).below(1_500)), ...working])
  await server.kill()
  await Promise.all(working)
}

test(
  `nothing acknowledged is lost by ${String(ROUNDS)} kills`,
  { timeout: 30_000 + ROUNDS * 30_000 },
  async (context) => {
    await seeded(async () => {
      const chance = chanceOf(seed)
      let server = await start()
      for (let round = 0; round < ROUNDS; round++) {
        await loadAndKill(server, round)
        server = await start()
        // What earlier rounds left was compared then; of it a sample is enough until the end.
        const share = round === ROUNDS - 1 ? 1 : 20
        const own = `${String(round)}-`
        await inspect(server, account, ledger, ({ name }) => name.startsWith(own) || chance.below(share) === 0)
        assert.equal(server.log(), '', 'a start after a crash has nothing to complain of')
      }
    })
    const acknowledged = ledger.uploads.filter(({ place }) => place !== null).length
    const deleted = ledger.uploads.filter(({ deletion }) => deletion === 'acknowledged').length
    context.diagnostic(
      `${String(acknowledged)} uploads acknowledged, ${String(deleted)} deleted again, seed ${String(seed)}`,
    )
    assert.ok(acknowledged > ROUNDS, 'the clients hardly got anything done')
  },
)
