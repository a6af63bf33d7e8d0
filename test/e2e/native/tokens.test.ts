/** Who may do what through the native API: scopes, operators, other organizations, other dialects' tokens. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  apiOf,
  createNativeTenant,
  mustBeProblem,
  operatorOf,
  put,
  type Api,
  type Item,
  type Listed,
  type NativeTenant,
} from './tenant.ts'
import { startServer, type Server } from '../support/server.ts'
import { createToken, HIGHLEVEL_SCOPES, jsonBody, mustJson } from '../support/tenant.ts'

let server: Server
let operator: Api
let tenant: NativeTenant
let other: NativeTenant

before(async () => {
  server = await startServer()
  operator = await operatorOf(server)
  tenant = await createNativeTenant(server, operator, 'Mine')
  other = await createNativeTenant(server, operator, 'Theirs')
})
after(() => server.stop())

interface Created extends Item {
  readonly secret: string
  readonly state: string
}

test('me tells who the token is', async () => {
  const me = await mustJson<Record<string, unknown>>(await apiOf(server.origin, tenant.token, '')('/me'), 200)
  assert.equal(me['operator'], false)
  assert.equal((me['organization'] as Item).id, tenant.org)
  assert.equal((me['user'] as Item).name, 'Ada Green')
  const above = await mustJson<Record<string, unknown>>(await operator('/me'), 200)
  assert.deepEqual([above['operator'], above['organization'], above['user']], [true, null, null])
})

test('a token is made, works as far as its scopes go, is listed without its secret, and revoked', async () => {
  const { api, org, contact } = tenant
  const body = { label: 'reader', scopes: ['attachments.read', 'records.read'], expiresAt: '2100-01-01T00:00:00Z' }
  const { secret, ...made } = await mustJson<Created>(await api('/tokens', jsonBody(body)), 201)
  assert.match(secret, /^dossier_[\w-]{43}$/)
  const reader = apiOf(server.origin, secret, `/organizations/${org}`)
  await mustJson(await reader(`/records/${contact}`), 200)
  await mustBeProblem(await reader(`/records/${contact}`, { method: 'DELETE' }), 403, 'forbidden')
  await mustBeProblem(await reader('/tokens'), 403, 'forbidden')
  const listed = await mustJson<Listed<Created>>(await api('/tokens'), 200)
  const { id } = made
  assert.equal(listed.items.find((one) => one.id === id)?.state, 'good')
  assert.ok(!JSON.stringify(listed).includes(secret))
  assert.equal((await api(`/tokens/${id}`, { method: 'DELETE' })).status, 204)
  await mustBeProblem(await reader(`/records/${contact}`), 401, 'unauthenticated')
  await mustBeProblem(await api(`/tokens/${id}`, { method: 'DELETE' }), 404, 'not_found')
})

test('nobody makes a token that may more than they do', async () => {
  const { api, org } = tenant
  const body = { scopes: ['tokens.write', 'records.read'] }
  const { secret } = await mustJson<Created>(await api('/tokens', jsonBody(body)), 201)
  const clerk = apiOf(server.origin, secret, `/organizations/${org}`)
  await mustJson(await clerk('/tokens', jsonBody({ scopes: ['records.read'] })), 201)
  await mustBeProblem(await clerk('/tokens', jsonBody({ scopes: ['records.write'] })), 403, 'forbidden')
  const zoho = { kind: 'zoho', scopes: ['ZohoCRM.modules.ALL'] }
  await mustBeProblem(await clerk('/tokens', jsonBody(zoho)), 403, 'forbidden')
  const { secret: vendor } = await mustJson<Created>(await api('/tokens', jsonBody(zoho)), 201)
  const headers = { authorization: `Zoho-oauthtoken ${vendor}` }
  assert.equal((await fetch(`${server.origin}/crm/v2/Leads`, { headers })).status, 204)
  const wrong = [{ scopes: ['everything'] }, { scopes: [] }, { kind: 'root', scopes: ['records.read'] }, {}]
  for (const body of wrong) await mustBeProblem(await api('/tokens', jsonBody(body)), 400, 'invalid_input')
})

test('a stranger learns nothing, whatever is named', async () => {
  const [file] = await put(tenant.api, tenant.contact, ['secret.txt', 'secret'])
  const { id: field } = await mustJson<Item>(await tenant.api('/modules/Contacts/fields', jsonBody({ name: 'F' })), 201)
  const { items } = await mustJson<Listed>(await tenant.api('/tokens'), 200)
  const under = [
    ...['', '/usage', '/modules', '/attachments', '/tokens', `/records/${tenant.contact}`, `/fields/${field}`],
    ...[`/attachments/${file?.id ?? ''}/content`, `/records/${tenant.contact}/archive`],
  ]
  const stranger = apiOf(server.origin, other.token, '')
  for (const path of under) {
    const foreign = await stranger(`/organizations/${tenant.org}${path}`)
    await mustBeProblem(foreign, 404, 'not_found')
    const borrowed = await other.api(path)
    if (path.includes('secret')) assert.notEqual(borrowed.status, 200)
  }
  for (const [path, init] of [
    [`/records/${tenant.contact}`, {}],
    [`/attachments/${file?.id ?? ''}`, {}],
    [`/attachments/${file?.id ?? ''}`, jsonBody({ record: other.contact }, 'PATCH')],
    [`/fields/${field}`, { method: 'DELETE' }],
    [`/tokens/${items[0]?.id ?? ''}`, { method: 'DELETE' }],
  ] as const)
    await mustBeProblem(await other.api(path, init), 404, 'not_found')
  const bulk = await other.api('/attachments/delete', jsonBody({ ids: [file?.id] }))
  assert.deepEqual(await mustJson(bulk, 200), { items: [{ id: file?.id, outcome: 'missing' }] })
  await mustBeProblem(
    await other.api(`/attachments/${file?.id ?? ''}`, jsonBody({ record: tenant.contact }, 'PATCH')),
    404,
    'not_found',
  )
  assert.equal(await (await tenant.api(`/attachments/${file?.id ?? ''}/content`)).text(), 'secret')
  const listed = await mustJson<Listed>(await other.api('/attachments'), 200)
  assert.deepEqual(listed.items, [])
})

test('organizations are made, listed and removed by operators alone', async () => {
  const own = apiOf(server.origin, tenant.token, '')
  const body = { name: 'X', user: { name: 'X', email: 'x@example.com' } }
  await mustBeProblem(await own('/organizations', jsonBody(body)), 403, 'forbidden')
  await mustBeProblem(await tenant.api('', { method: 'DELETE' }), 403, 'forbidden')
  const seen = await mustJson<Listed>(await own('/organizations'), 200)
  assert.deepEqual(
    seen.items.map(({ id }) => id),
    [tenant.org],
  )
  const all = await mustJson<Listed>(await operator('/organizations'), 200)
  assert.deepEqual(
    all.items.map(({ id }) => id),
    [tenant.org, other.org],
  )
})

test('an operator works in any organization, in the name of its first user', async () => {
  const base = `/organizations/${tenant.org}`
  const path = `${base}/modules/Leads/records`
  const made = await mustJson<{ createdBy: Item }>(await operator(path, jsonBody({ properties: { name: 'O' } })), 201)
  assert.equal(made.createdBy.name, 'Ada Green')
  const form = new FormData()
  form.append('file', new File(['o'], 'o.txt'))
  const sent = await operator(`${base}/records/${tenant.contact}/attachments`, { method: 'POST', body: form })
  assert.equal(sent.status, 201)
  await mustBeProblem(await operator('/organizations/1000000000000000001/modules'), 404, 'not_found')
})

test('tokens of the vendors’ APIs are nobody’s here, and native ones nobody’s there', async () => {
  const vendors = [
    await createToken(server, tenant.org, 'zoho', 'ZohoCRM.modules.ALL,records.read'),
    await createToken(server, tenant.org, 'private', `${HIGHLEVEL_SCOPES},records.read`),
  ]
  const above = ['token', 'create', '--kind', 'private', '--agency', 'a', '--scope', 'organizations.read']
  vendors.push((await server.cli<{ token: string }>(...above)).token)
  for (const token of vendors)
    await mustBeProblem(await apiOf(server.origin, token, '')('/organizations'), 401, 'unauthenticated')
  const authorization = `Bearer ${tenant.token}`
  assert.equal((await fetch(`${server.origin}/crm/v2/Leads`, { headers: { authorization } })).status, 401)
  const headers = { authorization, version: '2021-07-28' }
  assert.equal((await fetch(`${server.origin}/contacts/x`, { headers })).status, 401)
})

test('an expired token is told so', async () => {
  const { api, org } = tenant
  const body = { scopes: ['records.read'], expiresAt: '2020-01-01T00:00:00Z' }
  const { secret, state } = await mustJson<Created>(await api('/tokens', jsonBody(body)), 201)
  assert.equal(state, 'expired')
  const refused = await apiOf(server.origin, secret, `/organizations/${org}`)('/modules')
  assert.equal((await mustBeProblem(refused, 401, 'unauthenticated')).reason, 'expired')
})
