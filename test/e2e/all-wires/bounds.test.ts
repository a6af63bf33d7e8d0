// Limits on what one request may hold: just within is taken, just beyond is refused with a sentence.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { countersOf, mustWork, upload, type Counter } from '../support/counter.ts'
import { mustLeaveNothing } from '../operation/data-folder.ts'
import { BOUNDARY, form, formWithHeaders, openPart } from '../support/form.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, jsonBody, mustJson, type Tenant } from '../support/tenant.ts'

const MAX_PARTS = 8

let server: Server
let tenant: Tenant
let counters: readonly Counter[]

before(async () => {
  server = await startServer({ args: ['--max-parts', String(MAX_PARTS)] })
  tenant = await createTenant(server)
  counters = countersOf(server, tenant)
})
after(() => server.stop())

async function mustRefuse(
  counter: Counter,
  body: Uint8Array,
  hint: RegExp,
  headers?: Record<string, string>,
): Promise<void> {
  await mustLeaveNothing(server, async () => {
    const answer = await upload(server, counter, body, headers)
    assert.equal(counter.refusalOf(answer).status, 400, answer.body)
    assert.match(answer.headers.get('x-dossier-hint') ?? '', hint)
  })
}

async function mustTake(counter: Counter, body: Uint8Array, headers?: Record<string, string>): Promise<void> {
  const answer = await upload(server, counter, body, headers)
  assert.equal(answer.status, 200, answer.body)
}

test('parts: files, texts and empty ones count alike', async () => {
  for (const counter of counters) {
    const files = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ name: counter.partName(), filename: 'a.txt', bytes: `${index}` }))
    const texts = (count: number, bytes: string) => Array.from({ length: count }, () => ({ name: 'text', bytes }))
    await mustTake(counter, form(...files(MAX_PARTS)))
    await mustTake(counter, form(...texts(MAX_PARTS - 1, ''), ...files(1)))
    for (const parts of [
      files(MAX_PARTS + 1),
      [...files(1), ...texts(MAX_PARTS, 'x')],
      [...texts(MAX_PARTS, ''), ...files(1)],
    ]) {
      await mustRefuse(counter, form(...parts), /more than 8 parts/)
    }
    await mustWork(server, counter)
  }
})

test("a part's headers: 8 KiB", async () => {
  for (const counter of counters) {
    const lines = (length: number) => {
      const disposition = `Content-Disposition: form-data; name="${counter.partName()}"; filename="a.txt"\r\nX: `
      return disposition + 'x'.repeat(length - disposition.length)
    }
    await mustTake(counter, formWithHeaders(lines(8_000)))
    await mustRefuse(counter, formWithHeaders(lines(8_400)), /Part 1 has more than 8192 bytes of headers/)
    await mustRefuse(counter, formWithHeaders(lines(2_000_000)), /Part 1 has more than 8192 bytes of headers/)
  }
})

test('the boundary: 70 characters', async () => {
  for (const counter of counters) {
    const body = (boundary: string) =>
      Buffer.from(
        form({ name: counter.partName(), filename: 'a.txt', bytes: 'x' })
          .toString('latin1')
          .replaceAll(BOUNDARY, boundary),
        'latin1',
      )
    const type = (boundary: string) => ({ 'content-type': `multipart/form-data; boundary=${boundary}` })
    await mustTake(counter, body('b'.repeat(70)), type('b'.repeat(70)))
    await mustRefuse(counter, body('b'.repeat(71)), /1 to 70/, type('b'.repeat(71)))
    await mustRefuse(counter, body('a{b'), /not legal/, type('a{b'))
  }
})

test("a file's name: 255 characters", async () => {
  for (const counter of counters) {
    const body = (length: number) =>
      form({ name: counter.partName(), filename: `${'n'.repeat(length - 4)}.txt`, bytes: 'x' })
    await mustTake(counter, body(255))
    await mustRefuse(counter, body(256), /255/)
  }
})

test('a text part where a link is meant: 64 KiB, whatever comes', async () => {
  const [zoho] = counters
  assert.ok(zoho)
  const body = openPart({ name: 'attachmentUrl', bytes: `https://example.com/${'x'.repeat(1_000_000)}` })
  await mustLeaveNothing(server, async () => {
    const answer = await upload(server, zoho, body)
    assert.ok(zoho.refusalOf(answer).status >= 400, answer.body)
    assert.match(answer.headers.get('x-dossier-hint') ?? '', /Part 1 \("attachmentUrl"\)/)
  })
  await mustRefuse(zoho, form({ name: 'attachmentUrl', bytes: `https://example.com/${'x'.repeat(2_981)}` }), /3,000/)
})

test('a body that is read whole: 1 MiB', async () => {
  const field = (length: number) => 'x'.repeat(length)
  const [zoho, highlevel] = counters
  assert.ok(zoho && highlevel)
  for (const length of [1_048_600, 5_000_000]) {
    await mustLeaveNothing(
      server,
      async () => {
        const said = await tenant.zoho('/Leads', {
          method: 'POST',
          body: JSON.stringify({ data: [{ Last_Name: field(length) }] }),
        })
        const body = await mustJson<{ code: string }>(said, 413)
        assert.equal(body.code, 'BODY_SIZE_REACHED')
        const other = await tenant.highlevel(
          '/contacts/',
          jsonBody({ locationId: tenant.location, firstName: field(length) }),
        )
        const { statusCode } = await mustJson<{ statusCode: number }>(other, 413)
        assert.equal(statusCode, 413)
        const link = new URLSearchParams({ attachmentUrl: `https://example.com/${field(length)}` }).toString()
        const answer = await upload(server, zoho, link, { 'content-type': 'application/x-www-form-urlencoded' })
        assert.equal(zoho.refusalOf(answer).status, 413)
      },
      3,
    )
  }
  for (const counter of counters) await mustWork(server, counter)
})

test('JSON that is deep, wide or no JSON at all', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const wide = JSON.stringify({ data: Array.from({ length: 10_000 }, () => ({})) })
  for (const body of [
    deep,
    wide,
    `{"data":${deep}}`,
    `{"data":[${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}]}`,
    '{',
    'null',
    '7',
    '"x"',
    '[]',
    '{"data":{}}',
    '\0',
  ]) {
    await mustLeaveNothing(
      server,
      async () => {
        const said = await tenant.zoho('/Leads', { method: 'POST', body })
        const { status } = await mustJson<{ status?: string }>(said, 400)
        assert.ok(status === 'error' || status === undefined)
        const other = await tenant.highlevel('/contacts/', { ...jsonBody(null), body })
        assert.ok(other.status === 400 || other.status === 422, `${other.status} to ${body.slice(0, 40)}`)
        await other.arrayBuffer()
      },
      2,
    )
  }
})
