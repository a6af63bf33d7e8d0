// A helpful no: which part, what was found, what was expected, how to mend it; in the header always, in the body where its text is open.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { countersOf, mustWork, upload, type Counter } from '../support/counter.ts'
import { mustLeaveNothing } from '../operation/data-folder.ts'
import { BOUNDARY, form, openPart, partHead } from '../support/form.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

/** The text that the wire fixes for a request of Zoho's without a file. */
const NO_FILE = 'the request does not contain any file'

let server: Server
let tenant: Tenant
let zoho: Counter
let highlevel: Counter

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  ;[zoho, highlevel] = countersOf(server, tenant) as [Counter, Counter]
})
after(() => server.stop())

interface Case {
  readonly body: string | Uint8Array
  readonly headers?: Record<string, string>
  /** Every one of them must be in the sentence. */
  readonly says: readonly string[]
  /** Whether the body's text is fixed for this refusal; then only the header can help. */
  readonly fixed?: string
}

async function mustHelp(counter: Counter, { body, headers, says, fixed }: Case): Promise<void> {
  await mustLeaveNothing(server, async () => {
    const answer = await upload(server, counter, body, headers)
    const { status, text } = counter.refusalOf(answer)
    assert.equal(status, 400, answer.body)
    const hint = answer.headers.get('x-dossier-hint') ?? ''
    for (const piece of says) assert.ok(hint.includes(piece), `"${hint}" does not say ${piece}`)
    assert.match(hint, /^[\x20-\x7e]{40,1000}[.)]$/)
    if (fixed === undefined) assert.equal(text.replace(/[^\x20-\x7e]/g, '?'), hint)
    else assert.equal(text, fixed)
  })
  await mustWork(server, counter, [10])
}

const part = (name: string, more: { filename?: string; type?: string } = { filename: 'a.txt' }) =>
  form({ name, ...more, bytes: 'content' })

test('a Content-Type without a boundary', async () => {
  const headers = { 'content-type': 'multipart/form-data' }
  const says = ['Content-Type', 'without a boundary', 'Let your HTTP library', 'boundary=']
  await mustHelp(zoho, { body: part('file'), headers, says, fixed: NO_FILE })
  await mustHelp(highlevel, { body: part(highlevel.partName()), headers, says })
})

test("the header's boundary is not the body's", async () => {
  const headers = { 'content-type': 'multipart/form-data; boundary=another' }
  const says = [
    `begins with "--${BOUNDARY}"`,
    'boundary "another"',
    'must begin with "--another"',
    'Let your HTTP library',
  ]
  await mustHelp(zoho, { body: part('file'), headers, says })
  await mustHelp(highlevel, { body: part(highlevel.partName()), headers, says })
})

test('a part that is named otherwise than expected', async () => {
  await mustHelp(zoho, {
    body: part('attachment'),
    says: ['attachment', 'a part named file', 'attachmentUrl'],
    fixed: NO_FILE,
  })
  for (const name of ['file', 'files[]', 'AAAAAAAAAAAAAAAAAAAA_1'])
    await mustHelp(highlevel, {
      body: part(name),
      says: [`part 1 "${name}"`, '<custom_field_id>_<file_id>', 'FILE_UPLOAD', 'customFields lists the fields'],
    })
  const name = `${tenant.textFieldId}_1`
  await mustHelp(highlevel, {
    body: part(name),
    says: [tenant.textFieldId, 'holds TEXT, not files', `part 1 "${name}"`, 'FILE_UPLOAD'],
  })
  const behind = Buffer.concat([openPart({ name: highlevel.partName(), filename: 'a.txt', bytes: 'x' }), part('file')])
  await mustHelp(highlevel, { body: behind, says: ['part 2 "file"'] })
})

test('JSON where a form was meant', async () => {
  const body = JSON.stringify({ [highlevel.partName()]: {} })
  const headers = { 'content-type': 'application/json' }
  await mustHelp(zoho, {
    body,
    headers,
    says: ['multipart/form-data', 'application/json', 'Let your HTTP library'],
    fixed: NO_FILE,
  })
  await mustHelp(highlevel, {
    body,
    headers,
    says: ['application/json', 'multipart/form-data', '<custom_field_id>_<file_id>', "headers: { 'Content-Type'"],
  })
  // The header promises a form, and the client made JSON of it.
  const says = ['The body is JSON', 'begins with "{', 'a multipart form was expected', "don't let your client"]
  await mustHelp(zoho, { body, says, fixed: NO_FILE })
  await mustHelp(highlevel, { body, says })
})

test('a body of no type, of another type, and none at all', async () => {
  for (const [type, found] of [
    ['', 'no '],
    ['application/pdf', 'application/pdf'],
    ['text/plain', 'text/plain'],
  ] as const) {
    const headers = { 'content-type': type }
    await mustHelp(zoho, { body: 'bytes', headers, says: [found, 'multipart/form-data'], fixed: NO_FILE })
    await mustHelp(highlevel, { body: 'bytes', headers, says: [found, 'multipart/form-data'] })
  }
  await mustHelp(zoho, { body: '', says: ['part named file', 'attachmentUrl'], fixed: NO_FILE })
  await mustHelp(highlevel, { body: '', says: ['No files to upload', '<custom_field_id>_<file_id>'] })
})

test('a part without a filename', async () => {
  await mustHelp(zoho, { body: part('file', {}), says: ['file (without a filename', 'no file'], fixed: NO_FILE })
  const name = highlevel.partName()
  await mustHelp(highlevel, {
    body: part(name, {}),
    says: [`part 1 "${name}"`, 'neither a filename nor a Content-Type', 'with a filename'],
  })
  const typed = part(name, { type: 'application/octet-stream' })
  await mustHelp(highlevel, {
    body: typed,
    says: [`part 1 "${name}"`, 'no filename', 'application/octet-stream', 'pdf, docx'],
  })
})

test('a form that ends too early', async () => {
  for (const counter of [zoho, highlevel]) {
    const name = counter.partName()
    const whole = openPart({ name, filename: 'a.txt', bytes: 'x'.repeat(500) })
    const ends: [Uint8Array | string, string[]][] = [
      [
        whole.subarray(0, whole.length - 400),
        ['Part 1', name.slice(0, 40), 'breaks off', 'Send the whole form again', 'Content-Length'],
      ],
      [
        Buffer.from(partHead({ name, filename: 'a.txt', bytes: '' })).subarray(0, 60),
        ['in the middle of the headers of part 1', 'Send the whole form again'],
      ],
      [Buffer.concat([whole, Buffer.from(`--${BOUNDARY}`)]), ['after part 1', `"--${BOUNDARY}--"`, 'write that line']],
      [`--${BOUNDARY}\r\n`, ['before any part', `"--${BOUNDARY}--"`]],
      [`--${BOUNDARY}`, ['before any part', `"--${BOUNDARY}--"`]],
    ]
    for (const [body, says] of ends) await mustHelp(counter, { body, says })
  }
})

test('other mistakes of hand-written forms', async () => {
  for (const counter of [zoho, highlevel]) {
    const name = counter.partName()
    const lines = part(name).toString().replaceAll('\r\n', '\n')
    await mustHelp(counter, { body: lines, says: ['Part 1', 'bare LF', 'CR LF'] })
    const encoded = part(name).toString().replace('\r\n\r\n', '\r\nContent-Transfer-Encoding: base64\r\n\r\n')
    await mustHelp(counter, { body: encoded, says: ['Part 1', '"base64"', 'send the bytes as they are'] })
    const twice = part(name).toString().replace('filename="a.txt"', 'filename="a.txt"; filename="b.txt"')
    await mustHelp(counter, { body: twice, says: ['Part 1', 'filename', 'more than once', 'send it once'] })
  }
})
