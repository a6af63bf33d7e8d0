import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { countersOf, mustWork, upload, type Counter } from '../e2e/support/counter.ts'
import { holdingsOf, mustLeaveNothing } from '../e2e/operation/data-folder.ts'
import { form } from '../e2e/support/form.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createTenant, jsonBody, mustJson, type Tenant } from '../e2e/support/tenant.ts'

let server: Server
let tenant: Tenant
let counters: readonly Counter[]

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  counters = countersOf(server, tenant)
})
after(() => server.stop())

/** What parsers of other servers make of a file that was written to disk. */
const SECRET = '/etc/passwd'
const forged = {
  path: SECRET,
  filepath: SECRET,
  tempFilePath: SECRET,
  destination: '/etc',
  filename: 'passwd',
  originalname: 'passwd.txt',
  originalFilename: 'passwd.txt',
  mimetype: 'text/plain',
  size: 1,
  buffer: { type: 'Buffer', data: [120] },
  url: `file://${SECRET}`,
}

test('class 9: a forged "file" object through JSON or a text field', async () => {
  for (const counter of counters) {
    const name = counter.partName()
    const json = JSON.stringify({ [name]: forged, file: forged, files: [forged], [`${name}.path`]: SECRET })
    const texts = form(
      { name, bytes: JSON.stringify(forged) },
      ...Object.entries(forged).map(([key, value]) => ({ name: `${name}[${key}]`, bytes: JSON.stringify(value) })),
      { name: `${name}.path`, bytes: SECRET },
    )
    const urlencoded = new URLSearchParams({
      [name]: SECRET,
      [`${name}[path]`]: SECRET,
      file: JSON.stringify(forged),
    }).toString()
    const attempts: [string | Uint8Array, Record<string, string>][] = [
      [json, { 'content-type': 'application/json' }],
      [json, { 'content-type': 'multipart/form-data; boundary=x' }],
      [urlencoded, { 'content-type': 'application/x-www-form-urlencoded' }],
      [texts, {}],
    ]
    for (const [body, headers] of attempts) {
      await mustLeaveNothing(server, async () => {
        const answer = await upload(server, counter, body, headers)
        assert.equal(counter.refusalOf(answer).status, 400, answer.body)
        assert.doesNotMatch(answer.body, /root:/)
      })
    }
    await mustWork(server, counter)
  }
})

test('class 9: a forged "file" object in the value of a file field', async () => {
  const [, highlevel] = counters
  assert.ok(highlevel)
  const contact = `/contacts/${tenant.contact.highlevel}`
  const put = (value: unknown) =>
    tenant.highlevel(contact, jsonBody({ customFields: [{ id: tenant.fieldId, field_value: value }] }, 'PUT'))
  const before = holdingsOf(server.folder)
  const values = [
    { a: forged },
    forged,
    `file://${SECRET}`,
    SECRET,
    { a: { url: SECRET } },
    { a: { documentId: '../../etc/passwd' } },
    { a: { documentId: { $ne: null } } },
    { a: { documentId: 'AAAAAAAAAAAAAAAAAAAA' } },
    { a: { url: `${server.origin}/documents/download/AAAAAAAAAAAAAAAAAAAA` } },
    { a: { url: 'javascript:alert(1)' } },
    { a: 7 },
    7,
  ]
  for (const value of values) {
    const answer = await put(value)
    const { message } = await mustJson<{ message: string | string[] }>(answer, 400)
    assert.match(String(message), /Invalid URL/, JSON.stringify(value))
  }
  assert.deepEqual(holdingsOf(server.folder), before)

  // `meta` is the server's: what a client writes there is neither kept nor believed.
  const lied = { a: { url: 'https://example.com/x', meta: { ...forged, fieldname: 'other', uuid: 'b', size: 999 } } }
  await mustJson(await put(lied), 200)
  const read = await tenant.highlevel(contact)
  assert.doesNotMatch(await read.text(), /etc\/passwd|"size":999|"fieldname":"other"/)
  await mustWork(server, highlevel)
})
