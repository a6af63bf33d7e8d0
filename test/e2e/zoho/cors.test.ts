import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { form } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'

interface Credentials {
  readonly origin: string
  readonly zoho: { readonly leadId: string; readonly accessToken: string }
}

/** The demo registers this origin's redirect URI; the other is configured. */
const REGISTERED = 'http://127.0.0.1:5500'
const CONFIGURED = 'https://app.example.com'

let server: Server
let attachments: string
let authorization: string

before(async () => {
  server = await startServer({ command: 'demo', args: ['--cors-origins', `https://other.example.com,${CONFIGURED}`] })
  const file = join(server.folder, 'demo-credentials.json')
  const { zoho } = JSON.parse(readFileSync(file, 'utf8')) as Credentials
  attachments = `${server.origin}/crm/v2/Leads/${zoho.leadId}/Attachments`
  authorization = `Zoho-oauthtoken ${zoho.accessToken}`
})
after(() => server.stop())

function preflight(origin: string, method = 'POST'): Promise<Response> {
  return fetch(attachments, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,x-zoho-sdk',
    },
  })
}

function listOf(header: string, response: Response): string[] {
  return (response.headers.get(header) ?? '').split(',').map((word) => word.trim())
}

function mustBeAllowed(response: Response, origin: string): void {
  assert.equal(response.headers.get('access-control-allow-origin'), origin)
  assert.equal(response.headers.get('access-control-allow-credentials'), 'true')
  assert.match(response.headers.get('vary') ?? '', /Origin/)
}

for (const origin of [REGISTERED, CONFIGURED]) {
  test(`a preflight from ${origin} is answered before any token`, async () => {
    const response = await preflight(origin)
    assert.equal(response.status, 204)
    mustBeAllowed(response, origin)
    const names = listOf('access-control-allow-headers', response)
    assert.deepEqual(
      ['authorization', 'x-zoho-sdk'].filter((name) => !names.includes(name)),
      [],
    )
    const methods = listOf('access-control-allow-methods', response)
    assert.deepEqual(
      ['GET', 'POST', 'PUT', 'DELETE'].filter((method) => !methods.includes(method)),
      [],
    )
  })

  test(`answers to ${origin} may be read, with the name of a download`, async () => {
    const upload = form(['file', new File(['from a browser'], 'browser.txt')])
    const sent = await fetch(attachments, { ...upload, headers: { authorization, origin } })
    assert.equal(sent.status, 200)
    mustBeAllowed(sent, origin)
    const exposed = listOf('access-control-expose-headers', sent).map((name) => name.toLowerCase())
    assert.ok(exposed.includes('content-disposition') && exposed.includes('x-accesstoken-reset'), exposed.join())
  })

  test(`a 401, a 404 and a 400 to ${origin} may be read too`, async () => {
    const refused = await fetch(attachments, { headers: { authorization: 'Zoho-oauthtoken null', origin } })
    assert.equal(refused.status, 401)
    mustBeAllowed(refused, origin)
    const lost = await fetch(`${server.origin}/crm/v2/a/b/c/d/e`, { headers: { authorization, origin } })
    assert.equal(lost.status, 404)
    mustBeAllowed(lost, origin)
    const empty = await fetch(attachments, { method: 'POST', headers: { authorization, origin } })
    assert.equal(empty.status, 400)
    mustBeAllowed(empty, origin)
  })
}

for (const origin of [
  'http://127.0.0.1:5501',
  'https://127.0.0.1:5500',
  'http://127.0.0.1:5500.evil.example',
  'https://app.example.com.evil.example',
  'http://app.example.com',
  'null',
]) {
  test(`${origin} is not known and hears nothing`, async () => {
    const asked = await preflight(origin)
    const answered = await fetch(attachments, { headers: { authorization, origin } })
    for (const response of [asked, answered]) {
      assert.equal(response.headers.get('access-control-allow-origin'), null)
      assert.equal(response.headers.get('access-control-allow-credentials'), null)
    }
  })
}

test('without an Origin there is nothing to say', async () => {
  const response = await fetch(attachments, { headers: { authorization } })
  assert.equal(response.headers.get('access-control-allow-origin'), null)
})
