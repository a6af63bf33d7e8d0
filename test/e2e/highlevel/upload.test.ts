// POST /forms/upload-custom-files over a socket: what it answers, what it leaves in the fields, and what it does not.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  contactOf,
  filesOf,
  formBody,
  upload,
  uploadPath,
  type Body,
  type FileEntry,
} from '../../dialects/highlevel/forms.ts'
import { pdf, png } from '../../dialects/highlevel/samples.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, jsonBody, mustJson, type Tenant } from '../support/tenant.ts'

const MiB = 1_048_576

let server: Server
let tenant: Tenant
let stranger: Tenant
let field: string
let other: string

before(async () => {
  server = await startServer({ args: ['--log-level', 'warn'] })
  tenant = await createTenant(server)
  stranger = await createTenant(server, 'Stranger')
})
after(() => server.stop())

beforeEach(async () => {
  field = await makeField({ name: 'Papers', dataType: 'FILE_UPLOAD', isMultipleFile: true, maxNumberOfFiles: 5 })
  other = await makeField({ name: 'Pictures', dataType: 'FILE_UPLOAD', acceptedFormat: ['.PNG', 'jpg'] })
})

async function makeField(body: object): Promise<string> {
  const answer = await tenant.highlevel(`/locations/${tenant.location}/customFields`, jsonBody(body))
  return (await mustJson<{ customField: { id: string } }>(answer, 201)).customField.id
}

const text = (name: string, filename: string, bytes = name) => ({ name, filename, type: 'text/plain', bytes })

async function bytesAt(entry: FileEntry | undefined): Promise<Buffer> {
  const response = await fetch(entry?.url ?? '')
  assert.equal(response.status, 200)
  return Buffer.from(await response.arrayBuffer())
}

describe('the answer', () => {
  test('is the updated contact, with the file as the reference has it', async () => {
    const { status, body } = await upload(tenant, [
      { name: `${field}_first`, filename: 'scan.pdf', type: 'application/pdf', bytes: pdf },
    ])
    assert.equal(status, 200)
    assert.deepEqual(Object.keys(body), ['succeded', 'contact', 'traceId'])
    assert.equal(body['succeded'], true)
    assert.match(body.traceId, /^[0-9a-f-]{36}$/)
    assert.equal(body.contact.id, tenant.contact.highlevel)
    assert.equal(body.contact['locationId'], tenant.location)
    assert.equal(body.contact['email'], 'ada.green@example.com')
    const entry = filesOf(body.contact, field)['first']
    assert.deepEqual(entry?.meta, {
      fieldname: field,
      originalname: 'scan.pdf',
      encoding: '7bit',
      mimetype: 'application/pdf',
      size: pdf.length,
      uuid: 'first',
    })
    assert.match(entry.documentId ?? '', /^[0-9A-Za-z]{20}$/)
    assert.equal(entry.url, `${server.origin}/documents/download/${String(entry.documentId)}`)
    assert.deepEqual(await contactOf(tenant), body.contact)
  })

  test('names the file id that the server made for a bare field id', async () => {
    const { body } = await upload(tenant, [text(field, 'a.txt'), text(field, 'b.txt', 'b')])
    const files = filesOf(body.contact, field)
    assert.equal(Object.keys(files).length, 2)
    for (const [id, entry] of Object.entries(files)) {
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4/)
      assert.equal(entry.meta.uuid, id)
    }
  })

  test('keeps everything behind the first underscore as the file id', async () => {
    const { body } = await upload(tenant, [text(`${field}_a_b-1`, 'a.txt')])
    assert.deepEqual(Object.keys(filesOf(body.contact, field)), ['a_b-1'])
  })

  test('takes __proto__ for a file id like any other', async () => {
    const { status, body } = await upload(tenant, [text(`${field}___proto__`, 'a.txt')])
    assert.equal(status, 200)
    assert.ok(Object.hasOwn(filesOf(body.contact, field), '__proto__'))
  })
})

describe('several files', () => {
  test('go into one field and into several, text parts beside them ignored', async () => {
    const { status, body } = await upload(tenant, [
      { name: 'contactId', bytes: 'somebody-else' },
      text(`${field}_1`, 'one.txt'),
      { name: `${other}_1`, filename: 'dot.png', type: 'image/png', bytes: png },
      { name: 'locationId', bytes: 'somewhere-else' },
      text(`${field}_2`, 'two.txt'),
    ])
    assert.equal(status, 200)
    assert.deepEqual(Object.keys(filesOf(body.contact, field)), ['1', '2'])
    assert.deepEqual(Object.keys(filesOf(body.contact, other)), ['1'])
    assert.deepEqual(await bytesAt(filesOf(body.contact, other)['1']), png)
  })

  test('of one name are both kept', async () => {
    const { body } = await upload(tenant, [text(`${field}_1`, 'a.txt', 'a'), text(`${field}_1`, 'b.txt', 'b')])
    const names = Object.values(filesOf(body.contact, field)).map(({ meta }) => meta.originalname)
    assert.deepEqual(names.sort(), ['a.txt', 'b.txt'])
  })

  test('are all refused when one is', async () => {
    const before = await contactOf(tenant)
    const { status, body } = await upload(tenant, [
      text(`${field}_1`, 'one.txt'),
      { name: `${other}_1`, filename: 'paper.pdf', type: 'application/pdf', bytes: pdf },
    ])
    assert.equal(status, 400)
    assert.match(String(body.message), /^part 2 .* takes only PNG, JPG\.$/)
    assert.deepEqual(await contactOf(tenant), before)
  })

  test('more than the field takes are refused', async () => {
    const parts = ['1', '2', '3', '4', '5', '6'].map((id) => text(`${field}_${id}`, `${id}.txt`))
    const { status, body } = await upload(tenant, parts)
    assert.equal(status, 400)
    assert.match(String(body.message), /^part 6 .* at most 5 /)
    assert.deepEqual(filesOf(await contactOf(tenant), field), {})
  })
})

describe('a second upload', () => {
  test("replaces the field's value, leaves other fields alone and the old document open", async () => {
    const first = await upload(tenant, [
      text(`${field}_1`, 'one.txt'),
      { name: `${other}_1`, filename: 'a.png', bytes: png },
    ])
    const second = await upload(tenant, [text(`${field}_2`, 'two.txt')])
    assert.deepEqual(Object.keys(filesOf(second.body.contact, field)), ['2'])
    assert.deepEqual(filesOf(second.body.contact, other), filesOf(first.body.contact, other))
    assert.equal((await bytesAt(filesOf(first.body.contact, field)['1'])).toString(), `${field}_1`)
  })

  test('of the same file id and bytes changes nothing', async () => {
    const first = await upload(tenant, [text(`${field}_1`, 'one.txt')])
    const again = await upload(tenant, [text(`${field}_1`, 'one.txt')])
    assert.equal(again.status, 200)
    assert.deepEqual(filesOf(again.body.contact, field), filesOf(first.body.contact, field))
  })

  test('of the same file id with other bytes is a new document', async () => {
    const first = await upload(tenant, [text(`${field}_1`, 'one.txt', 'old')])
    const again = await upload(tenant, [text(`${field}_1`, 'one.txt', 'new')])
    const [old, fresh] = [first, again].map(({ body }) => filesOf(body.contact, field)['1'])
    assert.notEqual(fresh?.documentId, old?.documentId)
    assert.equal((await bytesAt(fresh)).toString(), 'new')
    assert.equal((await bytesAt(old)).toString(), 'old')
  })

  test('can be merged with the first by a PUT of both maps', async () => {
    const first = await upload(tenant, [text(`${field}_1`, 'one.txt')])
    const second = await upload(tenant, [text(`${field}_2`, 'two.txt')])
    const both = { ...filesOf(first.body.contact, field), ...filesOf(second.body.contact, field) }
    const put = await tenant.highlevel(
      `/contacts/${tenant.contact.highlevel}`,
      jsonBody({ customFields: [{ id: field, field_value: both }] }, 'PUT'),
    )
    assert.deepEqual(filesOf((await mustJson<Body>(put, 200)).contact, field), both)
  })
})

describe('names and sizes', () => {
  test('a name of many scripts and an empty file come out unchanged', async () => {
    const name = 'Angebot – Übersicht 見積書 📎.txt'
    const { body } = await upload(tenant, [text(`${field}_1`, name, ''), text(`${field}_2`, name, 'x')])
    const files = filesOf(body.contact, field)
    assert.equal(files['1']?.meta.originalname, name)
    assert.equal(files['1'].meta.size, 0)
    assert.equal((await bytesAt(files['1'])).length, 0)
    const download = await fetch(files['2']?.url ?? '')
    const disposition = download.headers.get('content-disposition') ?? ''
    assert.match(disposition, /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''/)
    assert.equal(decodeURIComponent(disposition.split("UTF-8''")[1] ?? ''), name)
    assert.equal(await download.text(), 'x')
  })

  test('folders in a name are cut off', async () => {
    const { body } = await upload(tenant, [
      text(`${field}_1`, '../../etc/passwd.txt'),
      text(`${field}_2`, 'C:/a/b.txt'),
    ])
    const names = Object.values(filesOf(body.contact, field)).map(({ meta }) => meta.originalname)
    assert.deepEqual(names, ['passwd.txt', 'b.txt'])
  })

  test('a file of exactly 50 MiB goes in and comes out; one byte more is refused', async () => {
    const bytes = Buffer.alloc(50 * MiB, 'fifty ')
    const { status, body } = await upload(tenant, [{ name: `${field}_1`, filename: 'a.txt', bytes }])
    assert.equal(status, 200)
    const back = await bytesAt(filesOf(body.contact, field)['1'])
    assert.equal(sha256(back), sha256(bytes))
    const more = await upload(tenant, [
      { name: `${field}_2`, filename: 'a.txt', bytes: Buffer.concat([bytes, Buffer.from('!')]) },
    ])
    assert.equal(more.status, 413)
    assert.deepEqual(
      { ...more.body, traceId: '' },
      {
        statusCode: 413,
        message: 'File too large',
        error: 'Payload Too Large',
        traceId: '',
      },
    )
    assert.match(more.hint ?? '', /^part 1 .* is larger than 50 MB \(52428800 bytes\)/)
    assert.deepEqual(filesOf(await contactOf(tenant), field), filesOf(body.contact, field))
  })
})

describe('what is read before the body', () => {
  test('another location, an unknown contact and a query that is wrong are refused without it', async () => {
    const { location, contact } = tenant
    const asked = [
      [`contactId=${contact.highlevel}&locationId=${stranger.location}`, 403],
      [`contactId=${stranger.contact.highlevel}&locationId=${location}`, 400],
      [`contactId=${contact.highlevel}`, 422],
    ] as const
    for (const [query, status] of asked) {
      // A body that is no form at all would be refused otherwise.
      const answer = await tenant.highlevel(`/forms/upload-custom-files?${query}`, jsonBody('not a form'))
      assert.equal(answer.status, status)
      assert.doesNotMatch(await answer.text(), /multipart/)
    }
  })

  test("another location's token gets nowhere", async () => {
    const before = await contactOf(tenant)
    const asked = [uploadPath(tenant), uploadPath({ location: stranger.location, contact: tenant.contact })] as const
    const form = formBody([text(`${field}_1`, 'a.txt')])
    const [wrongLocation, wrongContact] = await Promise.all(asked.map((path) => stranger.highlevel(path, form)))
    assert.equal(wrongLocation?.status, 403)
    assert.equal(wrongContact?.status, 400)
    const itsOwn = await upload(stranger, [text(`${field}_1`, 'a.txt')])
    assert.equal(itsOwn.status, 400)
    assert.match(String(itsOwn.body.message), new RegExp(`^Custom field with id ${field} not found`))
    assert.deepEqual(await contactOf(tenant), before)
  })
})

test('SIGNATURE fields take files, too', async () => {
  const signature = await makeField({ name: 'Signed', dataType: 'SIGNATURE' })
  const { status, body } = await upload(tenant, [{ name: `${signature}_1`, filename: 'signature.png', bytes: png }])
  assert.equal(status, 200)
  assert.deepEqual(await bytesAt(filesOf(body.contact, signature)['1']), png)
})

test('a document is open without a token, with one, and with a wrong one', async () => {
  const { body } = await upload(tenant, [text(`${field}_1`, 'a.txt')])
  const url = filesOf(body.contact, field)['1']?.url ?? ''
  for (const headers of [{}, { authorization: `Bearer ${tenant.highlevelToken}` }, { authorization: 'Bearer wrong' }])
    assert.equal((await fetch(url, { headers })).status, 200)
  assert.equal((await fetch(url, { method: 'HEAD' })).headers.get('content-length'), String(`${field}_1`.length))
})

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
