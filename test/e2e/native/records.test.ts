/** Records through the native API. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  createNativeTenant,
  mustBeProblem,
  newRecord,
  operatorOf,
  put,
  type Item,
  type Listed,
  type NativeTenant,
} from './tenant.ts'
import { startServer, type Server } from '../support/server.ts'
import { jsonBody, mustJson } from '../support/tenant.ts'

let server: Server
let tenant: NativeTenant

before(async () => {
  server = await startServer()
  tenant = await createNativeTenant(server, await operatorOf(server))
})
after(() => server.stop())

interface RecordItem extends Item {
  readonly properties: object
  readonly values: object
  readonly entries: readonly { readonly attachment: string }[]
}

test('a record is made, found, changed and removed', async () => {
  const { api } = tenant
  const body = { properties: { firstName: 'Ada', lastName: 'Green', shoeSize: 38 } }
  const made = await mustJson<RecordItem>(await api('/modules/leads/records', jsonBody(body)), 201)
  const path = `/records/${made.id}`
  assert.deepEqual(await mustJson(await api(path), 200), { ...made, entries: [] })
  const change = jsonBody({ properties: { lastName: 'Brown', shoeSize: null } }, 'PATCH')
  const changed = await mustJson<RecordItem & { title: string }>(await api(path, change), 200)
  assert.equal(changed.title, 'Ada Brown')
  assert.deepEqual(changed.properties, { firstName: 'Ada', lastName: 'Brown' })
  const [file] = await put(api, made.id, ['a.txt', 'a'])
  assert.equal((await api(path, { method: 'DELETE' })).status, 204)
  for (const gone of [path, `/attachments/${file?.id ?? ''}`]) await mustBeProblem(await api(gone), 404, 'not_found')
  await mustBeProblem(await api(path, { method: 'DELETE' }), 404, 'not_found')
})

test('records are listed in pages, either way round, and searched', async () => {
  const { api } = tenant
  const ids: string[] = []
  for (const name of ['Ärger', 'Beta', 'Gamma']) ids.push(await newRecord(api, 'Deals', { name }))
  for (const [order, expected] of [
    ['asc', ids],
    ['desc', [...ids].reverse()],
  ] as const) {
    const found: string[] = []
    for (let next: string | null = ''; next !== null;) {
      const query: string = next === '' ? '' : `&cursor=${next}`
      const page = await mustJson<Listed>(await api(`/modules/Deals/records?limit=2&order=${order}${query}`), 200)
      found.push(...page.items.map(({ id }) => id))
      next = page.next
    }
    assert.deepEqual(found, expected)
  }
  const search = await mustJson<Listed>(await api(`/modules/Deals/records?search=${encodeURIComponent('äRG')}`), 200)
  assert.deepEqual(
    search.items.map(({ id }) => id),
    ids.slice(0, 1),
  )
})

test('values and files go into the fields of the module, and nowhere else', async () => {
  const { api, contact } = tenant
  const field = async (body: object) =>
    (await mustJson<Item>(await api('/modules/Contacts/fields', jsonBody(body)), 201)).id
  const papers = await field({ name: 'Papers' })
  const remarks = await field({ name: 'Remarks', type: 'text' })
  const [one, two] = await put(api, contact, ['1.txt', '1'], ['2.txt', '2'])
  const body = { values: { [remarks]: 'tall' }, files: { [papers]: [two?.id, one?.id] } }
  const changed = await mustJson<RecordItem>(await api(`/records/${contact}`, jsonBody(body, 'PATCH')), 200)
  assert.deepEqual(changed.values, { [remarks]: 'tall' })
  assert.deepEqual(
    changed.entries.map(({ attachment }) => attachment),
    [two?.id, one?.id],
  )
  const wrong = [
    { values: { [papers]: 'x' } },
    { files: { [remarks]: [] } },
    { values: { '1000000000000000001': 1 } },
    { files: { [papers]: ['1000000000000000001'] } },
  ]
  for (const body of wrong)
    await mustBeProblem(await api(`/records/${contact}`, jsonBody(body, 'PATCH')), 400, 'invalid_input')
  assert.deepEqual(await mustJson(await api(`/records/${contact}`), 200), changed)
})

test('bodies that do not fit are told place by place', async () => {
  const { api } = tenant
  const problem = await mustBeProblem(
    await api('/modules/Leads/records', jsonBody({ propertees: {}, values: { x: 1 } })),
    400,
    'invalid_input',
  )
  assert.deepEqual(problem.errors?.map(({ at }) => at).sort(), ['/properties', '/propertees', '/values/x'].sort())
  const deep = `{"properties":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
  for (const body of ['', 'no json', '[]', '7', deep])
    await mustBeProblem(await api('/modules/Leads/records', { method: 'POST', body }), 400, 'invalid_input')
  await mustBeProblem(
    await api('/modules/Leads/records', { method: 'POST', body: `"${'x'.repeat(2_000_000)}"` }),
    413,
    'too_large',
  )
})
