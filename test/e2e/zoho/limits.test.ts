// Zoho's credits and calls at once, and that several threads count together, in both dialects.
import assert from 'node:assert/strict'
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http'
import { after, before, test } from 'node:test'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, createToken, HIGHLEVEL_SCOPES, type Tenant } from '../support/tenant.ts'

const CREDITS = 30
const MOST_AT_ONCE = 2

let server: Server
let tenant: Tenant
/** Of an organization that has made no call yet. */
let fresh: string

before(async () => {
  const limits = [
    '--zoho-credits',
    String(CREDITS),
    '--zoho-concurrency',
    String(MOST_AT_ONCE),
    '--highlevel-max',
    '20',
  ]
  server = await startServer({ args: ['--workers', '3', ...limits] })
  tenant = await createTenant(server)
  const { id } = await server.cli<{ id: string }>('org', 'create', '--name', 'Fresh')
  fresh = await createToken(server, id, 'zoho', 'ZohoCRM.modules.ALL')
})
after(() => server.stop())

/** On a connection of its own, so that the kernel deals the calls out to the threads. */
function alone(path: string, token: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, version: '2021-07-28' }
    request(server.origin + path, { headers, agent: new Agent({ keepAlive: false }) }, (response) => {
      response.resume().once('end', () => resolve(response))
    })
      .once('error', reject)
      .end()
  })
}

test('calls at once: one too many is answered 429, and one more goes when one has ended', async () => {
  const path = `/crm/v2/Leads/${tenant.leadId}/Attachments`
  const begin = (): { call: ClientRequest; answer: Promise<number> } => {
    const headers = {
      authorization: `Zoho-oauthtoken ${tenant.zohoToken}`,
      'content-type': 'multipart/form-data; boundary=b',
    }
    const call = request(server.origin + path, { method: 'POST', headers, agent: new Agent() })
    const answer = new Promise<number>((resolve, reject) => {
      call.once('response', (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0))
      })
      call.once('error', reject)
    })
    call.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx')
    return { call, answer }
  }
  const open = [begin(), begin()]
  const refusal = async () => {
    for (;;) {
      const response = await tenant.zoho('/Leads')
      const text = await response.text()
      // The two may not have arrived yet.
      if (response.status === 429) return { response, text }
      assert.equal(response.status, 200, text)
      // Each look costs a credit.
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  // So that none of the looks is under way while they begin.
  await new Promise((resolve) => setTimeout(resolve, 700))
  const { response, text } = await refusal()
  const body = JSON.parse(text) as Record<string, unknown>
  assert.deepEqual([body['code'], body['status'], body['details']], ['TOO_MANY_REQUESTS', 'error', {}])
  assert.match(String(body['message']), /2 calls under way/)
  assert.equal(response.headers.get('retry-after'), null)
  assert.equal(open.length, MOST_AT_ONCE)
  for (const { call } of open) call.end('\r\n--b--\r\n')
  assert.deepEqual(await Promise.all(open.map(({ answer }) => answer)), [200, 200])
  for (let i = 0; i < 4; i++) assert.equal((await tenant.zoho(`/Leads/${tenant.leadId}`)).status, 200)
})

test('credits are of an organization, counted by all threads together, and told once half are spent', async () => {
  const statuses: number[] = []
  for (let call = 1; call <= CREDITS + 3; call++) {
    const { statusCode = 0, headers } = await alone('/crm/v2/Leads', fresh)
    statuses.push(statusCode)
    const remaining = Math.max(0, CREDITS - call)
    assert.equal(headers['x-ratelimit-day-limit'], String(CREDITS))
    assert.equal(headers['x-ratelimit-day-remaining'], String(remaining))
    assert.equal(headers['x-api-credits-remaining'], remaining * 2 <= CREDITS ? String(remaining) : undefined)
  }
  assert.equal(statuses.filter((status) => status === 204).length, CREDITS)
  assert.deepEqual(statuses.slice(CREDITS), [429, 429, 429])
  const refused = await fetch(`${server.origin}/crm/v2/Leads`, { headers: { authorization: `Bearer ${fresh}` } })
  assert.match(await refused.text(), /"TOO_MANY_REQUESTS".*30 API credits/)
  // Another organization has credits of its own.
  assert.equal((await tenant.zoho(`/Leads/${tenant.leadId}`)).status, 200)
})

test('HighLevel’s calls are counted by all threads together, however many come at once', async () => {
  const token = await createToken(server, tenant.org, 'private', HIGHLEVEL_SCOPES)
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => alone(`/contacts/${tenant.contact.highlevel}`, token)),
  )
  const good = answers.filter(({ statusCode }) => statusCode === 200)
  assert.equal(good.length, 20)
  assert.equal(answers.filter(({ statusCode }) => statusCode === 429).length, 40)
  const remaining = good.map(({ headers }) => Number(headers['x-ratelimit-remaining']))
  assert.ok(Math.min(...remaining) === 0 && remaining.every((left) => left >= 0 && left < 20))
})
