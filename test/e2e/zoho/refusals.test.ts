import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { form, mustRefuse, type Refusal } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, createToken, mustJson, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant
let attachments: string

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  attachments = `/crm/v2/Leads/${tenant.leadId}/Attachments`
})
after(() => server.stop())

const INVALID_TOKEN: Refusal = { status: 401, code: 'INVALID_TOKEN', message: 'invalid oauth token' }
const NO_TOKEN: Refusal = { status: 401, code: 'AUTHENTICATION_FAILURE', message: 'Authentication failed' }

function call(authorization: string | null, path = attachments, init: RequestInit = {}): Promise<Response> {
  return fetch(server.origin + path, { ...init, headers: authorization === null ? {} : { authorization } })
}

for (const scheme of ['Zoho-oauthtoken', 'zoho-oauthtoken', 'Bearer', 'bearer']) {
  test(`a token after ${scheme} opens the door`, async () => {
    const response = await call(`${scheme} ${tenant.zohoToken}`, attachments, form(['file', new File(['x'], 'x.txt')]))
    assert.equal(response.status, 200, await response.text())
  })
}

test('no token, or an empty one, is none', async () => {
  await mustRefuse(await call(null), NO_TOKEN)
  await mustRefuse(await call(''), NO_TOKEN)
})

for (const authorization of [
  'Zoho-oauthtoken null',
  'Zoho-oauthtoken undefined',
  'Zoho-oauthtoken',
  'Basic dXNlcjpwYXNz',
  'Zoho-oauthtoken 1000.00000000000000000000000000000000.00000000000000000000000000000000',
]) {
  test(`"${authorization}" is a token that nobody has`, async () => {
    await mustRefuse(await call(authorization), INVALID_TOKEN)
    await mustRefuse(await call(authorization, attachments, form(['file', new File(['x'], 'x.txt')])), INVALID_TOKEN)
  })
}

test('the bare token without a scheme, and half a token, are not good', async () => {
  await mustRefuse(await call(`Zoho-oauthtoken ${tenant.zohoToken.slice(0, -1)}`), INVALID_TOKEN)
  await mustRefuse(await call(`Basic ${tenant.zohoToken}`), INVALID_TOKEN)
})

test('an expired token and a revoked one are not good', async () => {
  const short = await createToken(server, tenant.org, 'zoho', 'ZohoCRM.modules.ALL', '--expires-in', '1')
  const revoked = await server.cli<{ id: string; token: string }>(
    ...['token', 'create', '--org', tenant.org, '--kind', 'zoho', '--scope', 'ZohoCRM.modules.ALL'],
  )
  await server.cli('token', 'revoke', revoked.id)
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  await mustRefuse(await call(`Zoho-oauthtoken ${short}`), INVALID_TOKEN)
  await mustRefuse(await call(`Zoho-oauthtoken ${revoked.token}`), INVALID_TOKEN)
})

test('an answer says when its token ends', async () => {
  const token = await createToken(server, tenant.org, 'zoho', 'ZohoCRM.modules.ALL', '--expires-in', '3600')
  const response = await call(`Zoho-oauthtoken ${token}`)
  assert.match(response.headers.get('x-accesstoken-reset') ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/)
})

test('/crm/v2.1/ answers like /crm/v2/', async () => {
  const authorization = `Zoho-oauthtoken ${tenant.zohoToken}`
  const path = attachments.replace('/v2/', '/v2.1/')
  const sent = await call(authorization, path, form(['file', new File(['newer'], 'newer.txt')]))
  const { data } = await mustJson<{ data: { details: { id: string } }[] }>(sent, 200)
  const id = data[0]?.details.id ?? ''
  for (const where of [path, attachments]) {
    assert.equal(await (await call(authorization, `${where}/${id}`)).text(), 'newer')
    const listed = await mustJson<{ data: { id: string }[] }>(await call(authorization, where), 200)
    assert.equal(listed.data[0]?.id, id)
  }
  const gone = await call(authorization, `${path}/${id}`, { method: 'DELETE' })
  assert.equal(gone.status, 200, await gone.text())
})

test('only a good token learns which URLs and methods there are', async () => {
  await mustRefuse(await call(null, '/crm/v2/no/such/url/at/all'), NO_TOKEN)
  await mustRefuse(await call(null, attachments, { method: 'PATCH' }), NO_TOKEN)
  await mustRefuse(await call('Zoho-oauthtoken x', '/crm/v9'), INVALID_TOKEN)
})

test('a slash at the end, and unknown headers, change nothing', async () => {
  const response = await fetch(`${server.origin}${attachments}/`, {
    headers: { authorization: `Zoho-oauthtoken ${tenant.zohoToken}`, 'x-zoho-sdk': 'linux', 'x-unheard-of': '1' },
  })
  assert.equal(response.status, 200, await response.text())
})
