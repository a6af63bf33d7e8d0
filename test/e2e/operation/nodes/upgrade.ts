/** Two adjacent builds at one database, as they are while nodes are replaced one after the other. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer, type Server } from '../../support/server.ts'
import { createTenant } from '../../support/tenant.ts'
import type { Cluster } from './cluster.ts'
import { makeFormerBuild } from './former-build.ts'
import { createLedger, mustBeTold, type Ledger, type Wire } from './ledger.ts'

const WIRES: readonly Wire[] = ['zoho', 'highlevel']

export function testUpgrade(cluster: () => Cluster): void {
  test('a node of the former build and one of this serve one database under load, before and after the upgrade', async (t) => {
    const { ceph, postgres } = cluster()
    const former = makeFormerBuild()
    t.after(() => {
      former.remove()
    })
    t.diagnostic(`the former build is ${former.what}`)
    const [url, bucket] = await Promise.all([postgres.database(), ceph.bucket()])
    const env = { DOSSIER_DATABASE_URL: url, DOSSIER_BLOBS_URL: `s3://${bucket}/files` }
    const args = ['--log-level', 'warn']
    const old = await startServer({ args, env, main: former.main })
    const tenant = await createTenant(old)
    const ledger = await createLedger(tenant)
    const running = [old]
    const load = beginLoad(ledger, running)
    // It brings the schema up to date while the other is at work.
    const next = await startServer({ args, env })
    running.push(next)
    await load.runs(8)
    // From here on an upload that it breaks off is no surprise.
    running.shift()
    await old.kill()
    await load.runs(4)
    const again = await startServer({ args, env, main: former.main, folder: old.folder })
    running.push(again)
    await load.runs(8)
    await load.stop()
    const path = `/crm/v2/Leads/${tenant.leadId}/Attachments`
    const ids = [...ledger.kept.keys()].filter((one) => one.startsWith('/crm')).map((one) => one.split('/').at(-1))
    for (const server of [next, again]) {
      const { data } = (await (await ledger.download(server, path)).json()) as { data: { id: string }[] }
      assert.deepEqual(new Set(data.map(({ id }) => id)), new Set(ids), 'each lists what the other took in')
    }
    await ledger.mustBeWholeThrough([next, again])
    for (const server of [next, again]) await server.stop()
    old.remove()
  })
}

/** Uploads in both dialects to whoever runs, one after the other by each of four clients. */
function beginLoad(ledger: Ledger, running: readonly Server[]) {
  let isOn = true
  let done = 0
  const client = async (from: number) => {
    for (let turn = from; isOn; turn++) {
      const server = running[turn % running.length]
      const wire = WIRES[turn % 2] ?? 'zoho'
      if (server === undefined) continue
      const response = await ledger.upload(server, wire, 500 + (turn % 3) * 70_000)
      if (response !== null || running.includes(server)) await mustBeTold(response, wire)
      if (response?.status === 200) done++
    }
  }
  const clients = Promise.all([0, 1, 2, 3].map(client))
  // Looked at when the load is over.
  clients.catch(() => undefined)
  return {
    async runs(uploads: number) {
      const until = done + uploads
      await Promise.race([clients, waitFor(() => done >= until)])
    },
    async stop() {
      isOn = false
      await clients
    },
  }
}

async function waitFor(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20))
}
