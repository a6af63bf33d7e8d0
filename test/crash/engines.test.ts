// The server is killed on PostgreSQL and Ceph as it is on a data folder: at random under load, together with PostgreSQL, and
// before and after each step of an upload; and two nodes race each other. DOSSIER_CRASH_ROUNDS=50 is the long form.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { openS3Blobs } from '../../src/blobs/s3.ts'
import { openPostgresCatalog } from '../../src/catalog/postgres/open.ts'
import { startEngines, type Engines, type Stores } from '../../engines/both.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { chanceOf } from '../http/multipart/seeded.ts'
import { missing, need } from '../support/require.ts'
import { openAccount } from './clients.ts'
import { testFullEngines } from './full-engines.ts'
import { mustHold } from './inspection.ts'
import { loadAndKill, mustHaveWorked } from './killing.ts'
import { createLedger } from './ledger.ts'
import { newDesk, race, RACES } from './racing.ts'
import { seed, seeded } from './seed.ts'
import { inStores, mustBeTidy } from './tidiness.ts'

const LONG = Number(process.env['DOSSIER_CRASH_ROUNDS']) || 0
const KILLS = LONG || 2
const TURNS = LONG * 200 || 160
const PEOPLE = 8
const SERVE = ['--log-level', 'warn', '--no-limits', '--sweep-interval-seconds', '1']
/** For a start after which nothing is under way. */
const SWEPT = [...SERVE, '--request-seconds', '2', '--sweep-grace-seconds', '3']

describe('crashes on PostgreSQL and S3', { skip: missing('postgres', 'ceph') }, () => {
  let engines: Engines

  before(async () => {
    need('postgres', 'ceph')
    engines = await startEngines()
  })
  after(() => engines.remove())

  let running: Server | null = null
  async function start({ env }: Stores, args: readonly string[] = SERVE): Promise<Server> {
    running?.remove()
    running = await startServer({ args, env })
    return running
  }
  afterEach(async () => {
    await running?.kill()
    running?.remove()
  })

  test('nothing acknowledged is lost by kills of the server, and of PostgreSQL with it', async (context) => {
    const stores = await engines.stores()
    const ledger = createLedger()
    let server = await start(stores)
    const account = await openAccount(server, PEOPLE)
    await seeded(async () => {
      const chance = chanceOf(seed)
      for (let round = 0; round < KILLS; round++) {
        await loadAndKill(server, { account, ledger, people: PEOPLE, longest: 4_000 }, round)
        if (round % 2 === 1) {
          await engines.postgres.stop('immediate')
          await engines.postgres.start()
        }
        const isLast = round === KILLS - 1
        server = await start(stores, isLast ? SWEPT : SERVE)
        const own = `${String(round)}-`
        await mustHold(server, account, ledger, ({ name }) => isLast || name.startsWith(own) || chance.below(20) === 0)
        assert.equal(server.log(), '', 'a start after a crash has nothing to complain of')
      }
      await mustBeTidy(inStores(stores))
    })
    context.diagnostic(mustHaveWorked(ledger, KILLS))
  })

  testFullEngines(() => engines, start, SWEPT)

  for (const [name, terms] of RACES) {
    test(`two nodes race, ${name}`, async (context) => {
      const stores = await engines.stores()
      const { bucket, prefix, url } = stores
      Object.assign(process.env, stores.env)
      const open = async () => ({
        catalog: await openPostgresCatalog({ url }),
        blobs: openS3Blobs({ bucket, prefix, endpoint: engines.ceph.endpoint, region: 'us-east-1', pathStyle: true }),
      })
      const [one, other] = [await open(), await open()]
      try {
        await seeded(async () => {
          const desks = [one, other].map(({ catalog, blobs }) => newDesk(catalog, blobs)) as [
            ReturnType<typeof newDesk>,
          ]
          context.diagnostic(await race({ desks, rounds: TURNS, ...terms }))
          await mustBeTidy(inStores(stores))
        })
      } finally {
        for (const { catalog, blobs } of [one, other]) {
          await catalog.close()
          await blobs.close()
        }
      }
    })
  }
})
