// On PostgreSQL and Ceph the server dies before and after each step of an upload: what it had sent never arrives, or arrives
// and it never hears of it. What was acknowledged before is there, what was under way whole or not at all, nothing stays.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startEngines, type Engines, type Stores } from '../../engines/both.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { missing, need } from '../support/require.ts'
import { highlevelClient, openAccount, textOf, zohoClient, type Account } from './clients.ts'
import { mustHold } from './inspection.ts'
import { createLedger } from './ledger.ts'
import { inStores, mustBeTidy } from './tidiness.ts'
import { openWire, type Step, type Wire } from './wire.ts'

type At = 'database' | 'bucket'
type When = Step['when']
type Point = readonly [name: string, whens: readonly When[], at: At, ...sent: (string | RegExp)[]]

/** Where a step follows at once, the moment before that one is the same. */
const AFTER: readonly When[] = ['after']
const BOTH: readonly When[] = ['before', 'after']

/** The name of the file goes along with its row. */
const NAME = 'NAME'
const COMMIT: Point = ['the commit', BOTH, 'database', NAME, /commit/]
const WHOLE: readonly Point[] = [
  ['its object is put', BOTH, 'bucket', /^PUT /],
  ['its row is sent', AFTER, 'database', NAME],
  COMMIT,
]
const PARTS: readonly Point[] = [
  ['the upload in parts is begun', AFTER, 'bucket', /^POST .*\?uploads/],
  ['a part is put', AFTER, 'bucket', /^PUT .*partNumber=1/],
  ['the parts are put together', BOTH, 'bucket', /^POST .*uploadId=/],
]
/** The same bytes a second time: the new object is dropped once the commit is safe. */
const TWIN: readonly Point[] = [['the object that is there twice is removed', BOTH, 'bucket', /^DELETE /]]
const UPLOADS = [
  ['a file in one object', 'zoho', WHOLE, (count: number) => textOf(`large ${String(count)} `, 300_000)],
  ['a file in parts', 'highlevel', PARTS, (count: number) => textOf(`parts ${String(count)} `, 9_000_000)],
  ['a small file', 'highlevel', [COMMIT], (count: number) => textOf(`small ${String(count)} `, 9_000)],
  ['a file that is there already', 'zoho', TWIN, () => textOf('kept from the beginning ', 300_000)],
] as const

const SERVE = ['--log-level', 'warn', '--no-limits', '--sweep-interval-seconds', '1']
const SWEPT = [...SERVE, '--request-seconds', '2', '--sweep-grace-seconds', '3']

describe('killed at each step, on PostgreSQL and S3', { skip: missing('postgres', 'ceph') }, () => {
  const ledger = createLedger()
  let engines: Engines
  let stores: Stores
  let wires: Readonly<Record<At, Wire>>
  let server: Server
  let account: Account
  let count = 0

  before(async () => {
    need('postgres', 'ceph')
    engines = await startEngines()
    stores = await engines.stores()
    wires = {
      database: await openWire(Number(new URL(stores.url).port)),
      bucket: await openWire(Number(new URL(engines.ceph.endpoint).port)),
    }
    server = await start(SERVE)
    account = await openAccount(server, 1)
    const bytes = textOf('kept from the beginning ', 300_000)
    await zohoClient(server.origin, account, ledger, 0).upload('first.txt', bytes)
  })
  after(async () => {
    await server.kill()
    server.remove()
    for (const wire of Object.values(wires)) wire.close()
    await engines.remove()
  })

  async function start(args: readonly string[]): Promise<Server> {
    const url = new URL(stores.url)
    url.port = String(wires.database.port)
    const endpoint = `http://127.0.0.1:${String(wires.bucket.port)}`
    return startServer({ args, env: { ...stores.env, DOSSIER_DATABASE_URL: url.href, DOSSIER_S3_ENDPOINT: endpoint } })
  }

  async function restart(args = SERVE): Promise<void> {
    server.remove()
    server = await start(args)
  }

  /** Resolves when the server is gone; a step that never came would prove nothing. */
  function killedAt(at: At, step: Omit<Step, 'kill'>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(reject, 10_000, new Error('the server came through: the step is not one of this upload'))
    const kill = () =>
      void server
        .kill()
        .then(resolve)
        .finally(() => clearTimeout(timer))
    wires[at].arm({ ...step, kill })
    return promise
  }

  for (const [what, dialect, points, bytes] of UPLOADS) {
    describe(`${what} (${dialect})`, () => {
      for (const [name, whens, at, ...sent] of points) {
        for (const when of whens) {
          test(`killed ${when} ${name}`, async () => {
            const client = (dialect === 'zoho' ? zohoClient : highlevelClient)(server.origin, account, ledger, 0)
            const file = `${String(count++)}.txt`
            const patterns = sent.map((one) => (one === NAME ? new RegExp(`\\b${file}`) : (one as RegExp)))
            const [, told] = await Promise.all([
              killedAt(at, { when, sent: patterns }),
              client.upload(file, bytes(count)).catch(() => null),
            ])
            if (points !== TWIN) assert.equal(told, null, 'acknowledged before it was safe')
            await restart()
            await mustHold(server, account, ledger)
          })
        }
      }
    })
  }

  test('killed after the answer, and PostgreSQL with it', async () => {
    await zohoClient(server.origin, account, ledger, 0).upload('last.txt', textOf('last ', 300_000))
    const gone = server.kill()
    await engines.postgres.stop('immediate')
    await gone
    await engines.postgres.start()
    await restart()
    await mustHold(server, account, ledger)
  })

  test('after the sweep the bucket holds what rows name', async () => {
    await server.kill()
    await restart(SWEPT)
    await mustBeTidy(inStores(stores))
    await mustHold(server, account, ledger)
  })
})
