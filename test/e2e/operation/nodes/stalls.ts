/** A network that stalls: nothing is closed, bytes simply stop. */
import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startRelay, type Relay } from '../../../../engines/relay.ts'
import { startServer, type Server } from '../../support/server.ts'
import type { Cluster } from './cluster.ts'
import { mustBeTold, soon, type Wire } from './ledger.ts'

const SILENCE = ['--database-seconds', '1', '--s3-seconds', '1', '--stop-seconds', '3', '--log-level', 'error']
/** Attempts and time-outs of both services, one after the other, in milliseconds. */
const BOUND = 12_000

const SENT: readonly (readonly [Wire, number])[] = [
  ['zoho', 300],
  ['highlevel', 400],
  ['zoho', 200_000],
  ['highlevel', 300_000],
  ['zoho', 12_000_000],
]

export function testStalls(cluster: () => Cluster): void {
  describe('a network that stalls', () => {
    let toDatabase: Relay
    let toStore: Relay
    let server: Server

    before(async () => {
      const { ceph, url } = cluster()
      toDatabase = await startRelay(Number(new URL(url).port))
      toStore = await startRelay(Number(new URL(ceph.endpoint).port))
      const database = new URL(url)
      database.port = String(toDatabase.port)
      const env = {
        DOSSIER_DATABASE_URL: database.href,
        DOSSIER_S3_ENDPOINT: `http://127.0.0.1:${String(toStore.port)}`,
      }
      server = await startServer({ args: SILENCE, env })
    })
    after(async () => {
      await server.stop()
      await Promise.all([toDatabase.close(), toStore.close()])
    })

    const isReady = async () => {
      const signal = AbortSignal.timeout(BOUND)
      return (await fetch(`${server.origin}/api/v1/ready`, { signal })).status === 200
    }

    /** Everything sent before and during it is answered in time, and all is well soon after it. */
    async function mustSurvive(relay: Relay, afterMs: number): Promise<void> {
      const { ledger, nodes } = cluster()
      const send = async ([wire, size]: readonly [Wire, number]) => {
        const began = Date.now()
        await mustBeTold(await ledger.upload(server, wire, size), wire)
        assert.ok(Date.now() - began < BOUND, `${wire}, ${String(size)} bytes: ${String(Date.now() - began)} ms`)
      }
      const early = SENT.map(send)
      await wait(afterMs)
      relay.stall()
      const late = SENT.map(send)
      await soon('readiness tells the truth', async () => !(await isReady()))
      assert.equal((await fetch(`${server.origin}/api/v1/health`)).status, 200, 'liveness asks nobody')
      await Promise.all([...early, ...late])
      relay.resume()
      await soon('ready again', isReady)
      for (const [wire, size] of SENT) assert.equal((await ledger.upload(server, wire, size))?.status, 200)
      await ledger.mustBeWholeThrough([server, ...nodes.slice(0, 1)])
    }

    test('between a node and PostgreSQL', () => mustSurvive(toDatabase, 60))

    test('between a node and the store', () => mustSurvive(toStore, 60))

    test('a download that stalls is broken off, one that is read slowly is not', async () => {
      const { ledger } = cluster()
      const before = new Set(ledger.kept.keys())
      assert.equal((await ledger.upload(server, 'zoho', 30_000_000))?.status, 200)
      const path = [...ledger.kept.keys()].find((one) => !before.has(one)) ?? ''
      const slow = await ledger.downloadUnread(server, path)
      // Longer than the store may be silent.
      await wait(2_500)
      assert.equal((await buffer(slow)).byteLength, 30_000_008)
      const stalled = await ledger.downloadUnread(server, path)
      // The relay runs in this process: hardly more than the head has passed.
      toStore.stall()
      const began = Date.now()
      try {
        await assert.rejects(buffer(stalled), { code: 'ECONNRESET' })
      } finally {
        toStore.resume()
      }
      assert.ok(Date.now() - began < BOUND)
      const again = await ledger.download(server, path)
      assert.equal((await again.arrayBuffer()).byteLength, 30_000_008)
    })

    test('a node that is told to stop waits neither for a database that is silent nor for one who does not read', async () => {
      const { ledger } = cluster()
      const [path = ''] = [...ledger.kept.keys()].slice(-1)
      const unread = await ledger.downloadUnread(server, path)
      toDatabase.stall()
      const began = Date.now()
      assert.equal(await server.stop(), 0)
      assert.ok(Date.now() - began < 2 * BOUND, String(Date.now() - began))
      toDatabase.resume()
      await assert.rejects(buffer(unread), { code: 'ECONNRESET' })
    })
  })
}
