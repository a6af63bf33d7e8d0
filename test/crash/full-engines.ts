/** An engine that has no room left, and gets some again: PostgreSQL on a small real file system, a bucket with a quota. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Server } from '../e2e/support/server.ts'
import type { Engines, Stores } from '../../engines/both.ts'
import { withClient } from '../../engines/postgres.ts'
import { missing, need } from '../support/require.ts'
import { highlevelClient, openAccount, textOf, zohoClient } from './clients.ts'
import { mustHold } from './inspection.ts'
import { createLedger } from './ledger.ts'
import { mustRefuse } from './refusal.ts'
import { inStores, mustBeTidy } from './tidiness.ts'

/** Begins a server where the last one was, which is gone by then. */
type Start = (stores: Stores, args?: readonly string[]) => Promise<Server>

export function testFullEngines(engines: () => Engines, start: Start, swept: readonly string[]): void {
  test(
    'PostgreSQL has no room: 503 in both voices, and again a yes once there is',
    { skip: missing('tmpfs') },
    async (t) => {
      need('tmpfs')
      const stores = await engines().stores()
      const disk = await ontoSmallDisk(t, stores.url)
      const filler = join(disk, 'filler')
      await mustRefuseMeanwhile(await start(stores), {
        // PostgreSQL would make little of bytes that repeat.
        bytes: () => Buffer.from(randomBytes(30_000).toString('hex')),
        begin() {
          const { bavail, bsize } = statfsSync(disk)
          writeFileSync(filler, Buffer.alloc(bavail * bsize))
        },
        end: () => rmSync(filler),
      })
      await start(stores, swept)
      await mustBeTidy(inStores(stores))
    },
  )

  for (const [what, size] of [
    ['one object', 300_000],
    ['parts', 9_000_000],
  ] as const)
    test(`the bucket’s quota is used up, by ${what}: the same`, async () => {
      const stores = await engines().stores()
      const limit = (objects: number | null) => engines().ceph.limit(stores.bucket, objects)
      await mustRefuseMeanwhile(await start(stores), {
        bytes: (name) => textOf(`${name} `, size),
        begin: () => limit(1),
        end: () => limit(null),
      })
      await start(stores, swept)
      await mustBeTidy(inStores(stores))
    })
}

interface Shortage {
  readonly bytes: (name: string) => Buffer
  readonly begin: () => void
  readonly end: () => void
}

async function mustRefuseMeanwhile(server: Server, { bytes, begin, end }: Shortage): Promise<void> {
  const ledger = createLedger()
  const account = await openAccount(server, 1)
  const clients = [zohoClient(server.origin, account, ledger, 0), highlevelClient(server.origin, account, ledger, 0)]
  let count = 0
  const upload = (client: (typeof clients)[number]) => {
    const name = `${String(count++)}.txt`
    return client.upload(name, bytes(name))
  }
  for (const client of clients) await upload(client)
  begin()
  try {
    for (const client of clients) {
      const tried = Array.from({ length: 4 }, () => upload(client).catch((error: unknown) => error))
      for (const refused of await Promise.all(tried)) mustRefuse(refused, client.dialect, 503)
    }
    await mustHold(server, account, ledger)
  } finally {
    end()
  }
  for (const client of clients) await upload(client)
  await mustHold(server, account, ledger)
  await server.kill()
}

/** Brings a new database onto a file system of its own; its log stays where there is room. */
async function ontoSmallDisk(t: TestContext, url: string): Promise<string> {
  const disk = mkdtempSync(join(tmpdir(), 'dossier-full-'))
  const owner = execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }).trim()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=32m,uid=${owner},mode=0700`, 'tmpfs', disk])
  const folder = join(disk, 'tables')
  mkdirSync(folder)
  execFileSync('chown', [owner, folder])
  const elsewhere = new URL(url)
  const name = elsewhere.pathname.slice(1)
  elsewhere.pathname = '/postgres'
  const administer = (...statements: string[]) =>
    withClient(elsewhere.href, async (client) => {
      for (const statement of statements) await client.query(statement)
    })
  t.after(async () => {
    await administer(`drop database ${name} with (force)`, 'drop tablespace small')
    execFileSync('umount', [disk])
    rmdirSync(disk)
  })
  await administer(`create tablespace small location '${folder}'`, `alter database ${name} set tablespace small`)
  return disk
}
