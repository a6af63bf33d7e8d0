import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { countersOf, mustWork, upload, type Counter } from '../e2e/support/counter.ts'
import { holdingsOf, mustLeaveNothing } from '../e2e/operation/data-folder.ts'
import { form, FORM_TYPE, openPart } from '../e2e/support/form.ts'
import { dial, exchange, headOf } from '../e2e/support/raw.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createTenant, createToken, jsonBody, mustJson, type Tenant } from '../e2e/support/tenant.ts'

let server: Server
let tenant: Tenant
let stranger: Tenant
let counters: readonly Counter[]

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  stranger = await createTenant(server, 'A stranger')
  counters = countersOf(server, tenant)
})
after(() => server.stop())

const hex = /^[0-9a-f]{2}$/

test("class 24: another tenant's or user's file by its id", async () => {
  const [zoho, highlevel] = counters
  assert.ok(zoho && highlevel)
  const answer = await upload(server, zoho, form({ name: 'file', filename: 'a.txt', bytes: 'secret' }))
  const [url = ''] = zoho.urlsOf(answer)
  const id = url.split('/').at(-1) ?? ''
  const document =
    highlevel.urlsOf(
      await upload(server, highlevel, form({ name: highlevel.partName(), filename: 'a.txt', bytes: 'secret' })),
    )[0] ?? ''
  const before = holdingsOf(server.folder)
  const own = `/Leads/${stranger.leadId}/Attachments`
  const foreign = `/Leads/${tenant.leadId}/Attachments`
  // Through the owner's record and through one's own, as for an id that nobody has.
  const asked: [string, string][] = [
    ['GET', `${foreign}/${id}`],
    ['GET', `${own}/${id}`],
    ['GET', foreign],
    ['GET', `/Leads/${tenant.leadId}`],
    ['DELETE', `${foreign}/${id}`],
    ['DELETE', `${own}/${id}`],
    ['DELETE', `${own}?ids=${id}`],
    ['DELETE', `/Leads/${tenant.leadId}`],
    ['DELETE', `/Leads?ids=${tenant.leadId}`],
    ['GET', `/Leads/${tenant.leadId}/photo`],
    ['DELETE', `/Leads/${tenant.leadId}/photo`],
  ]
  for (const [method, path] of asked) {
    const nobodys = path.replace(id, '1000000000000000001').replace(tenant.leadId, '1000000000000000002')
    const [said, known] = await Promise.all(
      [path, nobodys].map(async (one) => {
        const response = await stranger.zoho(one, { method })
        return `${response.status} ${(await response.text()).replaceAll(/\d{19}/g, '<id>')}`
      }),
    )
    assert.equal(said, known, `${method} ${path}`)
    assert.doesNotMatch(said ?? '', /secret/)
  }
  for (const [method, path, body] of [
    ['GET', `/contacts/${tenant.contact.highlevel}`, null],
    ['PUT', `/contacts/${tenant.contact.highlevel}`, { firstName: 'Mallory' }],
    ['DELETE', `/contacts/${tenant.contact.highlevel}`, null],
    ['GET', `/locations/${tenant.location}`, null],
    ['GET', `/locations/${tenant.location}/customFields`, null],
    ['DELETE', `/locations/${stranger.location}/customFields/${tenant.fieldId}`, null],
  ] as const) {
    const response = await stranger.highlevel(path, body === null ? { method } : jsonBody(body, method))
    assert.ok(response.status === 400 || response.status === 403, `${method} ${path}: ${response.status}`)
  }
  // Whoever holds the document's URL may read it, but not make it an attachment of another organization.
  const field = { id: stranger.fieldId, field_value: { a: { url: document } } }
  const put = await stranger.highlevel(
    `/contacts/${stranger.contact.highlevel}`,
    jsonBody({ customFields: [field] }, 'PUT'),
  )
  assert.equal(put.status, 400)
  assert.deepEqual(holdingsOf(server.folder), before)
  for (const counter of counters) await mustWork(server, counter)
})

test('class 25: write first, authorise later', async () => {
  const noScope = await createToken(server, tenant.org, 'zoho', 'ZohoCRM.modules.READ')
  const noForms = await createToken(server, tenant.org, 'private', 'contacts.write')
  const other = countersOf(server, stranger)
  for (const [index, counter] of counters.entries()) {
    const scheme = counter.name === 'zoho' ? 'Zoho-oauthtoken' : 'Bearer'
    const unfit = counter.name === 'zoho' ? noScope : noForms
    const refused: Counter[] = [
      { ...counter, headers: { ...counter.headers, authorization: '' } },
      {
        ...counter,
        headers: { ...counter.headers, authorization: `${scheme} 1000.${'a'.repeat(32)}.${'b'.repeat(32)}` },
      },
      { ...counter, headers: { ...counter.headers, authorization: `${scheme} ${unfit}` } },
      { ...counter, headers: other[index]?.headers ?? {} },
      { ...counter, target: counter.target.replace(tenant.leadId, '1').replace(tenant.contact.highlevel, 'x') },
      { ...counter, target: counter.target.replace('Leads', 'Nothings').replace(tenant.location, stranger.location) },
    ]
    for (const attempt of refused) {
      await mustLeaveNothing(server, async () => {
        const line = await dial(server.origin)
        const body = openPart({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(1_000_000, 'x') })
        const headers = { ...attempt.headers, 'content-type': FORM_TYPE, 'content-length': '2000000' }
        await line.send(headOf({ target: attempt.target, headers }))
        await line.send(body)
        // The answer is there while half of the body is still to come, and no byte of it was written.
        const { status } = counter.refusalOf(await line.next())
        assert.ok([400, 401, 403].includes(status), String(status))
        assert.deepEqual(readdirSync(join(server.folder, 'blobs', 'incoming')), [])
        line.destroy()
      })
    }
    await mustWork(server, counter)
  }
})

test('class 14: path traversal through a stored or client-chosen id', async () => {
  const [zoho, highlevel] = counters
  assert.ok(zoho && highlevel)
  const before = holdingsOf(server.folder)
  const ups = [
    '..',
    '../..',
    '../../catalog.db',
    '../../../etc/passwd',
    '/etc/passwd',
    'incoming',
    '00/../../catalog.db',
    '\0',
    '%',
    '..\\..\\catalog.db',
  ]
  for (const up of ups) {
    const encoded = encodeURIComponent(up).replaceAll('.', '%2E')
    const twice = encodeURIComponent(encoded)
    for (const id of [encoded, twice, up.replaceAll('/', '%2f').replaceAll('\0', '%00').replace(/^%$/, '%25')]) {
      for (const target of [
        `/documents/download/${id}`,
        `/crm/v2/Leads/${tenant.leadId}/Attachments/${id}`,
        `/crm/v2/Leads/${id}/Attachments/${id}`,
        `/crm/v2/${id}/${tenant.leadId}/Attachments`,
        `/contacts/${id}`,
        `/locations/${id}/customFields/${id}`,
      ]) {
        const headers = target.startsWith('/crm') ? zoho.headers : highlevel.headers
        const answer = await exchange(server.origin, { method: 'GET', target, headers })
        assert.ok([204, 400, 403, 404].includes(answer.status), `${target}: ${answer.status} ${answer.body}`)
        assert.doesNotMatch(answer.body, /root:|SQLite format/)
      }
    }
  }
  assert.deepEqual(holdingsOf(server.folder), before)

  // The file id is the client's: it becomes a key of the field and nothing else.
  for (const key of ['../../../owned', '..%2F..%2Fowned', '/tmp/owned', 'a/b', '__proto__', '.']) {
    const answer = await upload(
      server,
      highlevel,
      form({ name: `${tenant.fieldId}_${key}`, filename: 'a.txt', bytes: Buffer.alloc(100_000, key) }),
    )
    assert.equal(answer.status, 200, answer.body)
    assert.ok(answer.body.includes(JSON.stringify(key)), key)
  }
  const folders = readdirSync(server.folder, { recursive: true, withFileTypes: true })
  assert.deepEqual(
    folders
      .filter((entry) => entry.isDirectory() && !hex.test(entry.name))
      .map(({ name }) => name)
      .sort(),
    ['blobs', 'incoming'],
  )
  assert.doesNotMatch(folders.map(({ name }) => name).join(' '), /owned/)
  await mustJson(await tenant.highlevel(`/contacts/${tenant.contact.highlevel}`), 200)
  for (const counter of counters) await mustWork(server, counter)
})
