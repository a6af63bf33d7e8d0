/** Organizations, modules, fields and usage through the native API. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import Database from 'better-sqlite3'
import {
  createNativeTenant,
  mustBeProblem,
  newRecord,
  operatorOf,
  put,
  type Api,
  type Item,
  type Listed,
  type NativeTenant,
} from './tenant.ts'
import { startServer, type Server } from '../support/server.ts'
import { jsonBody, mustJson } from '../support/tenant.ts'

let server: Server
let operator: Api
let tenant: NativeTenant

before(async () => {
  server = await startServer()
  operator = await operatorOf(server)
  tenant = await createNativeTenant(server, operator, 'Acme')
})
after(() => server.stop())

test('an organization is made, found, changed and listed page by page', async () => {
  const body = {
    name: 'Second',
    agency: 'one',
    properties: { a: 1, b: 2 },
    user: { name: 'B', email: 'b@example.com' },
  }
  const made = await mustJson<Item & { face: string }>(await operator('/organizations', jsonBody(body)), 201)
  assert.match(made.id, /^\d{19}$/)
  assert.match(made.face, /^[0-9A-Za-z]{20}$/)
  const path = `/organizations/${made.id}`
  const change = jsonBody({ name: 'Renamed', properties: { a: null, c: 3 } }, 'PATCH')
  const changed = await mustJson<object>(await operator(path, change), 200)
  assert.deepEqual(changed, { ...made, name: 'Renamed', properties: { b: 2, c: 3 } })
  assert.deepEqual(await mustJson(await operator(path), 200), changed)
  const first = await mustJson<Listed>(await operator('/organizations?limit=1'), 200)
  assert.equal(first.items[0]?.id, tenant.org)
  const rest = await mustJson<Listed>(await operator(`/organizations?cursor=${first.next ?? ''}`), 200)
  assert.deepEqual([...rest.items.map(({ id }) => id), rest.next], [made.id, null])
})

test('a removed organization is gone with its tokens, records and bytes', async () => {
  const gone = await createNativeTenant(server, operator, 'Gone')
  const large = 'g'.repeat(200_000)
  await put(gone.api, gone.contact, ['large.bin', large], ['small.txt', 'small'])
  await gone.api('/modules/Contacts/fields', jsonBody({ name: 'Papers' }))
  const form = new FormData()
  form.append('file', new File(['own'], 'own.txt'))
  await mustJson(await gone.api('/attachments', { method: 'POST', body: form }), 201)
  const before = blobsIn(server.folder)
  assert.equal((await operator(`/organizations/${gone.org}`, { method: 'DELETE' })).status, 204)
  await mustBeProblem(await operator(`/organizations/${gone.org}`), 404, 'not_found')
  await mustBeProblem(await operator(`/organizations/${gone.org}`, { method: 'DELETE' }), 404, 'not_found')
  await mustBeProblem(await gone.api(''), 401, 'unauthenticated')
  assert.equal(blobsIn(server.folder), before - 1)
  assert.deepEqual(rowsOf(server.folder, gone.org), [])
})

test('modules: the standard ones, one of its own, and its removal with all that it holds', async () => {
  const { api } = tenant
  const all = await mustJson<Listed<Item & { custom: boolean; records: number }>>(await api('/modules?limit=200'), 200)
  assert.equal(all.items.length, 18)
  const page = await mustJson<Listed>(await api('/modules?limit=17'), 200)
  const last = await mustJson<Listed>(await api(`/modules?limit=17&cursor=${page.next ?? ''}`), 200)
  assert.deepEqual([page.items.length, last.items.length, last.next], [17, 1, null])
  const made = await mustJson<object>(await api('/modules', jsonBody({ name: 'Site_Visits', singular: 'Visit' })), 201)
  const { id, ...facts } = made as Item
  const expected = { name: 'Site_Visits', singular: 'Visit', plural: 'Site Visits', custom: true, records: 0 }
  assert.deepEqual(facts, expected)
  const record = await newRecord(api, 'sitevisits', { name: 'One' })
  const [file] = await put(api, record, ['a.txt', 'a'])
  assert.deepEqual(await mustJson(await api('/modules/site visits'), 200), { id, ...expected, records: 1 })
  await mustBeProblem(await api('/modules', jsonBody({ name: 'SiteVisits' })), 409, 'conflict')
  assert.equal((await api('/modules/Site_Visits', { method: 'DELETE' })).status, 204)
  for (const path of ['/modules/Site_Visits', `/records/${record}`, `/attachments/${file?.id ?? ''}`])
    await mustBeProblem(await api(path), 404, 'not_found')
  await mustBeProblem(await api('/modules/Contacts', { method: 'DELETE' }), 409, 'conflict')
  await mustJson(await api('/modules', jsonBody({ name: 'Site_Visits' })), 201)
})

test('fields: made, found, changed, listed and removed', async () => {
  const { api } = tenant
  const body = { name: 'Passport Scan', acceptedTypes: ['pdf'], maxFiles: 2 }
  const made = await mustJson<Item & { key: string }>(await api('/modules/contacts/fields', jsonBody(body)), 201)
  assert.equal(made.key, 'contact.passport_scan')
  await mustBeProblem(await api('/modules/Contacts/fields', jsonBody(body)), 409, 'conflict')
  const path = `/fields/${made.id}`
  const changed = await mustJson<object>(await api(path, jsonBody({ name: 'Scan', position: 3 }, 'PATCH')), 200)
  assert.deepEqual(changed, { ...made, name: 'Scan', position: 3 })
  assert.deepEqual(await mustJson(await api(path), 200), changed)
  const listed = await mustJson<Listed>(await api('/modules/Contacts/fields'), 200)
  assert.deepEqual(listed, { items: [changed], next: null })
  assert.equal((await api(path, { method: 'DELETE' })).status, 204)
  await mustBeProblem(await api(path), 404, 'not_found')
})

test('usage tells what is attached and what is really kept, by module', async () => {
  const { api, contact } = await createNativeTenant(server, operator)
  await put(api, contact, ['a.txt', 'twice'], ['b.txt', 'twice'], ['c.txt', 'once'])
  const form = new FormData()
  form.append('file', new File(['own'], 'own.txt'))
  await api('/attachments', { method: 'POST', body: form })
  const usage = await mustJson<{ modules: readonly { module: string }[]; at: string }>(await api('/usage'), 200)
  const { modules, at, ...sums } = usage
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000)
  assert.deepEqual(sums, {
    ...{ records: 1, attachments: 4, bytes: 17, storedBytes: 12 },
    unfiled: { attachments: 1, bytes: 3 },
  })
  assert.deepEqual(
    modules.find(({ module }) => module === 'Contacts'),
    { module: 'Contacts', records: 1, attachments: 3, bytes: 14 },
  )
})

function blobsIn(folder: string): number {
  const entries = readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).length
}

/** Tables in which something of an organization is left. */
function rowsOf(folder: string, organization: string): string[] {
  const database = new Database(join(folder, 'catalog.db'), { readonly: true })
  try {
    const tables = database.prepare<[], { name: string }>("select name from sqlite_master where type = 'table'").all()
    return tables
      .map(({ name }) => name)
      .filter((name) => {
        const columns = database.pragma(`table_info("${name}")`) as { name: string }[]
        const column = name === 'organization' ? 'id' : 'organization'
        if (!columns.some((one) => one.name === column)) return false
        return database.prepare(`select 1 from "${name}" where "${column}" = ?`).get(organization) !== undefined
      })
  } finally {
    database.close()
  }
}
