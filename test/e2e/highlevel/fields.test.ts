// Custom fields, the location, and the upload that attaches before a field is written.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { filesOf, formBody, upload, type Body, type FormPart } from '../../dialects/highlevel/forms.ts'
import { pdf, png } from '../../dialects/highlevel/samples.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, HIGHLEVEL_SCOPES, jsonBody, mustJson, type Tenant } from '../support/tenant.ts'

interface CustomField {
  readonly [name: string]: unknown
  readonly id: string
  readonly fieldKey: string
}

let server: Server
let tenant: Tenant
let stranger: Tenant

before(async () => {
  server = await startServer({ args: ['--log-level', 'warn'] })
  tenant = await createTenant(server)
  stranger = await createTenant(server, 'Stranger')
})
after(() => server.stop())

const all = () => `/locations/${tenant.location}/customFields`

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }> {
  const response = await tenant.highlevel(path, body === undefined ? { method } : jsonBody(body, method))
  return { status: response.status, body: (await response.json()) as Body }
}

async function create(body: object): Promise<CustomField> {
  const answer = await call('POST', all(), body)
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body['customField'] as CustomField
}

const listed = async (query = '') => (await call('GET', all() + query)).body['customFields'] as CustomField[]

describe('a custom field', () => {
  test('is created under one set of names and shown under another', async () => {
    const field = await create({
      name: 'Passport Scan',
      dataType: 'FILE_UPLOAD',
      placeholder: 'Drop it here',
      acceptedFormat: ['.pdf', 'JPG'],
      isMultipleFile: true,
      maxNumberOfFiles: 4,
      position: 3,
      model: 'contact',
    })
    assert.match(field.id, /^[0-9A-Za-z]{20}$/)
    assert.deepEqual(field, {
      id: field.id,
      name: 'Passport Scan',
      fieldKey: 'contact.passport_scan',
      placeholder: 'Drop it here',
      dataType: 'FILE_UPLOAD',
      position: 3,
      picklistOptions: [],
      picklistImageOptions: [],
      isAllowedCustomOption: false,
      isMultiFileAllowed: true,
      maxFileLimit: 4,
      acceptedFormat: ['.pdf', '.jpg'],
      locationId: tenant.location,
      model: 'contact',
    })
    const read = await call('GET', `${all()}/${field.id}`)
    assert.deepEqual([read.status, read.body['customField']], [200, field])
  })

  test('takes 15 files unless it says otherwise, and one when it is for single files', async () => {
    const limit = async (more: object) =>
      (await create({ name: 'F', dataType: 'FILE_UPLOAD', ...more }))['maxFileLimit']
    assert.equal(await limit({}), 15)
    assert.equal(await limit({ isMultipleFile: true }), 15)
    assert.equal(await limit({ maxNumberOfFiles: 2 }), 2)
    assert.equal(await limit({ isMultipleFile: false, maxNumberOfFiles: 5 }), 1)
  })

  test('of a taken name gets a number behind its key; a key that was asked for is taken as it is', async () => {
    const keys = [await create({ name: 'Twin', dataType: 'TEXT' }), await create({ name: 'twin!', dataType: 'TEXT' })]
    assert.deepEqual(
      keys.map(({ fieldKey }) => fieldKey),
      ['contact.twin', 'contact.twin_1'],
    )
    const asked = { name: 'Other', dataType: 'TEXT', fieldKey: 'contact.mine' }
    assert.equal((await create(asked)).fieldKey, 'contact.mine')
    assert.equal((await call('POST', all(), asked)).status, 400)
  })

  test('of opportunities is listed apart, and takes no files of a contact', async () => {
    const field = await create({ name: 'Contract', dataType: 'FILE_UPLOAD', model: 'opportunity' })
    assert.equal(field.fieldKey, 'opportunity.contract')
    assert.equal(field['model'], 'opportunity')
    const ids = (fields: CustomField[]) => fields.map(({ id }) => id)
    assert.ok(!ids(await listed()).includes(field.id))
    assert.ok(ids(await listed('?model=opportunity')).includes(field.id))
    const both = ids(await listed('?model=all'))
    assert.ok(both.includes(field.id) && both.includes(tenant.fieldId))
    const { status } = await upload(tenant, [{ name: `${field.id}_1`, filename: 'a.txt', bytes: 'a' }])
    assert.equal(status, 400)
  })

  test('is changed in what the request names', async () => {
    const field = await create({ name: 'Before', dataType: 'FILE_UPLOAD', acceptedFormat: ['.pdf'] })
    const changed = await call('PUT', `${all()}/${field.id}`, { name: 'After', maxNumberOfFiles: 2 })
    assert.equal(changed.status, 200)
    assert.deepEqual(changed.body['customField'], { ...field, name: 'After', maxFileLimit: 2 })
  })

  test('is removed, and its files stay on the record', async () => {
    const field = await create({ name: 'Gone', dataType: 'FILE_UPLOAD' })
    const { body } = await upload(tenant, [{ name: `${field.id}_1`, filename: 'a.txt', bytes: 'stays' }])
    const url = filesOf(body.contact, field.id)['1']?.url ?? ''
    const removed = await call('DELETE', `${all()}/${field.id}`)
    assert.deepEqual([removed.status, removed.body['succeded']], [200, true])
    for (const method of ['GET', 'PUT', 'DELETE'])
      assert.equal(
        (await call(method, `${all()}/${field.id}`, method === 'PUT' ? { name: 'x' } : undefined)).status,
        400,
      )
    assert.equal(await (await fetch(url)).text(), 'stays')
  })

  test("of another location is not found, and another location's path is forbidden", async () => {
    for (const [method, body] of [['GET'], ['PUT', { name: 'x' }], ['DELETE']] as const) {
      const unfound = await call(method, `${all()}/${stranger.fieldId}`, body)
      assert.deepEqual(
        [unfound.status, unfound.body.message],
        [400, `Custom field with id ${stranger.fieldId} not found`],
      )
      const path = `/locations/${stranger.location}/customFields/${stranger.fieldId}`
      assert.equal((await call(method, path, body)).status, 403)
    }
    assert.equal((await call('GET', `/locations/${stranger.location}/customFields`)).status, 403)
    assert.equal((await call('POST', `/locations/${stranger.location}/customFields`, {})).status, 403)
  })

  test('that is wrong is refused in a sentence for each mistake', async () => {
    const { status, body } = await call('POST', all(), { dataType: 'FILE', acceptedFormat: ['.exe'], position: 'x' })
    assert.equal(status, 422)
    const messages = [...body.message].sort()
    assert.match(messages[0] ?? '', /^dataType must be one of the following values: TEXT, /)
    assert.match(messages[1] ?? '', /^each value in acceptedFormat must be one of .*\.pdf, \.docx/)
    assert.deepEqual(messages.slice(2), [
      "name can't be empty",
      'name must be a string',
      'position must be a number conforming to the specified constraints',
    ])
  })
})

describe('the location', () => {
  test('is read by its own token and by one of its agency, and by nobody else', async () => {
    const { status, body } = await call('GET', `/locations/${tenant.location}`)
    assert.equal(status, 200)
    const location = body['location'] as Record<string, unknown>
    assert.deepEqual([location['id'], location['name']], [tenant.location, 'A tenant'])
    assert.match(String(location['companyId']), /^[0-9A-Za-z]{20}$/)
    assert.equal((location['settings'] as Record<string, unknown>)['allowDuplicateContact'], false)
    const made = ['token', 'create', '--agency', tenant.agency, '--kind', 'private', '--scope', HIGHLEVEL_SCOPES]
    const { token } = await server.cli<{ token: string }>(...made)
    const headers = { authorization: `Bearer ${token}` }
    const read = async (path: string) => (await tenant.highlevel(path, { headers })).status
    assert.equal(await read(`/locations/${tenant.location}`), 200)
    assert.equal(await read(`/locations/${stranger.location}`), 403)
    assert.equal(await read('/locations/ve9EPM428h8vShlRW1KT'), 403)
    assert.equal(await read(all()), 401)
    assert.equal((await call('GET', `/locations/${stranger.location}`)).status, 403)
  })
})

describe('customFields/upload', () => {
  const send = async (parts: readonly FormPart[]) => {
    const response = await tenant.highlevel(`${all()}/upload`, formBody(parts))
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const file = (name: string): FormPart => ({ name, filename: 'scan.pdf', type: 'application/pdf', bytes: pdf })

  test('answers URLs, keeps the file on the contact, and a PUT puts that same document into the field', async () => {
    const id = { name: 'id', bytes: tenant.contact.highlevel }
    for (const parts of [
      [id, file(`${tenant.fieldId}_u`)],
      [file('scan.pdf'), id],
    ]) {
      const { status, body } = await send(parts)
      assert.equal(status, 200)
      const url = (body['uploadedFiles'] as Record<string, string>)['scan.pdf'] ?? ''
      const fieldname = parts.find((part) => 'filename' in part)?.name
      const meta = {
        fieldname,
        originalname: 'scan.pdf',
        encoding: '7bit',
        mimetype: 'application/pdf',
        size: pdf.length,
      }
      assert.deepEqual(body['meta'], [{ ...meta, url }])
      const path = `/contacts/${tenant.contact.highlevel}`
      const before = filesOf((await call('GET', path)).body.contact, tenant.fieldId)
      assert.ok(!Object.values(before).some((entry) => entry.url === url))
      const change = { customFields: [{ id: tenant.fieldId, field_value: { u: { name: 'scan.pdf', url } } }] }
      const put = await call('PUT', path, change)
      assert.equal(filesOf(put.body.contact, tenant.fieldId)['u']?.url, url)
      assert.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), pdf)
    }
    const attachments = await tenant.zoho(`/Contacts/${tenant.contact.zoho}/Attachments?fields=id`)
    assert.equal((await mustJson<{ data: unknown[] }>(attachments, 200)).data.length, 2 + earlier)
  })
  /** What the test of a removed field left on the contact. */
  const earlier = 1

  test('without a contact leaves the file with the location', async () => {
    for (const id of [undefined, tenant.fieldId, 'nobody', stranger.contact.highlevel]) {
      const parts = id === undefined ? [] : [{ name: 'id', bytes: id }]
      const { status, body } = await send([...parts, { name: 'maxFiles', bytes: '15' }, file('a')])
      assert.equal(status, 200)
      const [url = ''] = Object.values(body['uploadedFiles'] as Record<string, string>)
      assert.equal((await fetch(url)).status, 200)
    }
  })

  test("keeps to the form's own limit, to the list of types, and to the named field's formats", async () => {
    const { id } = await create({ name: 'Only pictures', dataType: 'FILE_UPLOAD', acceptedFormat: ['.png'] })
    const picture = { name: 'b', filename: 'a.png', bytes: png }
    assert.equal((await send([file('a'), file('b'), { name: 'maxFiles', bytes: '1' }])).status, 400)
    assert.equal((await send([{ ...file('a'), filename: 'a.exe' }])).status, 400)
    assert.equal((await send([file(`${id}_1`)])).status, 400)
    assert.equal((await send([file('a'), { name: 'id', bytes: id }])).status, 400)
    assert.equal((await send([picture, { name: 'id', bytes: id }])).status, 200)
    assert.equal((await send([{ name: 'id', bytes: id }])).status, 400)
  })

  test("is closed to another location's path", async () => {
    const path = `/locations/${stranger.location}/customFields/upload`
    assert.equal((await tenant.highlevel(path, formBody([file('a')]))).status, 403)
  })
})
