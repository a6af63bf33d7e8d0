import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { form, rawFile, rawForm, UNICODE_NAME } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, insert, mustJson, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant
let attachments: string

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  attachments = `/Leads/${tenant.leadId}/Attachments`
})
after(() => server.stop())

async function uploaded(init: RequestInit, to = attachments): Promise<string> {
  const answer = await mustJson<{ data: { details: { id: string } }[] }>(await tenant.zoho(to, init), 200)
  return `${to}/${answer.data[0]?.details.id ?? ''}`
}

test('the bytes come with the headers that every SDK can read', async () => {
  const response = await tenant.zoho(
    await uploaded(form(['file', new File(['<svg/>'], 'a.svg', { type: 'image/svg+xml' })])),
  )
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'application/x-download;charset=UTF-8')
  assert.equal(response.headers.get('content-disposition'), "attachment; filename*=UTF-8''a.svg")
  assert.equal(response.headers.get('content-length'), '6')
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(response.headers.get('content-security-policy'), "default-src 'none'; sandbox")
  assert.match(response.headers.get('cache-control') ?? '', /no-store/)
  assert.equal(await response.text(), '<svg/>')
})

for (const [name, encoded] of [
  ["it's.txt", 'it%27s.txt'],
  ['a=b;c.txt', 'a%3Db%3Bc.txt'],
  ['(1)*!.txt', '%281%29%2A%21.txt'],
  ['50%.txt', '50%25.txt'],
  ['a b+c,d.txt', 'a%20b%2Bc%2Cd.txt'],
  ['a-b_c.d~e', 'a-b_c.d~e'],
  ['say %22hi%22.txt', 'say%20%22hi%22.txt'],
  [UNICODE_NAME, 'Angebot%20%E2%80%93%20%C3%9Cbersicht%20%E8%A6%8B%E7%A9%8D%E6%9B%B8%20%F0%9F%93%8E.txt'],
] as const) {
  test(`a file sent as ${name} is downloaded as ${encoded}`, async () => {
    const response = await tenant.zoho(await uploaded(rawForm(rawFile(name))))
    assert.equal(response.headers.get('content-disposition'), `attachment; filename*=UTF-8''${encoded}`)
    assert.equal(await response.text(), 'some bytes')
  })
}

for (const name of ['a.txt', 'a.json', 'a.xml', 'a.html', 'a.ico']) {
  test(`the type of ${name} is neither what its name nor what its sender says`, async () => {
    const path = await uploaded(form(['file', new File(['{}'], name, { type: 'text/html' })]))
    assert.equal((await tenant.zoho(path)).headers.get('content-type'), 'application/x-download;charset=UTF-8')
  })
}

test('HEAD says what GET would, without the bytes', async () => {
  const path = await uploaded(form(['file', new File(['0123456789'], 'head.txt')]))
  const response = await tenant.zoho(path, { method: 'HEAD' })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-length'), '10')
  assert.equal(response.headers.get('content-disposition'), "attachment; filename*=UTF-8''head.txt")
  assert.equal(await response.text(), '')
})

test('HEAD of a list and of an unknown attachment', async () => {
  await uploaded(form(['file', new File(['x'], 'x.txt')]))
  const list = await tenant.zoho(attachments, { method: 'HEAD' })
  assert.deepEqual([list.status, await list.text()], [200, ''])
  const unknown = await tenant.zoho(`${attachments}/1`, { method: 'HEAD' })
  assert.deepEqual([unknown.status, await unknown.text()], [204, ''])
})

test('an unknown attachment is 204: another id, another form, one of another record, a deleted one', async () => {
  const path = await uploaded(form(['file', new File(['mine'], 'mine.txt')]))
  const other = await insert(tenant.zoho, 'Leads', { Last_Name: 'Black' })
  const id = path.slice(path.lastIndexOf('/') + 1)
  const gone = await uploaded(form(['file', new File(['gone'], 'gone.txt')]))
  await mustJson(await tenant.zoho(gone, { method: 'DELETE' }), 200)
  const unknown = [
    `${attachments}/1000000000000000001`,
    `${attachments}/no-id`,
    `${attachments}/..%2f..%2fetc`,
    `/Leads/${other}/Attachments/${id}`,
    gone,
  ]
  for (const path of unknown) {
    const response = await tenant.zoho(path)
    assert.deepEqual([response.status, await response.text()], [204, ''], path)
    assert.equal(response.headers.get('content-type'), null)
  }
})
