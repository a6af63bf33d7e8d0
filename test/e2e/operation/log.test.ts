// The log of a session that did everything: lines of JSON, each request's id in its line and in its answer, and nothing of the customers'.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { countersOf, upload, type Counter } from '../support/counter.ts'
import { form, openPart, FORM_TYPE } from '../support/form.ts'
import { dial, exchange, headOf, rawAnswer } from '../support/raw.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, createToken, jsonBody, type Tenant } from '../support/tenant.ts'
import { until } from './data-folder.ts'

const NAME = 'Kuendigung-Mustermann'
const QUERY = 'geheim-in-der-query'
const WRONG = '1000.deadbeefdeadbeefdeadbeefdeadbeef.deadbeefdeadbeefdeadbeefdeadbeef'

let server: Server
let tenant: Tenant
let counters: readonly Counter[]
const ids: string[] = []
let secrets: string[]

before(async () => {
  server = await startServer({ args: ['--idle-seconds', '1'] })
  tenant = await createTenant(server)
  counters = countersOf(server, tenant)
  const extra = await createToken(server, tenant.org, 'zoho', 'ZohoCRM.modules.READ')
  secrets = [tenant.zohoToken, tenant.highlevelToken, extra, WRONG]
  for (const counter of counters) await everything(counter)
})
after(() => server.stop())

/** Whatever a day brings; each answer's id is remembered. */
async function everything(counter: Counter): Promise<void> {
  const remember = (answer: { headers: ReadonlyMap<string, string> }) =>
    ids.push(answer.headers.get('x-request-id') ?? '')
  const name = counter.partName()
  const file = (filename: string) => form({ name, filename, bytes: Buffer.alloc(100_000, filename) })
  const ask = (target: string, headers: Counter['headers'] = counter.headers, method = 'GET') =>
    exchange(server.origin, { method, target, headers }).then(remember)
  const stored = await upload(server, counter, file(`${NAME}.pdf.txt`))
  assert.equal(stored.status, 200, stored.body)
  remember(stored)
  for (const url of counter.urlsOf(stored)) await ask(new URL(url).pathname)
  for (const filename of [`${NAME}.exe`, `${NAME}\0.txt`, `${NAME}${'x'.repeat(300)}.txt`])
    remember(await upload(server, counter, file(filename)))
  remember(await upload(server, counter, form({ name: NAME, filename: `${NAME}.txt`, bytes: 'x' })))
  remember(await upload(server, counter, openPart({ name, filename: `${NAME}.txt`, bytes: 'x' })))
  for (const authorization of [`Bearer ${WRONG}`, `Zoho-oauthtoken ${WRONG}`, `Basic ${WRONG}`])
    await ask(counter.target, { ...counter.headers, authorization })
  await ask(`/crm/v2/Leads?x=${QUERY}`)
  await ask(`/documents/download/none?token=${QUERY}`)
  await ask(`/nowhere/${encodeURIComponent(NAME)}?${QUERY}`)
  await ask(counter.target, counter.headers, 'PATCH')
  remember(await rawAnswer(server.origin, `GET /${NAME}?${QUERY} HTTP/9.9\r\n\r\n`))
  const response = await tenant.highlevel(
    '/contacts/',
    jsonBody({ locationId: tenant.location, firstName: NAME, [NAME]: NAME }),
  )
  ids.push(response.headers.get('x-request-id') ?? '')
  // Fallen silent, and cut.
  const line = await dial(server.origin)
  const headers = { ...counter.headers, 'content-type': FORM_TYPE, 'content-length': '500000' }
  await line.send(headOf({ target: counter.target, headers }))
  await line.send(openPart({ name, filename: `${NAME}.txt`, bytes: 'x' }))
  remember(await line.next())
  line.destroy()
  const cut = await dial(server.origin)
  await cut.send(headOf({ target: counter.target, headers }))
  await cut.send(openPart({ name, filename: `${NAME}.txt`, bytes: 'x'.repeat(100_000) }))
  cut.destroy()
}

function lines(): Record<string, unknown>[] {
  return server
    .log()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('every answer has an id of its own, and its line in the log', async () => {
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const logged = () => new Set(lines().map(({ id }) => id))
  await until(() => ids.every((id) => logged().has(id)), 'an answer is not in the log')
  for (const line of lines().filter(({ msg }) => msg === 'request')) {
    assert.equal(typeof line['time'], 'number')
    assert.equal(typeof line['status'], 'number')
    assert.equal(typeof line['ms'], 'number')
    assert.ok(['zoho', 'highlevel', 'native'].includes(String(line['dialect'])))
  }
})

test("no token, no customer's file name and no query at the default level", () => {
  const log = server.log()
  for (const secret of secrets) {
    assert.equal(log.includes(secret), false, 'a token is in the log')
    assert.equal(log.includes(secret.slice(-12)), false, 'a part of a token is in the log')
  }
  for (const word of [NAME, QUERY, 'deadbeef', 'Mustermann', 'Bearer', 'oauthtoken', 'filename', 'locationId='])
    assert.equal(log.includes(word), false, word)
  assert.equal(server.output().includes(NAME), false)
})

test('nothing of it is an error of the server', () => {
  assert.deepEqual(
    lines().filter(({ level }) => Number(level) >= 40),
    [],
  )
})
