// What a token makes is never more than the token, and ends with it: tokens, clients, shares; and what a user made ends with the user.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  apiOf,
  createNativeTenant,
  operatorOf,
  put,
  type Api,
  type Item,
  type Listed,
  type NativeTenant,
} from '../e2e/native/tenant.ts'
import { highlevelToken, zohoToken, type Program } from '../e2e/support/oauth.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createToken, HIGHLEVEL_SCOPES, jsonBody, mustJson } from '../e2e/support/tenant.ts'

let server: Server
let operator: Api
let tenant: NativeTenant
let sister: NativeTenant

before(async () => {
  server = await startServer()
  operator = await operatorOf(server)
  tenant = await createNativeTenant(server, operator)
  const { agency } = await mustJson<{ agency: string }>(await operator(`/organizations/${tenant.org}`), 200)
  const body = { name: 'Sister', agency, user: { name: 'Bo Hill', email: 'bo@example.com' } }
  const { id } = await mustJson<Item>(await operator('/organizations', jsonBody(body)), 201)
  sister = { ...tenant, org: id }
})
after(() => server.stop())

interface Made extends Item {
  readonly secret: string
  readonly expiresAt: string | null
}

const inTenant = (token: string) => apiOf(server.origin, token, `/organizations/${tenant.org}`)

async function native(scopes: readonly string[], api: Api = tenant.api, more: object = {}): Promise<Made> {
  return mustJson<Made>(await api('/tokens', jsonBody({ kind: 'native', scopes, ...more })), 201)
}

const program = (flows: readonly string[], wire = 'highlevel') => ({
  ...{ name: 'Program', wire, flows },
  redirectUris: ['https://app.example.com/back'],
})

async function status(api: Api, path = '/modules'): Promise<number> {
  return (await api(path)).status
}

/** A token is remembered for a second by who has seen it. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 1_100))

test('a token with clients.write alone makes no client that acts without consent', async () => {
  const { secret } = await native(['clients.write'])
  for (const wire of ['zoho', 'highlevel'])
    for (const flows of [['credentials'], ['code', 'credentials']])
      assert.equal((await inTenant(secret)('/clients', jsonBody(program(flows, wire)))).status, 403, flows.join())
  assert.equal((await inTenant(secret)('/clients', jsonBody(program(['code'])))).status, 201)
})

test("a client that an organization's token makes never opens the agency by its secret alone", async () => {
  const made = await mustJson<Program>(await tenant.api('/clients', jsonBody(program(['credentials']))), 201)
  const fields = { grant_type: 'client_credentials', scope: 'locations.readonly oauth.write' }
  assert.equal((await highlevelToken(server, made, fields)).status, 200)
  const company = await highlevelToken(server, made, { ...fields, user_type: 'Company' })
  assert.ok(company.status >= 400 && company.body.access_token === undefined, company.text)
})

test('scopes of another API have no effect, whatever the token was asked for with', async () => {
  const mixed = `${HIGHLEVEL_SCOPES},ZohoCRM.modules.ALL,records.read`
  const highlevel = await createToken(server, tenant.org, 'private', mixed, '--label', 'x')
  const zoho = await createToken(server, tenant.org, 'zoho', mixed, '--label', 'x')
  const { token: own } = await server.cli<{ token: string }>('token', 'create', '--kind', 'native', '--org', tenant.org)
  const made = await mustJson<Program>(await tenant.api('/clients', jsonBody(program(['credentials']))), 201)
  const asked = { grant_type: 'client_credentials', scope: 'contacts.readonly ZohoCRM.modules.ALL' }
  const oauth = (await highlevelToken(server, made, asked)).body.access_token ?? ''
  const ask = (path: string, token: string) =>
    fetch(server.origin + path, { headers: { authorization: `Bearer ${token}`, version: '2021-07-28' } })
  for (const token of [highlevel, own, oauth]) assert.equal((await ask('/crm/v2/Leads', token)).status, 401)
  for (const token of [zoho, own]) assert.equal((await ask('/contacts/', token)).status, 401)
  for (const token of [zoho, highlevel, oauth]) assert.equal((await ask('/api/v1/me', token)).status, 401)
  assert.ok((await ask('/crm/v2/Leads', zoho)).status < 300)
  assert.equal((await ask('/api/v1/me', own)).status, 200)
})

test('what a token makes expires no later than the token', async () => {
  const end = new Date(Date.now() + 3_000).toISOString()
  const maker = await native(['tokens.write', 'modules.read', 'clients.write'], tenant.api, { expiresAt: end })
  const child = await native(['modules.read'], inTenant(maker.secret))
  const later = await native(['modules.read'], inTenant(maker.secret), { expiresAt: '2099-01-01T00:00:00.000Z' })
  assert.deepEqual([child.expiresAt, later.expiresAt], [maker.expiresAt, maker.expiresAt])
  assert.equal(await status(inTenant(child.secret)), 200)
  await new Promise((resolve) => setTimeout(resolve, Date.parse(end) - Date.now() + 100))
  for (const { secret } of [maker, child, later]) assert.equal(await status(inTenant(secret)), 401)
})

test('a revoked token takes along what it made: tokens of tokens, clients with their tokens, shares', async () => {
  const { id: rootId, token: root } = await server.cli<{ id: string; token: string }>(
    'token',
    'create',
    '--kind',
    'native',
    '--org',
    tenant.org,
  )
  const child = await native(['tokens.write', 'modules.read'], inTenant(root))
  const grandchild = await native(['modules.read'], inTenant(child.secret))
  const client = await mustJson<Program>(
    await inTenant(root)('/clients', jsonBody(program(['credentials'], 'zoho'))),
    201,
  )
  const fields = { grant_type: 'client_credentials', scope: 'ZohoCRM.modules.ALL', soid: `ZohoCRM.${tenant.org}` }
  const zoho = (await zohoToken(server, client, fields)).body.access_token ?? ''
  const leads = () => fetch(`${server.origin}/crm/v2/Leads`, { headers: { authorization: `Zoho-oauthtoken ${zoho}` } })
  const [file] = await put(tenant.api, tenant.contact, ['a.txt', 'a'])
  const shared = jsonBody({ attachment: file?.id ?? '' })
  const share = await mustJson<{ url: string }>(await inTenant(root)('/shares', shared), 201)
  assert.equal(await status(inTenant(grandchild.secret)), 200)
  assert.ok((await leads()).status < 300)
  assert.equal((await fetch(share.url)).status, 200)

  assert.equal((await tenant.api(`/tokens/${rootId}`, { method: 'DELETE' })).status, 204)
  await settled()
  for (const secret of [root, child.secret, grandchild.secret])
    assert.equal(await status(inTenant(secret)), 401, 'a token of a revoked one goes on')
  assert.equal((await leads()).status, 401)
  assert.ok((await zohoToken(server, client, fields)).body.access_token === undefined)
  assert.equal((await fetch(share.url)).status, 404)
})

test("an agency's revoked token takes the tokens of its locations along", async () => {
  const { agency } = await mustJson<{ agency: string }>(await operator(`/organizations/${tenant.org}`), 200)
  const words = [
    'token',
    'create',
    '--kind',
    'private',
    '--agency',
    agency,
    '--scope',
    'oauth.write,locations.readonly',
  ]
  const company = await server.cli<{ id: string; token: string }>(...words)
  const { face: location } = await mustJson<{ face: string }>(await operator(`/organizations/${sister.org}`), 200)
  const headers = { authorization: `Bearer ${company.token}`, version: '2021-07-28' }
  const { properties } = { properties: { companyId: agency, locationId: location } }
  const companies = [agency, ...(await companyIds(company.token, location))]
  const derived = await firstWorking(companies, async (companyId) => {
    const body = new URLSearchParams({ ...properties, companyId })
    return fetch(`${server.origin}/oauth/locationToken`, { method: 'POST', headers, body })
  })
  const { access_token: token } = (await derived.json()) as { access_token: string }
  const read = () =>
    fetch(`${server.origin}/locations/${location}`, {
      headers: { authorization: `Bearer ${token}`, version: '2021-07-28' },
    })
  assert.equal((await read()).status, 200)
  await server.cli('token', 'revoke', company.id)
  await settled()
  assert.equal((await read()).status, 401)
})

/** How HighLevel names an agency. */
async function companyIds(token: string, location: string): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${token}`, version: '2021-07-28' }
  const answer = await fetch(`${server.origin}/locations/${location}`, { headers })
  const text = await answer.text()
  return [...text.matchAll(/"companyId":"([^"]+)"/g)].map(([, id = '']) => id)
}

async function firstWorking(ids: readonly string[], ask: (id: string) => Promise<Response>): Promise<Response> {
  for (const id of ids) {
    const answer = await ask(id)
    if (answer.status === 201) return answer
  }
  throw new Error(`no location token for any of ${ids.join()}`)
}

test('a token older than a thousand others is listed, found and revoked', { timeout: 120_000 }, async () => {
  const old = await native(['modules.read'])
  for (let group = 0; group < 11; group++)
    await Promise.all(Array.from({ length: 100 }, () => native(['modules.read'])))
  const ids: string[] = []
  for (let next: string | null = ''; next !== null;) {
    const query: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`
    const page: Listed = await mustJson<Listed>(await tenant.api(`/tokens?limit=200${query}`), 200)
    ids.push(...page.items.map(({ id }) => id))
    next = page.next
  }
  assert.ok(ids.length > 1_100 && new Set(ids).size === ids.length)
  assert.ok(ids.includes(old.id))
  assert.ok((await server.cli<Item[]>('token', 'list')).some(({ id }) => id === old.id))
  assert.equal((await tenant.api(`/tokens/${old.id}`, { method: 'DELETE' })).status, 204)
  await settled()
  assert.equal(await status(inTenant(old.secret)), 401)
})

test('a user who is made inactive takes shares and clients along', async () => {
  const user = await mustJson<Item>(
    await tenant.api('/users', jsonBody({ name: 'Sam Hill', email: 'sam@example.com' })),
    201,
  )
  const words = ['token', 'create', '--kind', 'native', '--org', tenant.org, '--user', user.id]
  const { token } = await server.cli<{ token: string }>(...words)
  const [file] = await put(tenant.api, tenant.contact, ['b.txt', 'b'])
  const share = await mustJson<{ url: string }>(
    await inTenant(token)('/shares', jsonBody({ attachment: file?.id ?? '' })),
    201,
  )
  const client = await mustJson<Program>(
    await inTenant(token)('/clients', jsonBody(program(['credentials'], 'zoho'))),
    201,
  )
  const fields = { grant_type: 'client_credentials', scope: 'ZohoCRM.modules.ALL', soid: `ZohoCRM.${tenant.org}` }
  const zoho = (await zohoToken(server, client, fields)).body.access_token ?? ''
  assert.notEqual(zoho, '')
  const out = await tenant.api(`/users/${user.id}`, jsonBody({ status: 'inactive' }, 'PATCH'))
  assert.equal(out.status, 200)
  await settled()
  assert.equal((await fetch(share.url)).status, 404)
  assert.ok((await zohoToken(server, client, fields)).body.access_token === undefined)
  const headers = { authorization: `Zoho-oauthtoken ${zoho}` }
  assert.equal((await fetch(`${server.origin}/crm/v2/Leads`, { headers })).status, 401)
  assert.equal(await status(inTenant(token)), 401)
})

test('redirect URIs in plain text lead to this machine alone', async () => {
  const register = async (uri: string) =>
    (await tenant.api('/clients', jsonBody({ ...program(['code']), redirectUris: [uri] }))).status
  for (const uri of ['http://app.example.com/back', 'http://10.0.0.1/back', 'http://127.0.0.1.example.com/back'])
    assert.equal(await register(uri), 400, uri)
  for (const uri of [
    'https://app.example.com/back',
    'http://127.0.0.1:5500/back',
    'http://localhost/back',
    'http://[::1]:1/x',
  ])
    assert.equal(await register(uri), 201, uri)
})
