/** A node, the database and the store go away in the middle of everything, and come back. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Server } from '../../support/server.ts'
import type { Cluster } from './cluster.ts'
import { beginHalf } from './half.ts'
import { mustBeTold, soon, type Wire } from './ledger.ts'

/** Some live in the catalog, some are one PUT, some several parts; in bytes. */
const SIZES = [200, 40_000, 90_000, 300_000, 1_000, 9_000_000]
const WIRES: readonly Wire[] = ['zoho', 'zoho', 'highlevel']

export function testFailures(cluster: () => Cluster): void {
  test('a node is killed, PostgreSQL restarted, the gateway killed, all under load: nothing acknowledged is lost', async () => {
    const { ceph, kill, ledger, node, nodes, postgres, restart, tenant, unfinished } = cluster()
    const load = beginLoad(cluster())
    await wait(500)
    const half = beginHalf(node(0), tenant, tenant.zohoToken, randomBytes(20_000_000))
    await soon('an upload is half there', async () => (await unfinished()) > 0)
    load.isDead(0)
    await kill(0)
    half.destroy()
    await wait(300)

    await postgres.stop('immediate')
    await mustBeUnready(node(1))
    await postgres.start()
    await soon('ready again', () => isReady(node(1)))
    await soon('uploads pass', async () => (await ledger.upload(node(1), 'zoho', 5_000))?.status === 200)

    await ceph.killGateway()
    await mustBeUnready(node(2))
    await ceph.startGateway()
    await soon('ready again', () => isReady(node(2)))
    await soon('uploads pass', async () => (await ledger.upload(node(2), 'highlevel', 200_000))?.status === 200)
    await load.stop()
    await restart(0)
    await ledger.mustBeWholeThrough(nodes)
  })

  test('after the sweep the bucket holds exactly the blobs that rows name', async () => {
    const { ledger, named, nodes, stored, unfinished } = cluster()
    const isTidy = async () => {
      const [inBucket, inRows] = await Promise.all([stored(), named()])
      return JSON.stringify(inBucket) === JSON.stringify(inRows) && (await unfinished()) === 0
    }
    await soon('nothing lies about', isTidy, 30_000)
    assert.ok((await named()).length > 5)
    await ledger.mustBeWholeThrough(nodes)
  })
}

/** Several clients, each sending one file after the other to one node after the other, until they are stopped. */
function beginLoad({ ledger, node, nodes }: Cluster) {
  let isOn = true
  const dead = new Set<Server>()
  const client = async (from: number) => {
    for (let turn = from; isOn; turn++) {
      const [server, wire] = [node(turn), WIRES[turn % WIRES.length] ?? 'zoho']
      if (dead.has(server)) continue
      const response = await ledger.upload(server, wire, SIZES[turn % SIZES.length] ?? 0)
      if (response !== null || !dead.has(server)) await mustBeTold(response, wire)
      await wait(150)
    }
  }
  const clients = Promise.all([0, 1, 2, 3, 4].map(client))
  // Looked at when the load is over.
  clients.catch(() => undefined)
  return {
    isDead: (index: number) => void dead.add(nodes[index] as Server),
    async stop() {
      isOn = false
      await clients
    },
  }
}

async function isReady({ origin }: Server): Promise<boolean> {
  return (await fetch(`${origin}/api/v1/ready`)).status === 200
}

async function mustBeUnready(server: Server): Promise<void> {
  await soon('readiness tells the truth', async () => !(await isReady(server)))
  assert.equal((await fetch(`${server.origin}/api/v1/health`)).status, 200)
}
