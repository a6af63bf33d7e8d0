import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { countersOf, download, mustWork, upload, type Counter } from '../e2e/support/counter.ts'
import { mustLeaveNothing } from '../e2e/operation/data-folder.ts'
import { BOUNDARY, form, formWithHeaders, openPart, partHead } from '../e2e/support/form.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createTenant, jsonBody, type Tenant } from '../e2e/support/tenant.ts'

let server: Server
let tenant: Tenant
let counters: readonly Counter[]

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  counters = countersOf(server, tenant)
})
after(() => server.stop())

/** Each body is refused with a 400 in the dialect's shape, leaves nothing, and the server goes on. */
async function mustRefuse(
  bodies: (counter: Counter) => readonly (string | Uint8Array)[],
  headers?: Record<string, string>,
) {
  for (const counter of counters) {
    for (const body of bodies(counter)) {
      await mustLeaveNothing(server, async () => {
        const answer = await upload(server, counter, body, headers)
        assert.equal(counter.refusalOf(answer).status, 400, `${answer.body} to ${String(body).slice(0, 200)}`)
      })
    }
    await mustWork(server, counter)
  }
}

const disposition = (parameters: string) => `Content-Disposition: form-data; ${parameters}`

test('class 1: malformed part header or body crashes the process', async () => {
  await mustRefuse((counter) => {
    const name = counter.partName()
    const file = disposition(`name="${name}"; filename="a.txt"`)
    return [
      `--${BOUNDARY}`,
      `--${BOUNDARY}\r\n`,
      `--${BOUNDARY}\r\n:\r\n\r\n`,
      `--${BOUNDARY}\r\n${file}`,
      `--${BOUNDARY}\r\n${file}\r\n\r\nno end`,
      `--${BOUNDARY}\r\n${file}\r\n\r\nno end\r\n--${BOUNDARY}`,
      `--${BOUNDARY}\r\n${file}\r\n\r\nno end\r\n--${BOUNDARY}-`,
      formWithHeaders('Content-Disposition'),
      formWithHeaders('Content-Disposition: '),
      formWithHeaders('Content-Disposition: ;;;="'),
      formWithHeaders('Content-Disposition: attachment; name="file"; filename="a.txt"'),
      formWithHeaders(disposition('name="file; filename=a.txt')),
      formWithHeaders(`${file}\r\nno colon`),
      formWithHeaders(`${file}\r\nContent-Transfer-Encoding: base64`, 'eA=='),
      formWithHeaders(disposition(`name="${name}"; filename*=UTF-8''%ZZ`)),
      formWithHeaders(Buffer.from([0xff, 0xfe, 0x00, 0x0d, 0x0a, 0x80])),
      '\r\n'.repeat(20_000),
      Buffer.alloc(200_000, 0xff),
      // A good first part, large enough for a file of its own, does not save what follows it.
      Buffer.concat([
        openPart({ name, filename: 'a.txt', bytes: Buffer.alloc(100_000, 'x') }),
        Buffer.from(`--${BOUNDARY}\r\n:\r\n\r\n`),
      ]),
    ]
  })
})

test('class 2: empty or missing field name crashes', async () => {
  await mustRefuse(() =>
    ['name=""', 'name=', 'name', 'filename="a.txt"', 'name=" "; filename="a.txt"', 'filename="a.txt"; name=""'].map(
      (parameters) => formWithHeaders(disposition(parameters)),
    ),
  )
})

test('class 6: unlimited parts, fields, empty parts, headers', async () => {
  const empty = `--${BOUNDARY}\r\n${disposition('name="f"')}\r\n\r\n\r\n`
  await mustRefuse((counter) => [
    `${empty.repeat(101)}--${BOUNDARY}--`,
    `${empty.repeat(20_000)}--${BOUNDARY}--`,
    form(...Array.from({ length: 101 }, () => ({ name: counter.partName(), filename: 'a.txt', bytes: 'x' }))),
    formWithHeaders(
      `${disposition(`name="${counter.partName()}"; filename="a.txt"`)}\r\n${'X: y\r\n'.repeat(2_000)}Z: z`,
    ),
    formWithHeaders(disposition(`name="${'n'.repeat(10_000)}"; filename="a.txt"`)),
    `--${BOUNDARY}\r\n${'a'.repeat(500_000)}`,
  ])
})

test('class 7: oversized boundary burns CPU', async () => {
  const boundary = '-'.repeat(8_000)
  const body = `--${boundary}\r\n${disposition('name="file"; filename="a.txt"')}\r\n\r\n${`\r\n--${boundary.slice(1)}`.repeat(50)}\r\n--${boundary}--`
  const began = performance.now()
  await mustRefuse(() => [body], { 'content-type': `multipart/form-data; boundary=${boundary}` })
  await mustRefuse(() => [body], { 'content-type': `multipart/form-data${'; boundary'.repeat(1_500)}` })
  // At the limit of length, content that nearly ends at every line costs no more than other content.
  const longest = 'b'.repeat(70)
  const near = Buffer.from(`\r\n--${longest.slice(1)}`.repeat(40_000))
  for (const counter of counters) {
    const head = partHead({ name: counter.partName(), filename: 'a.txt', bytes: '' }).replace(BOUNDARY, longest)
    const near2 = Buffer.concat([Buffer.from(head), near, Buffer.from(`\r\n--${longest}--`)])
    const answer = await upload(server, counter, near2, { 'content-type': `multipart/form-data; boundary=${longest}` })
    assert.equal(answer.status, 200, answer.body)
  }
  assert.ok(performance.now() - began < 15_000)
})

test('class 8: __proto__, constructor as field or header names', async () => {
  const names = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '__proto__[polluted]',
    'constructor.prototype.polluted',
  ]
  for (const counter of counters) {
    for (const name of names) {
      await mustLeaveNothing(server, async () => {
        const lines = `${disposition(`name="${name}"; ${name}="x"; filename="${name}"`)}\r\n${name}: polluted\r\nContent-Type: ${name}`
        const answer = await upload(server, counter, formWithHeaders(lines), { __proto__x: 'y', constructor: 'z' })
        assert.equal(counter.refusalOf(answer).status, 400)
      })
    }
    // As the end of a file's name they are no type that is known, and as the word for its type none either.
    for (const name of names.slice(0, 4)) {
      const claims = [
        { name: counter.partName(), filename: `a.${name}`, bytes: 'x' },
        { name: counter.partName(), filename: 'a', type: name, bytes: 'x' },
      ]
      for (const claim of claims) {
        const answer = await upload(server, counter, form(claim))
        assert.doesNotMatch(answer.body, /native code|\[object/)
        if (counter.name === 'highlevel') assert.equal(counter.refusalOf(answer).status, 400)
        else for (const url of counter.urlsOf(answer)) assert.equal(String(await download(url, counter)), 'x')
      }
    }
    // As the name of a text beside a file they are names like others; a file of that name keeps it.
    const file = { name: counter.partName(), filename: '__proto__.txt', bytes: 'kept' }
    const answer = await upload(server, counter, form(...names.map((name) => ({ name, bytes: 'polluted' })), file))
    assert.equal(answer.status, 200, answer.body)
    assert.doesNotMatch(answer.body, /polluted/)
    await mustWork(server, counter)
  }
})

test('class 8: __proto__, constructor as names in JSON', async () => {
  const polluting = '"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}'
  const mandatory = '"Last_Name":"Brown"'
  const answers = [
    await tenant.zoho('/Leads', { method: 'POST', body: `{"data":[{${mandatory},${polluting}}],${polluting}}` }),
    await tenant.highlevel('/contacts/', {
      ...jsonBody(null),
      body: `{"locationId":"${tenant.location}","firstName":"Bo",${polluting},"dndSettings":{${polluting}},"customFields":[{"id":"__proto__",${polluting}}]}`,
    }),
    await tenant.highlevel('/contacts/', {
      ...jsonBody(null),
      body: `{"locationId":"${tenant.location}","email":"bo@example.com",${polluting}}`,
    }),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 400, 201],
  )
  for (const answer of answers) await answer.arrayBuffer()
  const lists = [
    await tenant.zoho(`/Leads/${tenant.leadId}`),
    await tenant.highlevel(`/contacts/${tenant.contact.highlevel}`),
  ]
  for (const list of lists) assert.doesNotMatch(await list.text(), /polluted/)
  for (const counter of counters) await mustWork(server, counter)
})
