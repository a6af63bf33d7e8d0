// Users, profiles, roles, what modules share, and OAuth clients, by the native API.
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
import { jsonBody, mustJson } from '../support/tenant.ts'

interface User extends Item {
  readonly status: string
  readonly profile: Item | null
  readonly role: Item | null
}

let server: Server
let operator: Api
let tenant: NativeTenant
let other: NativeTenant

before(async () => {
  server = await startServer()
  operator = await operatorOf(server)
  tenant = await createNativeTenant(server, operator)
  other = await createNativeTenant(server, operator, 'Another')
})
after(() => server.stop())

async function made<T = Item>(path: string, body: object, api: Api = tenant.api): Promise<T> {
  return mustJson<T>(await api(path, jsonBody(body)), 201)
}

/** The API as this user has it. */
async function as(user: string): Promise<Api> {
  const words = ['token', 'create', '--kind', 'native', '--org', tenant.org, '--user', user]
  const { token } = await server.cli<{ token: string }>(...words)
  return apiOf(server.origin, token, `/organizations/${tenant.org}`)
}

test('a user is made, given a profile and a role, and put out', async () => {
  const user = await made<User>('/users', { name: 'Sam Hill', email: 'sam@example.com' })
  assert.deepEqual([user.status, user.profile, user.role], ['active', null, null])
  const profile = await made('/profiles', { name: 'Readers', rules: [{ module: '*', denied: ['attachments.create'] }] })
  const role = await made('/roles', { name: 'Agent' })
  const change = await tenant.api(`/users/${user.id}`, jsonBody({ profile: profile.id, role: role.id }, 'PATCH'))
  const changed = await mustJson<User>(change, 200)
  assert.deepEqual(
    [changed.profile, changed.role],
    [
      { id: profile.id, name: 'Readers' },
      { id: role.id, name: 'Agent' },
    ],
  )
  const { items } = await mustJson<Listed<User>>(await tenant.api('/users'), 200)
  assert.deepEqual(items.at(-1), changed)
  const sam = await as(user.id)
  const body = new FormData()
  body.append('file', new File(['x'], 'x.txt'))
  const upload = { method: 'POST', body }
  await mustBeProblem(await sam(`/records/${tenant.contact}/attachments`, upload), 403, 'forbidden')
  const open = jsonBody({ rules: [] }, 'PATCH')
  await mustJson(await tenant.api(`/profiles/${profile.id}`, open), 200)
  assert.equal((await sam(`/records/${tenant.contact}/attachments`, upload)).status, 201)
  await mustJson(await tenant.api(`/users/${user.id}`, jsonBody({ status: 'inactive' }, 'PATCH')), 200)
  assert.equal((await sam('/users')).status, 401)
})

test('profiles and roles are listed, and stay while they are in use', async () => {
  const rules = [
    { module: 'leads', denied: ['records.delete'] },
    { module: 'Vendors', hidden: true },
  ]
  const profile = await made<Item & { rules: object[] }>('/profiles', { name: 'Sales', rules })
  assert.deepEqual(profile.rules, [
    { module: 'Leads', hidden: false, denied: ['records.delete'] },
    { module: 'Vendors', hidden: true, denied: [] },
  ])
  const boss = await made('/roles', { name: 'Boss' })
  const below = await made<Item & { parent: string }>('/roles', { name: 'Below', parent: boss.id })
  assert.equal(below.parent, boss.id)
  const user = await made('/users', { name: 'Kim', email: 'kim@example.com' })
  await mustJson(await tenant.api(`/users/${user.id}`, jsonBody({ profile: profile.id }, 'PATCH')), 200)
  await mustBeProblem(await tenant.api(`/profiles/${profile.id}`, { method: 'DELETE' }), 409, 'conflict')
  await mustBeProblem(await tenant.api(`/roles/${boss.id}`, { method: 'DELETE' }), 409, 'conflict')
  await mustJson(await tenant.api(`/users/${user.id}`, jsonBody({ profile: null }, 'PATCH')), 200)
  for (const path of [`/profiles/${profile.id}`, `/roles/${below.id}`, `/roles/${boss.id}`]) {
    assert.equal((await tenant.api(path, { method: 'DELETE' })).status, 204)
    await mustBeProblem(await tenant.api(path, { method: 'DELETE' }), 404, 'not_found')
  }
  for (const path of ['/profiles', '/roles']) {
    const names = (await mustJson<Listed>(await tenant.api(path), 200)).items.map(({ name }) => name)
    for (const name of ['Sales', 'Boss', 'Below']) assert.ok(!names.includes(name), name)
  }
})

test('what cannot be is refused with what would do', async () => {
  const name = 'Odd'
  for (const [path, body, status, words] of [
    ['/profiles', { name, rules: [{ module: 'Leads', denied: ['fly'] }] }, 400, /attachments\.create/],
    ['/profiles', { name, rules: [{ module: '*', hidden: true }] }, 400, /hide every module/],
    ['/profiles', { name, rules: [{ module: 'Nonsense', hidden: true }] }, 404, /no module "Nonsense"/],
    ['/roles', { name, parent: '1000000000000000001' }, 404, /no such role/],
    ['/users', { name: '', email: 'x' }, 400, /name/],
  ] as const) {
    const response = await tenant.api(path, jsonBody(body))
    const { detail } = await mustJson<{ detail: string }>(response, status)
    assert.match(detail, words)
  }
  await made('/roles', { name: 'Twice' })
  await mustBeProblem(await tenant.api('/roles', jsonBody({ name: 'Twice' })), 409, 'conflict')
})

test('a module is shared for reading: others’ records can be seen and not changed', async () => {
  const sharing = await tenant.api('/modules/contacts/sharing', jsonBody({ sharing: 'read' }, 'PATCH'))
  assert.equal((await mustJson<Item>(sharing, 200)).name, 'Contacts')
  const user = await made('/users', { name: 'Lou', email: 'lou@example.com' })
  const profile = await made('/profiles', { name: 'Plain', rules: [] })
  await mustJson(await tenant.api(`/users/${user.id}`, jsonBody({ profile: profile.id }, 'PATCH')), 200)
  const lou = await as(user.id)
  const record = `/records/${tenant.contact}`
  const [file] = await put(tenant.api, tenant.contact, ['a.txt', 'a'])
  assert.equal((await lou(record)).status, 200)
  for (const [path, init] of [
    [record, jsonBody({ properties: { firstName: 'Taken' } }, 'PATCH')],
    [record, { method: 'DELETE' }],
    [`/attachments/${file?.id ?? ''}`, jsonBody({ name: 'taken.txt' }, 'PATCH')],
    [`/attachments/${file?.id ?? ''}`, { method: 'DELETE' }],
  ] as const) {
    await mustBeProblem(await lou(path, init), 403, 'forbidden')
  }
  // Nor does the one who has a profile give itself another, or let others in.
  for (const [path, init] of [
    [`/users/${user.id}`, jsonBody({ profile: null }, 'PATCH')],
    ['/users', jsonBody({ name: 'X', email: 'x@example.com' })],
    ['/profiles', jsonBody({ name: 'X', rules: [] })],
    [`/profiles/${profile.id}`, jsonBody({ rules: [] }, 'PATCH')],
    ['/modules/Contacts/sharing', jsonBody({ sharing: 'write' }, 'PATCH')],
    ['/clients', jsonBody({ name: 'X', flows: ['credentials'] })],
  ] as const) {
    await mustBeProblem(await lou(path, init), 403, 'forbidden')
  }
  await mustBeProblem(await lou('/attachments'), 403, 'forbidden')
  assert.equal((await lou(`${record}/attachments`)).status, 200)
  await mustJson(await tenant.api('/modules/Contacts/sharing', jsonBody({ sharing: 'write' }, 'PATCH')), 200)
  assert.equal((await lou(record, jsonBody({ properties: { firstName: 'Eva' } }, 'PATCH'))).status, 200)
})

test('another organization’s users, profiles and roles are not there', async () => {
  const theirs = await made('/profiles', { name: 'Theirs', rules: [] }, other.api)
  const { items } = await mustJson<Listed<User>>(await tenant.api('/users'), 200)
  const user = `/users/${items[0]?.id ?? ''}`
  await mustBeProblem(await tenant.api(user, jsonBody({ profile: theirs.id }, 'PATCH')), 404, 'not_found')
  await mustBeProblem(await other.api(user, jsonBody({ profile: theirs.id }, 'PATCH')), 404, 'not_found')
  await mustBeProblem(await tenant.api(`/profiles/${theirs.id}`, { method: 'DELETE' }), 404, 'not_found')
})

test('a client is registered, and ends with all its tokens, also for uploads that begin later on open connections', async () => {
  const client = await made<Item & { secret: string }>('/clients', { name: 'Importer', flows: ['credentials'] })
  const token = async () => {
    const scope = 'ZohoCRM.modules.ALL'
    const terms = { grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret, scope }
    const sent = { method: 'POST', body: new URLSearchParams({ ...terms, soid: `ZohoCRM.${tenant.org}` }) }
    return (await (await fetch(`${server.origin}/oauth/v2/token`, sent)).json()) as {
      access_token?: string
      error?: string
    }
  }
  const upload = async (secret = '') => {
    const body = new FormData()
    body.append('file', new File(['x'], 'x.txt'))
    const headers = { authorization: `Zoho-oauthtoken ${secret}` }
    const path = `/crm/v2/Contacts/${tenant.contact}/Attachments`
    return (await fetch(server.origin + path, { method: 'POST', body, headers })).status
  }
  const first = await token()
  assert.equal(await upload(first.access_token), 200, JSON.stringify(first))
  await mustBeProblem(await other.api(`/clients/${client.id}/tokens`, { method: 'DELETE' }), 404, 'not_found')
  const path = `/clients/${client.id}`
  const ended = await mustJson<object>(await tenant.api(`${path}/tokens`, { method: 'DELETE' }), 200)
  assert.deepEqual(ended, { revoked: 1 })
  assert.equal(await upload(first.access_token), 401)
  const second = await token()
  assert.equal(await upload(second.access_token), 200)
  assert.deepEqual(await mustJson<object>(await tenant.api(path, { method: 'DELETE' }), 200), { revoked: 1 })
  assert.equal(await upload(second.access_token), 401)
  assert.equal((await token()).access_token, undefined)
  const { items } = await mustJson<Listed<{ id: string; revokedAt: string | null }>>(await tenant.api('/clients'), 200)
  assert.notEqual(items.find(({ id }) => id === client.id)?.revokedAt, null)
  assert.ok(!JSON.stringify(items).includes(client.secret))
})
