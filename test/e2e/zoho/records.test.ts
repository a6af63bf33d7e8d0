import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { mustRefuse } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, insert, mustJson, type Tenant } from '../support/tenant.ts'

interface Written {
  readonly data: readonly {
    readonly code: string
    readonly message: string
    readonly status: string
    readonly details: Readonly<Record<string, unknown>>
  }[]
}
type Row = Readonly<Record<string, unknown>>

let server: Server
let tenant: Tenant

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
})
after(() => server.stop())

const UNKNOWN = '1000000000000000001'
const NO_BODY =
  '{"code":"INVALID_DATA","details":{"expected_data_type":"jsonobject"},"message":"body","status":"error"}\n'

/** As the SDKs send it: JSON without a Content-Type. */
function json(body: unknown, method = 'POST'): RequestInit {
  return { method, body: Buffer.from(JSON.stringify(body)) }
}

async function rowOf(id: string, module = 'Leads'): Promise<Row | undefined> {
  const response = await tenant.zoho(`/${module}/${id}`)
  if (response.status === 204) return undefined
  return (await mustJson<{ data: Row[] }>(response, 200)).data[0]
}

test('insert: 201, and the answer key by key', async () => {
  const sent = json({ data: [{ Last_Name: 'Blue', First_Name: 'Ann', Company: 'Blue & Co', Odd_Field: { a: [1] } }] })
  const { data } = await mustJson<Written>(await tenant.zoho('/Leads', sent), 201)
  const [item] = data
  assert.deepEqual(Object.keys(item ?? {}), ['code', 'details', 'message', 'status'])
  assert.deepEqual([item?.code, item?.message, item?.status], ['SUCCESS', 'record added', 'success'])
  assert.deepEqual(Object.keys(item?.details ?? {}), [
    'Modified_Time',
    'Modified_By',
    'Created_Time',
    'id',
    'Created_By',
  ])
  const row = await rowOf(String(item?.details['id']))
  assert.deepEqual(
    [row?.['Last_Name'], row?.['First_Name'], row?.['Full_Name'], row?.['Company'], row?.['Odd_Field']],
    ['Blue', 'Ann', 'Ann Blue', 'Blue & Co', { a: [1] }],
  )
})

test('insert: some good, some bad is 207, in their order', async () => {
  const sent = json({ data: [{ Last_Name: 'Good' }, { First_Name: 'Without' }, { Last_Name: ' ' }, 'no object'] })
  const { data } = await mustJson<Written>(await tenant.zoho('/Leads', sent), 207)
  const missing = {
    code: 'MANDATORY_NOT_FOUND',
    details: { api_name: 'Last_Name' },
    message: 'required field not found',
    status: 'error',
  }
  assert.equal(data[0]?.code, 'SUCCESS')
  assert.deepEqual(data.slice(1, 3), [missing, missing])
  assert.deepEqual([data[3]?.code, data[3]?.status], ['INVALID_DATA', 'error'])
})

test('insert: all bad is 400, with one item each', async () => {
  const { data } = await mustJson<Written>(await tenant.zoho('/Leads', json({ data: [{}, { Company: 'x' }] })), 400)
  assert.deepEqual(
    data.map(({ code }) => code),
    ['MANDATORY_NOT_FOUND', 'MANDATORY_NOT_FOUND'],
  )
})

for (const [what, init] of [
  ['no body', { method: 'POST' }],
  ['an empty body', { method: 'POST', body: '' }],
  ['a body that is no JSON', { method: 'POST', body: '{"data":[' }],
  ['no data', json({})],
  ['an empty data', json({ data: [] })],
  ['a list', json([{ Last_Name: 'x' }])],
  ['a form', { method: 'POST', body: new URLSearchParams({ data: '1' }) }],
] as const) {
  test(`insert: ${what} is answered in v2's own words`, async () => {
    const response = await tenant.zoho('/Leads', init)
    assert.deepEqual([response.status, await response.text()], [400, NO_BODY])
  })
}

test('insert: 100 records go in one call, 101 do not', async () => {
  const records = (count: number) => json({ data: Array.from({ length: count }, () => ({ Name: 'one of many' })) })
  const { data } = await mustJson<Written>(await tenant.zoho(`/${tenant.module}`, records(100)), 201)
  assert.equal(new Set(data.map(({ details }) => details['id'])).size, 100)
  const refused = await tenant.zoho(`/${tenant.module}`, records(101))
  assert.equal(refused.status, 400)
  const page = await mustJson<{ info: unknown }>(await tenant.zoho(`/${tenant.module}`), 200)
  assert.deepEqual(page.info, { per_page: 200, count: 100, page: 1, more_records: false })
})

test('what only the server writes cannot be written', async () => {
  const id = await insert(tenant.zoho, 'Leads', { Last_Name: 'Own', id: UNKNOWN, Owner: { id: '1' }, $editable: false })
  const row = await rowOf(id)
  assert.equal(row?.['id'], id)
  assert.equal(row['$editable'], true)
  assert.notDeepEqual(row['Owner'], { id: '1' })
})

test('list: pages, order, fields and ids', async () => {
  const ids: string[] = []
  for (const name of ['a', 'b', 'c']) ids.push(await insert(tenant.zoho, 'Deals', { Deal_Name: name }))
  const names = async (query: string) => {
    const { data } = await mustJson<{ data: Row[] }>(await tenant.zoho(`/Deals${query}`), 200)
    return data.map((row) => row['Deal_Name'])
  }
  assert.deepEqual(await names(''), ['c', 'b', 'a'])
  assert.deepEqual(await names('?sort_by=Created_Time&sort_order=asc'), ['a', 'b', 'c'])
  assert.deepEqual(await names('?page=2&per_page=2'), ['a'])
  assert.deepEqual(await names(`?ids=${ids[2] ?? ''},${UNKNOWN},${ids[0] ?? ''}`), ['c', 'a'])
  const { data } = await mustJson<{ data: Row[] }>(await tenant.zoho('/Deals?fields=Deal_Name'), 200)
  assert.deepEqual(Object.keys(data[0] ?? {}).sort(), ['Deal_Name', 'id'])
  assert.equal((await tenant.zoho('/Deals?page=3')).status, 204)
  assert.equal((await tenant.zoho(`/Deals?ids=${UNKNOWN}`)).status, 204)
  assert.equal((await tenant.zoho('/Campaigns')).status, 204)
})

test('get: an unknown record is 204, one of another module too', async () => {
  for (const path of [`/Leads/${UNKNOWN}`, '/Leads/no-id', `/Accounts/${tenant.leadId}`]) {
    const response = await tenant.zoho(path)
    assert.deepEqual([response.status, await response.text()], [204, ''], path)
  }
})

test('update one: the rest stays, null clears', async () => {
  const id = await insert(tenant.zoho, 'Leads', { Last_Name: 'Before', Company: 'Kept', Phone: '1' })
  const sent = json({ data: [{ Last_Name: 'After', Phone: null }] }, 'PUT')
  const { data } = await mustJson<Written>(await tenant.zoho(`/Leads/${id}`, sent), 200)
  assert.deepEqual([data[0]?.code, data[0]?.message, data[0]?.details['id']], ['SUCCESS', 'record updated', id])
  const row = await rowOf(id)
  assert.deepEqual([row?.['Last_Name'], row?.['Company'], row?.['Phone'] ?? null], ['After', 'Kept', null])
})

test('update one: what else the body holds is not written over it', async () => {
  const id = await insert(tenant.zoho, 'Leads', { Last_Name: 'One' })
  const body = { method: 'PUT', body: JSON.stringify({ data: [{ City: 'Oslo' }, { City: 'Bergen' }] }) }
  const { data } = await mustJson<Written>(await tenant.zoho(`/Leads/${id}`, body), 207)
  assert.deepEqual(
    data.map(({ code }) => code),
    ['SUCCESS', 'INVALID_DATA'],
  )
  assert.equal((await rowOf(id))?.['City'], 'Oslo')
})

test('update many: each by its own id', async () => {
  const [a, b] = [
    await insert(tenant.zoho, 'Leads', { Last_Name: 'A' }),
    await insert(tenant.zoho, 'Leads', { Last_Name: 'B' }),
  ]
  const sent = json(
    { data: [{ id: b, City: 'Bonn' }, { id: UNKNOWN, City: 'X' }, { City: 'X' }, { id: a, City: 'Aix' }] },
    'PUT',
  )
  const { data } = await mustJson<Written>(await tenant.zoho('/Leads', sent), 207)
  assert.deepEqual(
    data.map(({ code, details, message }) => [code, details['id'] ?? details['api_name'], message]),
    [
      ['SUCCESS', b, 'record updated'],
      ['INVALID_DATA', UNKNOWN, 'the id given seems to be invalid'],
      ['MANDATORY_NOT_FOUND', 'id', 'required field not found'],
      ['SUCCESS', a, 'record updated'],
    ],
  )
  assert.deepEqual([(await rowOf(a))?.['City'], (await rowOf(b))?.['City']], ['Aix', 'Bonn'])
})

test('update of an unknown record: 400', async () => {
  const response = await tenant.zoho(`/Leads/${UNKNOWN}`, json({ data: [{ City: 'X' }] }, 'PUT'))
  const { data } = await mustJson<Written>(response, 400)
  assert.deepEqual([data[0]?.code, data[0]?.message], ['INVALID_DATA', 'the id given seems to be invalid'])
})

test('delete one, and once only', async () => {
  const id = await insert(tenant.zoho, 'Leads', { Last_Name: 'Gone' })
  assert.deepEqual(await mustJson(await tenant.zoho(`/Leads/${id}`, { method: 'DELETE' }), 200), {
    data: [{ code: 'SUCCESS', details: { id }, message: 'record deleted', status: 'success' }],
  })
  assert.equal(await rowOf(id), undefined)
  const { data } = await mustJson<Written>(await tenant.zoho(`/Leads/${id}`, { method: 'DELETE' }), 400)
  assert.deepEqual([data[0]?.code, data[0]?.message], ['INVALID_DATA', 'the id given seems to be invalid'])
})

test('delete many: unknown ids fail alone, missing ids delete nothing', async () => {
  const id = await insert(tenant.zoho, 'Leads', { Last_Name: 'Gone' })
  const { data } = await mustJson<Written>(
    await tenant.zoho(`/Leads?ids=${UNKNOWN}%2C${id}`, { method: 'DELETE' }),
    200,
  )
  assert.deepEqual(
    data.map(({ code, details }) => [code, details['id']]),
    [
      ['INVALID_DATA', UNKNOWN],
      ['SUCCESS', id],
    ],
  )
  await mustRefuse(await tenant.zoho('/Leads', { method: 'DELETE' }), {
    status: 400,
    code: 'REQUIRED_PARAM_MISSING',
    message: 'One of the expected parameter is missing',
    details: { param_name: 'ids' },
  })
  assert.notEqual(await rowOf(tenant.leadId), undefined)
})
