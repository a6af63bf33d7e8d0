// A data folder on a real file system of a few megabytes, which runs full.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startServer, type Server } from '../e2e/support/server.ts'
import { missing, need } from '../support/require.ts'
import { highlevelClient, openAccount, textOf, zohoClient, type Account, type Client } from './clients.ts'
import { inspect } from './inspection.ts'
import { createLedger } from './ledger.ts'
import { mustRefuse } from './refusal.ts'
import { quick, SERVE } from './shim.ts'

const skip = missing('tmpfs')

describe('a full disk', { skip }, () => {
  const ledger = createLedger()
  const disk = mkdtempSync(join(tmpdir(), 'dossier-full-'))
  const filler = join(disk, 'filler')
  let server: Server
  let account: Account
  let clients: readonly Client[]
  let count = 0

  before(async () => {
    need('tmpfs')
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk])
    server = await startServer({ folder: join(disk, 'data'), args: SERVE, env: quick })
    account = await openAccount(server, 1)
    clients = [zohoClient(server.origin, account, ledger, 0), highlevelClient(server.origin, account, ledger, 0)]
  })
  after(async () => {
    if (skip === false) {
      await server.kill()
      execFileSync('umount', [disk])
    }
    rmSync(disk, { recursive: true })
  })

  const upload = (client: Client, size: number) => {
    const name = `${String(count++)}.txt`
    return client.upload(name, textOf(`${name} `, size))
  }
  /** Leaves so many bytes free. */
  const fill = (left: number) => {
    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(filler, Buffer.alloc(bavail * bsize - left))
  }

  for (const [what, left, size] of [
    ['no room for a large file', 1_000_000, 3_000_000],
    ['no room for a small one, nor for its row', 0, 60_000],
    ['no room for a large one at all', 0, 100_000],
  ] as const) {
    test(`${what}: 503 in both voices, and again a yes once there is room`, async () => {
      for (const client of clients) await upload(client, size)
      fill(left)
      try {
        for (const client of clients) {
          const refusals = await Promise.all(
            Array.from({ length: 4 }, () => upload(client, size).catch((error: unknown) => error)),
          )
          for (const refused of refusals) mustRefuse(refused, client.dialect, 503)
        }
      } finally {
        rmSync(filler)
      }
      for (const client of clients) await zohoRemove(await upload(client, size))
      await inspect(server, account, ledger)
    })
  }

  /** So that the next case has as much room. */
  async function zohoRemove(uploaded: Awaited<ReturnType<typeof upload>>): Promise<void> {
    if (uploaded.place?.via === 'zoho') await clients[0]?.remove(uploaded)
  }

  test('after a restart all of it is there', async () => {
    await server.kill()
    server = await startServer({ folder: join(disk, 'data'), args: SERVE, env: quick })
    await inspect(server, account, ledger)
    assert.ok(ledger.kept().length > 0)
  })
})
