// HighLevel's rate limits as its SDK reads them, and CORS.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, createToken, HIGHLEVEL_SCOPES, type Tenant } from '../support/tenant.ts'

const NAMES = [
  'x-ratelimit-limit-daily',
  'x-ratelimit-daily-remaining',
  'x-ratelimit-daily-reset',
  'x-ratelimit-interval-milliseconds',
  'x-ratelimit-max',
  'x-ratelimit-remaining',
]

let server: Server
let tenant: Tenant

before(async () => {
  server = await startServer({ args: ['--highlevel-max', '20', '--highlevel-daily', '25', '--log-level', 'warn'] })
  tenant = await createTenant(server)
})
after(() => server.stop())

test('all six headers are on every answer, refusals and downloads included', async () => {
  const asked = [
    tenant.highlevel(`/contacts/${tenant.contact.highlevel}`),
    tenant.highlevel('/contacts/nobody'),
    fetch(`${server.origin}/contacts/nobody`),
    fetch(`${server.origin}/nothing`),
    fetch(`${server.origin}/documents/download/seD4PfOuKoVMLkEZqohJ`),
  ]
  for (const response of await Promise.all(asked)) {
    for (const name of NAMES) assert.match(response.headers.get(name) ?? '', /^\d+$/, name)
    assert.equal(response.headers.get('x-ratelimit-interval-milliseconds'), '10000')
    assert.equal(response.headers.get('x-ratelimit-max'), '20')
    assert.equal(response.headers.get('x-ratelimit-limit-daily'), '25')
  }
})

test('one call too many is answered 429, and counts for this token alone', async () => {
  const token = await createToken(server, tenant.org, 'private', HIGHLEVEL_SCOPES)
  const call = () =>
    tenant.highlevel(`/contacts/${tenant.contact.highlevel}`, { headers: { authorization: `Bearer ${token}` } })
  for (let left = 19; left >= 0; left--) {
    const response = await call()
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('x-ratelimit-remaining'), String(left))
    assert.equal(response.headers.get('x-ratelimit-daily-remaining'), String(left + 5))
  }
  const refused = await call()
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('x-ratelimit-remaining'), '0')
  assert.match(refused.headers.get('x-dossier-hint') ?? '', /20 calls in 10000 milliseconds/)
  assert.deepEqual(
    { ...((await refused.json()) as object), traceId: '' },
    { statusCode: 429, message: 'Too Many Requests', error: 'Too Many Requests', traceId: '' },
  )
  const other = await createToken(server, tenant.org, 'private', HIGHLEVEL_SCOPES)
  const headers = { authorization: `Bearer ${other}` }
  assert.equal((await tenant.highlevel(`/contacts/${tenant.contact.highlevel}`, { headers })).status, 200)
})

test('any page may call with a token, and read what it is told', async () => {
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
  const preflight = await fetch(`${server.origin}/forms/upload-custom-files`, { method: 'OPTIONS', headers })
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
  const allowed = preflight.headers.get('access-control-allow-headers') ?? ''
  for (const name of ['authorization', 'version', 'content-type']) assert.ok(allowed.includes(name), name)
  const answer = await fetch(`${server.origin}/contacts/x`, { headers: { origin: 'https://app.example' } })
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  const exposed = answer.headers.get('access-control-expose-headers') ?? ''
  for (const name of ['x-dossier-hint', ...NAMES]) assert.ok(exposed.includes(name), name)
})

test('without limits there are none of these headers', async () => {
  const free = await startServer({ args: ['--no-limits', '--log-level', 'warn'] })
  try {
    const { headers } = await fetch(`${free.origin}/nothing`)
    for (const name of NAMES) assert.equal(headers.get(name), null)
  } finally {
    await free.stop()
  }
})
