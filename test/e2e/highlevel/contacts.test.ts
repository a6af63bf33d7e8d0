// Contacts: created, upserted, read, listed, changed and removed; and their file fields written and cleared by PUT.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { filesOf, upload, type Body, type Contact, type FileEntry } from '../../dialects/highlevel/forms.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, jsonBody, mustJson, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant
let stranger: Tenant

before(async () => {
  server = await startServer({ args: ['--log-level', 'warn'] })
  tenant = await createTenant(server)
  stranger = await createTenant(server, 'Stranger')
})
after(() => server.stop())

let count = 0
const unique = () => `person.${String(++count)}@example.com`

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }> {
  const init = body === undefined ? { method, headers: { 'content-type': 'application/json' } } : jsonBody(body, method)
  const response = await tenant.highlevel(path, init)
  return { status: response.status, body: (await response.json()) as Body }
}

async function create(body: object): Promise<Contact> {
  const answer = await call('POST', '/contacts/', { locationId: tenant.location, ...body })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body.contact
}

describe('a contact', () => {
  test('is created with everything that HighLevel knows of it', async () => {
    const facts = {
      firstName: 'Rosan',
      lastName: 'Deo',
      email: unique(),
      phone: '+1 888-888-8888',
      gender: 'male',
      address1: '3535 1st St N',
      city: 'Dolomite',
      state: 'AL',
      postalCode: '35061',
      country: 'US',
      website: 'https://www.tesla.com',
      timezone: 'America/Chihuahua',
      dnd: true,
      dndSettings: { Call: { status: 'active', message: 'string', code: 'string' } },
      tags: ['nisi sint commodo amet', 'consequat'],
      source: 'public api',
      companyName: 'DGS VolMAX',
      assignedTo: 'y0BeYjuRIlDwsDcOHOJo',
    }
    const customFields = [{ id: tenant.textFieldId, field_value: 'My Text' }]
    const contact = await create({ ...facts, dateOfBirth: '09/25/1990', customFields })
    for (const [name, value] of Object.entries(facts)) assert.deepEqual(contact[name], value, name)
    assert.equal(contact['name'], 'Rosan Deo')
    assert.equal(contact['fullNameLowerCase'], 'rosan deo')
    assert.equal(contact['locationId'], tenant.location)
    assert.equal(contact['dateOfBirth'], '1990-09-25T00:00:00.000Z')
    assert.deepEqual([contact['birthMonth'], contact['birthDay']], [9, 25])
    assert.match(String(contact['dateAdded']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.deepEqual(contact.customFields, [{ id: tenant.textFieldId, value: 'My Text' }])
    const read = await call('GET', `/contacts/${contact.id}`)
    assert.equal(read.status, 200)
    assert.equal(read.body.contact['dateOfBirth'], '1990-09-25')
    for (const [name, value] of Object.entries(facts)) assert.deepEqual(read.body.contact[name], value, name)
  })

  test('is created from a full name alone', async () => {
    const contact = await create({ name: 'Mary Ann  Evans' })
    assert.deepEqual([contact['firstName'], contact['lastName']], ['Mary', 'Ann Evans'])
  })

  test('is seen by Zoho as the same person', async () => {
    const email = unique()
    await create({ firstName: 'Grace', lastName: 'Hopper', email, address1: 'Main St 1' })
    const { data } = await mustJson<{ data: Record<string, unknown>[] }>(await tenant.zoho('/Contacts'), 200)
    const person = data.find(({ Email }) => Email === email)
    assert.deepEqual([person?.['First_Name'], person?.['Last_Name']], ['Grace', 'Hopper'])
  })

  test('is changed in what the request names, and null or an empty text removes', async () => {
    const { id } = await create({ firstName: 'Ann', lastName: 'Lee', email: unique(), city: 'Rome', tags: ['a'] })
    const put = await call('PUT', `/contacts/${id}`, { lastName: 'Ray', city: null, email: '', tags: ['b'] })
    assert.equal(put.status, 200)
    assert.deepEqual(Object.keys(put.body), ['succeded', 'contact', 'traceId'])
    const { contact } = put.body
    assert.deepEqual([contact['firstName'], contact['lastName'], contact['tags']], ['Ann', 'Ray', ['b']])
    assert.ok(!('city' in contact) && !('email' in contact))
    assert.deepEqual((await call('GET', `/contacts/${id}`)).body.contact, contact)
  })

  test('is removed, with an empty body under a JSON Content-Type as the SDK sends it', async () => {
    const { id } = await create({ firstName: 'Ann' })
    const removed = await call('DELETE', `/contacts/${id}`)
    assert.equal(removed.status, 200)
    assert.equal(removed.body['succeded'], true)
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status, body } = await call(method, `/contacts/${id}`, method === 'PUT' ? {} : undefined)
      assert.deepEqual([status, body.message], [400, `Contact with id ${id} not found`])
    }
  })

  test('of another location is not found, whatever is tried', async () => {
    const { highlevel: id } = stranger.contact
    for (const [method, body] of [['GET'], ['PUT', { firstName: 'X' }], ['DELETE']] as const) {
      const answer = await call(method, `/contacts/${id}`, body)
      assert.deepEqual([answer.status, answer.body.message], [400, `Contact with id ${id} not found`])
    }
    const elsewhere = await call('POST', '/contacts/', { locationId: stranger.location, firstName: 'X' })
    assert.equal(elsewhere.status, 403)
    const still = await stranger.highlevel(`/contacts/${id}`)
    assert.equal((await mustJson<Body>(still, 200)).contact['firstName'], 'Ada')
  })
})

describe('a duplicate', () => {
  test('by e-mail or phone is refused and named', async () => {
    const email = unique()
    const first = await create({ name: 'Ann Lee', email, phone: '+49 30 1234567' })
    for (const [body, matchingField] of [
      [{ email: email.toUpperCase() }, 'email'],
      [{ phone: '+49301234567' }, 'phone'],
    ] as const) {
      const { status, body: answer } = await call('POST', '/contacts/', { locationId: tenant.location, ...body })
      assert.equal(status, 400)
      assert.equal(answer.message, 'This location does not allow duplicated contacts.')
      assert.deepEqual(answer['meta'], { contactId: first.id, contactName: 'Ann Lee', matchingField })
    }
    const other = await create({ name: 'Bob Lee' })
    assert.equal((await call('PUT', `/contacts/${other.id}`, { email })).status, 400)
    assert.equal((await call('PUT', `/contacts/${first.id}`, { email })).status, 200)
  })

  test('is updated by an upsert, anybody else is made', async () => {
    const email = unique()
    const upsert = (body: object) => call('POST', '/contacts/upsert', { locationId: tenant.location, email, ...body })
    const made = await upsert({ firstName: 'Ann', city: 'Rome' })
    const updated = await upsert({ firstName: 'Anna', createNewIfDuplicateAllowed: true })
    assert.deepEqual([made.status, made.body['new'], updated.status, updated.body['new']], [200, true, 200, false])
    assert.equal(updated.body.contact.id, made.body.contact.id)
    assert.deepEqual([updated.body.contact['firstName'], updated.body.contact['city']], ['Anna', 'Rome'])
  })
})

describe('what is wrong with a body', () => {
  const rows: readonly [string, unknown, number, readonly string[] | RegExp][] = [
    ['no locationId', { locationId: undefined }, 422, ["locationId can't be empty", 'locationId must be a string']],
    ['a number for a text', { firstName: 1 }, 422, ['firstName must be a string']],
    ['an e-mail that is none', { email: 'x' }, 422, ['email must be an email']],
    ['tags that are no list', { tags: 'a' }, 422, ['tags must be an array']],
    ['tags that are no texts', { tags: [1] }, 422, ['each value in tags must be a string']],
    ['dnd that is no boolean', { dnd: 'yes' }, 422, ['dnd must be a boolean value']],
    ['customFields that are no list', { customFields: {} }, 422, ['customFields must be an array']],
    ['a date that is none', { dateOfBirth: '1990-02-31' }, 422, ['dateOfBirth must be a date such as 1990-09-25']],
    [
      'an unknown custom field',
      { customFields: [{ id: 'MgobCB14YMVKuE4Ka8p1', value: 1 }] },
      400,
      /^Custom field with id MgobCB14YMVKuE4Ka8p1 not found/,
    ],
  ]
  for (const [what, body, status, message] of rows) {
    test(what, async () => {
      const answer = await call('POST', '/contacts/', { locationId: tenant.location, ...(body as object) })
      assert.equal(answer.status, status)
      if (message instanceof RegExp) assert.match(String(answer.body.message), message)
      else assert.deepEqual(answer.body.message, message)
    })
  }

  test('locationId in a PUT', async () => {
    const { status, body } = await call('PUT', `/contacts/${tenant.contact.highlevel}`, { locationId: tenant.location })
    assert.deepEqual([status, body.message], [422, ['property locationId should not exist']])
  })

  test('no JSON, a list, and JSON that is nested without end', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    for (const text of ['{', '[]', `{"customFields":${deep}}`]) {
      const init = { method: 'POST', body: text, headers: { 'content-type': 'application/json' } }
      assert.equal((await tenant.highlevel('/contacts/', init)).status, 400)
    }
  })
})

describe('the list', () => {
  test('goes through all contacts, newest first, in pages', async () => {
    const names = ['one', 'two', 'three']
    for (const firstName of names) await create({ firstName })
    const seen: string[] = []
    let path = `/contacts/?locationId=${tenant.location}&limit=2`
    let total = 0
    while (path !== '') {
      const { status, body } = await call('GET', path)
      assert.equal(status, 200)
      const { contacts, count, meta } = body as unknown as {
        contacts: Contact[]
        count: number
        meta: { total: number; nextPageUrl: string | null; startAfterId?: string }
      }
      assert.equal(meta.total, count)
      total = count
      seen.push(...contacts.map(({ id }) => id))
      path = meta.nextPageUrl?.slice(server.origin.length) ?? ''
    }
    assert.equal(seen.length, total)
    assert.equal(new Set(seen).size, total)
  })

  test('is the same without the slash, and searches', async () => {
    const email = unique()
    const { id } = await create({ firstName: 'Findable', email })
    const { body } = await call('GET', `/contacts?locationId=${tenant.location}&query=${email}`)
    assert.deepEqual(
      (body['contacts'] as Contact[]).map((contact) => contact.id),
      [id],
    )
  })

  test('wants its own location and a sound limit', async () => {
    const rows = [
      ['', 422],
      [`locationId=${stranger.location}`, 403],
      [`locationId=${tenant.location}&limit=101`, 422],
      [`locationId=${tenant.location}&limit=x`, 422],
      [`locationId=${tenant.location}&startAfterId=x`, 400],
    ] as const
    for (const [query, status] of rows) assert.equal((await call('GET', `/contacts/?${query}`)).status, status)
  })
})

describe('a file field written by PUT', () => {
  let files: Readonly<Record<string, FileEntry>>
  const field = () => tenant.fieldId
  const put = (value: unknown, name = 'field_value') =>
    call('PUT', `/contacts/${tenant.contact.highlevel}`, { customFields: [{ id: field(), [name]: value }] })

  beforeEach(async () => {
    const answer = await upload(tenant, [
      { name: `${field()}_1`, filename: 'a.txt', bytes: 'a' },
      { name: `${field()}_2`, filename: 'b.txt', bytes: 'b' },
    ])
    files = filesOf(answer.body.contact, field())
  })

  test('takes the map back, under each of the three names and by the key of the field', async () => {
    for (const name of ['field_value', 'fieldValue', 'value']) {
      const { body } = await put({ '2': files['2'] }, name)
      assert.deepEqual(filesOf(body.contact, field()), { '2': files['2'] })
      assert.deepEqual(filesOf((await put(files, name)).body.contact, field()), files)
    }
    for (const key of ['contact.papers', 'papers']) {
      const changed = { customFields: [{ key, field_value: { '1': files['1'] } }] }
      const { body } = await call('PUT', `/contacts/${tenant.contact.highlevel}`, changed)
      assert.deepEqual(Object.keys(filesOf(body.contact, field())), ['1'])
    }
  })

  test('drops what is left out or marked as deleted, and the documents stay open', async () => {
    const deleted = { ...files['1'], meta: { ...files['1']?.meta, deleted: true } }
    const { body } = await put({ '1': deleted, '2': files['2'] })
    assert.deepEqual(Object.keys(filesOf(body.contact, field())), ['2'])
    assert.equal(await (await fetch(files['1']?.url ?? '')).text(), 'a')
  })

  test('is emptied by an empty text, null and an empty map', async () => {
    for (const empty of ['', null, {}]) {
      await put(files)
      const { status, body } = await put(empty)
      assert.equal(status, 200)
      assert.deepEqual(filesOf(body.contact, field()), {})
    }
  })

  test('is left alone by lists and by URLs joined with commas', async () => {
    for (const value of [[files['1']?.url], ['https://a.example/x', 1], 'https://a.example/x,https://b.example/y']) {
      const { status, body } = await put(value)
      assert.equal(status, 200)
      assert.deepEqual(filesOf(body.contact, field()), files)
    }
  })

  test('refuses anything else, and nothing of the request is done', async () => {
    for (const value of [
      'hello',
      'ftp://a.example/x',
      '//a.example',
      7,
      true,
      { '1': {} },
      { '1': { url: 'x' } },
      { '1': 7 },
    ]) {
      const { status, body } = await call('PUT', `/contacts/${tenant.contact.highlevel}`, {
        city: 'Nowhere',
        customFields: [
          { id: tenant.textFieldId, value: 'changed' },
          { id: field(), field_value: value },
        ],
      })
      assert.deepEqual([status, body.message], [400, 'Invalid URL'], JSON.stringify(value))
    }
    const { body } = await call('GET', `/contacts/${tenant.contact.highlevel}`)
    assert.ok(!('city' in body.contact))
    assert.deepEqual(filesOf(body.contact, field()), files)
    assert.ok(!body.contact.customFields.some(({ id }) => id === tenant.textFieldId))
  })

  test('takes a URL of elsewhere as a link, which is never fetched and opens nowhere here', async () => {
    const { status, body } = await put('https://files.example/a,b.pdf')
    assert.equal(status, 200)
    const [entry] = Object.values(filesOf(body.contact, field()))
    assert.equal(entry?.url, 'https://files.example/a,b.pdf')
    assert.equal(entry.documentId, undefined)
    const again = await put(filesOf(body.contact, field()))
    assert.deepEqual(filesOf(again.body.contact, field()), filesOf(body.contact, field()))
  })

  test('never believes what a client says of a file', async () => {
    const forged = { '1': { url: files['1']?.url, meta: { size: 1e9, originalname: 'x.exe', mimetype: 'text/html' } } }
    const { body } = await put(forged)
    assert.deepEqual(filesOf(body.contact, field()), { '1': files['1'] })
  })

  test("does not take another location's document", async () => {
    const theirs = await upload(stranger, [{ name: `${stranger.fieldId}_1`, filename: 'a.txt', bytes: 'theirs' }])
    const entry = filesOf(theirs.body.contact, stranger.fieldId)['1']
    for (const value of [entry?.url, { '1': entry }, { '1': { documentId: entry?.documentId } }]) {
      const { status, body } = await put(value)
      assert.deepEqual([status, body.message], [400, 'Invalid URL'])
    }
  })
})
