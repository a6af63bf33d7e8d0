// What the SDKs read before they touch records.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, createToken, mustJson, type Tenant } from '../support/tenant.ts'

type Row = Readonly<Record<string, unknown>>

let server: Server
let tenant: Tenant
let token: string

before(async () => {
  server = await startServer()
  tenant = await createTenant(server, 'Settings & Co')
  token = await createToken(server, tenant.org, 'zoho', 'ZohoCRM.settings.READ,ZohoCRM.users.READ,ZohoCRM.org.READ')
})
after(() => server.stop())

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return tenant.zoho(path, { headers: { authorization: `Zoho-oauthtoken ${token}`, ...headers } })
}

async function rows(path: string, key: string): Promise<Row[]> {
  return (await mustJson<Record<string, Row[]>>(await get(path), 200))[key] ?? []
}

test('modules: every one, in the shape that the SDKs dereference', async () => {
  const modules = await rows('/settings/modules', 'modules')
  assert.equal(modules.length, 19)
  for (const module of modules) {
    assert.match(String(module['id']), /^\d{19}$/)
    assert.equal(module['api_supported'], true)
    assert.equal(module['generated_type'], module['api_name'] === 'Site_Visits' ? 'custom' : 'default')
    for (const key of ['creatable', 'editable', 'deletable', 'viewable']) assert.equal(module[key], true, key)
    assert.match(String(module['modified_time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/)
  }
  const books = modules.find((module) => module['api_name'] === 'Price_Books')
  assert.deepEqual([books?.['singular_label'], books?.['plural_label']], ['Price Book', 'Price Books'])
})

test('modules: only what is newer, or 304', async () => {
  const later = new Date(Date.now() + 5_000).toISOString()
  const unchanged = await get('/settings/modules', { 'if-modified-since': later })
  assert.equal(unchanged.status, 304)
  assert.equal(await unchanged.text(), '')
  for (const early of ['2020-01-01T00:00:00+05:30', 'Wed, 01 Jan 2020 00:00:00 GMT', 'nonsense']) {
    const { modules } = await mustJson<{ modules: Row[] }>(
      await get('/settings/modules', { 'if-modified-since': early }),
      200,
    )
    assert.equal(modules.length, 19, early)
  }
})

test('one module by its name', async () => {
  const [module] = await rows('/settings/modules/site_visits', 'modules')
  assert.equal(module?.['api_name'], 'Site_Visits')
  assert.match(await (await get('/settings/modules/Nonsense')).text(), /"INVALID_MODULE"/)
})

test('fields: of every module, with what no SDK can do without', async () => {
  const ids = new Set<unknown>()
  let count = 0
  for (const module of await rows('/settings/modules', 'modules')) {
    const fields = await rows(`/settings/fields?module=${String(module['api_name'])}`, 'fields')
    assert.equal(fields.filter((field) => field['system_mandatory'] === true).length, 1, String(module['api_name']))
    for (const field of fields) {
      assert.equal(typeof field['api_name'], 'string')
      assert.equal(typeof field['data_type'], 'string')
      assert.ok(Array.isArray(field['pick_list_values']))
      // A lookup would make the SDKs fetch that module's fields too.
      assert.deepEqual(field['lookup'], {})
      ids.add(field['id'])
      count++
    }
  }
  assert.equal(ids.size, count)
  const leads = await rows('/settings/fields?module=Leads', 'fields')
  const types = Object.fromEntries(leads.map((field) => [String(field['api_name']), field['data_type']] as const))
  assert.deepEqual(
    [types['Last_Name'], types['Company'], types['Email'], types['Owner'], types['Created_Time']],
    ['text', 'text', 'email', 'ownerlookup', 'datetime'],
  )
})

test('fields: every one that the list names can be written and read again, if it may be written', async () => {
  const fields = await rows('/settings/fields?module=Contacts', 'fields')
  const writable = fields.filter((field) => field['read_only'] === false).map((field) => String(field['api_name']))
  const values = Object.fromEntries(writable.map((name) => [name, `value of ${name}`]))
  const sent = { method: 'POST', body: JSON.stringify({ data: [values] }) }
  const made = await mustJson<{ data: { details: { id: string } }[] }>(await tenant.zoho('/Contacts', sent), 201)
  const { data } = await mustJson<{ data: Row[] }>(
    await tenant.zoho(`/Contacts/${made.data[0]?.details.id ?? ''}`),
    200,
  )
  for (const name of writable) assert.equal(data[0]?.[name], values[name], name)
})

test('fields and related lists want a module, and one that is there', async () => {
  for (const path of ['/settings/fields', '/settings/related_lists']) {
    const missing = await mustJson<Row>(await get(path), 400)
    assert.deepEqual([missing['code'], missing['details']], ['REQUIRED_PARAM_MISSING', { param_name: 'module' }])
    const unknown = await mustJson<Row>(await get(`${path}?module=Nonsense`), 400)
    assert.equal(unknown['code'], 'INVALID_MODULE')
  }
})

test('related lists: attachments', async () => {
  const [list, ...more] = await rows('/settings/related_lists?module=Leads', 'related_lists')
  assert.deepEqual(
    [list?.['api_name'], list?.['href'], more.length],
    ['Attachments', 'Leads/{ENTITYID}/Attachments', 0],
  )
})

test('users: the current one, and by type', async () => {
  const [user, ...more] = await rows('/users?type=CurrentUser', 'users')
  assert.equal(more.length, 0)
  assert.deepEqual(
    [user?.['full_name'], user?.['last_name'], user?.['email'], user?.['status']],
    ['Administrator', 'Administrator', 'admin@example.com', 'active'],
  )
  for (const key of ['role', 'profile']) {
    const reference = user?.[key] as { name: string; id: string }
    assert.match(reference.id, /^\d{19}$/)
    assert.notEqual(reference.name, '')
  }
  for (const type of ['AllUsers', 'ActiveUsers', 'AdminUsers', 'ActiveConfirmedUsers', ''])
    assert.equal((await rows(`/users?type=${type}&`, 'users')).length, 1, type)
  for (const type of ['DeactiveUsers', 'DeletedUsers', 'NotConfirmedUsers'])
    assert.equal((await get(`/users?type=${type}`)).status, 204, type)
  assert.equal((await get('/users?page=2')).status, 204)
  const later = new Date(Date.now() + 5_000).toISOString()
  assert.equal((await get('/users', { 'if-modified-since': later })).status, 304)
})

test('one user by its id', async () => {
  const [user] = await rows('/users?type=CurrentUser', 'users')
  const [same] = await rows(`/users/${String(user?.['id'])}`, 'users')
  assert.deepEqual(same, user)
  assert.equal((await get('/users/1000000000000000001')).status, 204)
})

test('the organization', async () => {
  const [org] = await rows('/org', 'org')
  assert.deepEqual(
    [org?.['id'], org?.['company_name'], org?.['primary_email'], org?.['time_zone']],
    [tenant.org, 'Settings & Co', 'admin@example.com', 'UTC'],
  )
})

test('records: only what changed since, or 304', async () => {
  const later = { headers: { 'if-modified-since': new Date(Date.now() + 5_000).toISOString() } }
  const early = { headers: { 'if-modified-since': '2020-01-01T00:00:00+00:00' } }
  for (const path of ['/Leads', `/Leads/${tenant.leadId}`]) {
    assert.equal((await tenant.zoho(path, later)).status, 304, path)
    const { data } = await mustJson<{ data: Row[] }>(await tenant.zoho(path, early), 200)
    assert.equal(data[0]?.['id'], tenant.leadId)
  }
})

test('/crm/v2.1/ answers the same', async () => {
  for (const path of ['settings/modules', 'settings/modules/Leads', 'settings/fields?module=Leads', 'users', 'org']) {
    const headers = { authorization: `Zoho-oauthtoken ${token}` }
    const newer = await fetch(`${server.origin}/crm/v2.1/${path}`, { headers })
    assert.equal(await newer.text(), await (await get(`/${path}`)).text(), path)
  }
  const [user] = await rows('/users', 'users')
  for (const path of [`users/${String(user?.['id'])}`, 'settings/related_lists?module=Leads']) {
    const headers = { authorization: `Zoho-oauthtoken ${token}` }
    assert.equal((await fetch(`${server.origin}/crm/v2.1/${path}`, { headers })).status, 200)
  }
})

for (const [scopes, allowed] of [
  ['ZohoCRM.settings.ALL', ['settings/modules', 'settings/fields?module=Leads', 'settings/related_lists?module=Leads']],
  ['ZohoCRM.settings.modules.READ', ['settings/modules']],
  ['zohocrm.settings.FIELDS.all', ['settings/fields?module=Leads']],
  ['ZohoCRM.settings.related_lists.READ', ['settings/related_lists?module=Leads']],
  ['ZohoCRM.users.READ', ['users']],
  ['ZohoCRM.org.ALL', ['org']],
  ['ZohoCRM.modules.ALL', []],
  ['ZohoCRM.settings.CREATE,ZohoCRM.users.WRITE', []],
] as const) {
  test(`${scopes} opens: ${allowed.join(', ') || 'nothing of it'}`, async () => {
    const narrow = await createToken(server, tenant.org, 'zoho', scopes)
    const paths = [
      'settings/modules',
      'settings/fields?module=Leads',
      'settings/related_lists?module=Leads',
      'users',
      'org',
    ]
    for (const path of paths) {
      const response = await get(`/${path}`, { authorization: `Zoho-oauthtoken ${narrow}` })
      const isAllowed = (allowed as readonly string[]).includes(path)
      assert.equal(response.status, isAllowed ? 200 : 401, path)
      if (!isAllowed) assert.match(await response.text(), /"OAUTH_SCOPE_MISMATCH"/)
    }
  })
}
