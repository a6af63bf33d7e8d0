// The server is killed while 32 clients upload through both dialects, again and again on one folder.
// DOSSIER_CRASH_ROUNDS=50 is the long form.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startServer, type Server } from '../e2e/support/server.ts'
import { chanceOf } from '../http/multipart/seeded.ts'
import { openAccount, type Account } from './clients.ts'
import { inspect } from './inspection.ts'
import { loadAndKill, mustHaveWorked } from './killing.ts'
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

test(
  `nothing acknowledged is lost by ${String(ROUNDS)} kills`,
  { timeout: 30_000 + ROUNDS * 30_000 },
  async (context) => {
    await seeded(async () => {
      const chance = chanceOf(seed)
      let server = await start()
      for (let round = 0; round < ROUNDS; round++) {
        await loadAndKill(server, { account, ledger, people: PEOPLE }, round)
        server = await start()
        // What earlier rounds left was compared then; of it a sample is enough until the end.
        const share = round === ROUNDS - 1 ? 1 : 20
        const own = `${String(round)}-`
        await inspect(server, account, ledger, ({ name }) => name.startsWith(own) || chance.below(share) === 0)
        assert.equal(server.log(), '', 'a start after a crash has nothing to complain of')
      }
    })
    context.diagnostic(mustHaveWorked(ledger, ROUNDS))
  },
)
