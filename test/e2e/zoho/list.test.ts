import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { form } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, insert, mustJson, type Tenant } from '../support/tenant.ts'

interface Listed {
  readonly data: readonly Readonly<Record<string, unknown>>[]
  readonly info: unknown
}

let server: Server
let tenant: Tenant
let attachments: string

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  attachments = `/Leads/${tenant.leadId}/Attachments`
  for (const name of ['1.txt', '2.txt', '3.txt', '4.txt'])
    await mustJson(await tenant.zoho(attachments, form(['file', new File([name.repeat(2)], name)])), 200)
  await mustJson(await tenant.zoho(attachments, form(['attachmentUrl', 'https://example.com/5'])), 200)
})
after(() => server.stop())

async function listed(query = ''): Promise<Listed> {
  return mustJson<Listed>(await tenant.zoho(attachments + query), 200)
}

function names({ data }: Listed): unknown[] {
  return data.map((row) => row['File_Name'])
}

const ALL = ['https://example.com/5', '4.txt', '3.txt', '2.txt', '1.txt']

test('a row has the keys of the v2 model, in its order', async () => {
  const { data } = await listed()
  const row = data[1] ?? {}
  assert.deepEqual(Object.keys(row), [
    'Owner',
    'Modified_Time',
    'File_Name',
    'Created_Time',
    'Size',
    'Parent_Id',
    '$editable',
    '$file_id',
    '$type',
    '$se_module',
    'Modified_By',
    '$state',
    'id',
    'Created_By',
    '$link_url',
  ])
  assert.deepEqual(Object.keys(row['Owner'] as object), ['name', 'id', 'email'])
  assert.deepEqual(Object.keys(row['Created_By'] as object), ['name', 'id'])
  assert.match(String(row['Created_Time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/)
  assert.match(String(row['id']), /^\d{19}$/)
  assert.match(String(row['$file_id']), /^[0-9A-Za-z]+$/)
  const { File_Name, Size, Parent_Id, $type, $se_module, $link_url } = row
  assert.deepEqual(
    { File_Name, Size, Parent_Id, $type, $se_module, $link_url },
    {
      File_Name: '4.txt',
      Size: '10',
      Parent_Id: { name: 'Brown', id: tenant.leadId },
      $type: 'Attachment',
      $se_module: 'Leads',
      $link_url: null,
    },
  )
})

test('newest first, with where the page stands', async () => {
  const all = await listed()
  assert.deepEqual(names(all), ALL)
  assert.deepEqual(all.info, { per_page: 200, count: 5, page: 1, more_records: false })
})

test('pages follow one another', async () => {
  const pages = [
    await listed('?page=1&per_page=2'),
    await listed('?page=2&per_page=2'),
    await listed('?page=3&per_page=2&'),
  ]
  assert.deepEqual(pages.map(names), [ALL.slice(0, 2), ALL.slice(2, 4), ALL.slice(4)])
  assert.deepEqual(
    pages.map(({ info }) => info),
    [
      { per_page: 2, count: 2, page: 1, more_records: true },
      { per_page: 2, count: 2, page: 2, more_records: true },
      { per_page: 2, count: 1, page: 3, more_records: false },
    ],
  )
})

test('a page that ends with the last row has no more records', async () => {
  assert.deepEqual((await listed('?per_page=5')).info, { per_page: 5, count: 5, page: 1, more_records: false })
})

for (const query of ['?page=2', '?page=4&per_page=2', '?page=999999999']) {
  test(`past the end (${query}) there is nothing: 204`, async () => {
    const response = await tenant.zoho(attachments + query)
    assert.equal(response.status, 204)
    assert.equal(response.headers.get('content-type'), null)
    assert.equal(await response.text(), '')
  })
}

for (const [query, perPage] of [
  ['?per_page=1000', 200],
  ['?per_page=none', 200],
  ['?per_page=0', 1],
  ['?per_page=-3&page=-1', 1],
] as const) {
  test(`${query} is read as ${String(perPage)} rows of the first page`, async () => {
    const { info } = await listed(query)
    const { per_page, page } = info as { per_page: number; page: number }
    assert.deepEqual([per_page, page], [perPage, 1])
  })
}

test('fields= leaves only those, and the id', async () => {
  const { data } = await listed('?fields=File_Name,%20Size,Unheard_Of')
  assert.deepEqual(Object.keys(data[0] ?? {}).sort(), ['File_Name', 'Size', 'id'])
  assert.deepEqual(names({ data, info: null }), ALL)
})

test('parameters and headers that mean nothing here change nothing', async () => {
  const response = await tenant.zoho(`${attachments}?unheard=of&x&`, {
    headers: { 'if-modified-since': '2099-01-01T00:00:00+00:00', 'x-zoho-sdk': 'linux/6.1/nodejs-2.0/v20:6.1.0' },
  })
  assert.deepEqual(names(await mustJson<Listed>(response, 200)), ALL)
})

test('a record without attachments answers 204', async () => {
  const lead = await insert(tenant.zoho, 'Leads', { Last_Name: 'White' })
  const response = await tenant.zoho(`/Leads/${lead}/Attachments`)
  assert.deepEqual([response.status, await response.text()], [204, ''])
})
