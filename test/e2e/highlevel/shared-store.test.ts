// One store, two languages: what came in through one is seen, put to use and removed through the other.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { contactOf, filesOf, upload, type Body } from '../../dialects/highlevel/forms.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, jsonBody, mustJson, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant

before(async () => {
  server = await startServer({ args: ['--log-level', 'warn'] })
  tenant = await createTenant(server)
})
after(() => server.stop())

const onContact = () => `/Contacts/${tenant.contact.zoho}/Attachments`

async function zohoUpload(path: string, bytes: string, name: string): Promise<string> {
  const form = new FormData()
  form.append('file', new Blob([bytes], { type: 'text/plain' }), name)
  const answer = await tenant.zoho(path, { method: 'POST', body: form })
  const { data } = await mustJson<{ data: { details: { id: string } }[] }>(answer, 200)
  return data[0]?.details.id ?? ''
}

async function put(value: unknown): Promise<{ status: number; body: Body }> {
  const change = jsonBody({ customFields: [{ id: tenant.fieldId, field_value: value }] }, 'PUT')
  const response = await tenant.highlevel(`/contacts/${tenant.contact.highlevel}`, change)
  return { status: response.status, body: (await response.json()) as Body }
}

test('a file of HighLevel is listed and downloaded through Zoho; deleted there, it is gone from field and link', async () => {
  const { body } = await upload(tenant, [
    { name: `${tenant.fieldId}_gone`, filename: 'gone.txt', bytes: 'soon gone' },
    { name: `${tenant.fieldId}_kept`, filename: 'kept.txt', bytes: 'kept' },
  ])
  const listed = await tenant.zoho(`${onContact()}?fields=id,File_Name`)
  const { data } = await mustJson<{ data: { id: string; File_Name: string }[] }>(listed, 200)
  const id = data.find(({ File_Name }) => File_Name === 'gone.txt')?.id ?? ''
  const path = `${onContact()}/${id}`
  assert.equal(await (await tenant.zoho(path)).text(), 'soon gone')
  await mustJson(await tenant.zoho(path, { method: 'DELETE' }), 200)
  assert.deepEqual(Object.keys(filesOf(await contactOf(tenant), tenant.fieldId)), ['kept'])
  const link = await fetch(filesOf(body.contact, tenant.fieldId)['gone']?.url ?? '')
  assert.equal(link.status, 404)
  assert.equal(((await link.json()) as Body).error, 'Not Found')
})

test('a file of Zoho opens in HighLevel once its URL is put into a field', async () => {
  const id = await zohoUpload(onContact(), 'from the other side', 'other.txt')
  const { status, body } = await put({ mine: { url: `${server.origin}/crm/v2${onContact()}/${id}` } })
  assert.equal(status, 200, JSON.stringify(body))
  const entry = filesOf(body.contact, tenant.fieldId)['mine']
  assert.match(entry?.documentId ?? '', /^[0-9A-Za-z]{20}$/)
  assert.equal(entry?.meta.originalname, 'other.txt')
  assert.equal(entry.meta.mimetype, 'text/plain')
  assert.equal(await (await fetch(entry.url)).text(), 'from the other side')
  await mustJson(await tenant.zoho(`${onContact()}/${id}`, { method: 'DELETE' }), 200)
  assert.deepEqual(filesOf(await contactOf(tenant), tenant.fieldId), {})
  assert.equal((await fetch(entry.url)).status, 404)
})

test('a file of Zoho on another record, by its URL alone', async () => {
  const path = `/Leads/${tenant.leadId}/Attachments`
  const id = await zohoUpload(path, 'of a lead', 'lead.txt')
  const { body } = await put(`${server.origin}/crm/v2${path}/${id}`)
  const [entry] = Object.values(filesOf(body.contact, tenant.fieldId))
  assert.equal(await (await fetch(entry?.url ?? '')).text(), 'of a lead')
})

test('an attachment of Zoho that is not there is an invalid URL', async () => {
  const { status, body } = await put(`${server.origin}/crm/v2${onContact()}/1111111111111111111`)
  assert.deepEqual([status, body.message], [400, 'Invalid URL'])
})

test('a file dropped from its field is still an attachment of the record', async () => {
  await upload(tenant, [{ name: `${tenant.fieldId}_1`, filename: 'dropped.txt', bytes: 'dropped' }])
  await put('')
  const listed = await tenant.zoho(`${onContact()}?fields=id,File_Name`)
  const { data } = await mustJson<{ data: { File_Name: string }[] }>(listed, 200)
  assert.ok(data.some(({ File_Name }) => File_Name === 'dropped.txt'))
})

test('a contact deleted through HighLevel takes its files along', async () => {
  const { contact } = await mustJson<Body>(
    await tenant.highlevel('/contacts/', jsonBody({ locationId: tenant.location, firstName: 'Short' })),
    201,
  )
  const other = { ...tenant, contact: { zoho: '', highlevel: contact.id } }
  const { body } = await upload(other, [{ name: `${tenant.fieldId}_1`, filename: 'a.txt', bytes: 'a' }])
  const url = filesOf(body.contact, tenant.fieldId)['1']?.url ?? ''
  assert.equal((await fetch(url)).status, 200)
  await mustJson(await tenant.highlevel(`/contacts/${contact.id}`, { method: 'DELETE' }), 200)
  assert.equal((await fetch(url)).status, 404)
})
