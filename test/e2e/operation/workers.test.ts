import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, createToken, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant
before(async () => {
  server = await startServer({ args: ['--workers', '3'] })
  tenant = await createTenant(server)
})
after(() => server.stop())

function formWith(content: string): FormData {
  const form = new FormData()
  form.append('file', new File([content], 'w.txt'))
  return form
}

/** A connection of its own each, so that the kernel deals them out to the threads. */
function listAlone(token = tenant.zohoToken): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Zoho-oauthtoken ${token}` }
    const agent = new Agent({ keepAlive: false })
    request(`${server.origin}/crm/v2/Leads/${tenant.leadId}/Attachments`, { headers, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
      .once('error', reject)
      .end()
  })
}

test('several threads serve one port: what one takes in, all give out', async () => {
  const contents = Array.from({ length: 60 }, (_, index) =>
    `file ${String(index)} `.repeat(index % 3 === 0 ? 20_000 : 1),
  )
  const path = `/Leads/${tenant.leadId}/Attachments`
  const uploads = await Promise.all(
    contents.map((content) => tenant.zoho(path, { method: 'POST', body: formWith(content) })),
  )
  assert.deepEqual([...new Set(uploads.map((response) => response.status))], [200])
  const { data } = (await (await tenant.zoho(path)).json()) as { data: { id: string }[] }
  assert.equal(data.length, contents.length)
  const bodies = await Promise.all(data.map(async ({ id }) => (await tenant.zoho(`${path}/${id}`)).text()))
  assert.deepEqual(bodies.sort(), contents.sort())
  const statuses = await Promise.all(Array.from({ length: 30 }, () => listAlone()))
  assert.deepEqual([...new Set(statuses)], [200])
})

test('every thread has connections: each of them serves', () => {
  const threads = readdirSync(`/proc/${String(server.pid)}/task`).length
  assert.ok(threads > 8, 'three threads with event loops of their own, besides those of the runtime')
  assert.ok(readdirSync(join(server.folder, 'blobs')).length > 0)
})

test('a token revoked on the command line is refused by every thread within a second', async () => {
  const { token, id } = await server.cli<{ token: string; id: string }>(
    'token',
    'create',
    '--org',
    tenant.org,
    '--kind',
    'zoho',
    '--scope',
    'ZohoCRM.modules.ALL',
  )
  assert.deepEqual([...new Set(await Promise.all(Array.from({ length: 20 }, () => listAlone(token))))], [200])
  await server.cli('token', 'revoke', id)
  await new Promise((resolve) => setTimeout(resolve, 1_050))
  assert.deepEqual([...new Set(await Promise.all(Array.from({ length: 20 }, () => listAlone(token))))], [401])
})

test('a stop waits for all threads and ends in order', async () => {
  const other = await startServer({ args: ['--workers', '2'] })
  const { org } = await createTenant(other)
  await createToken(other, org, 'zoho', 'ZohoCRM.modules.ALL')
  assert.equal(await other.stop(), 0)
})
