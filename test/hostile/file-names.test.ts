import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { countersOf, mustWork, upload, type Counter } from '../e2e/support/counter.ts'
import { mustLeaveNothing } from '../e2e/operation/data-folder.ts'
import { form, formWithHeaders } from '../e2e/support/form.ts'
import { exchange, rawAnswer } from '../e2e/support/raw.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createTenant, type Tenant } from '../e2e/support/tenant.ts'

let server: Server
let tenant: Tenant
let counters: readonly Counter[]

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  counters = countersOf(server, tenant)
})
after(() => server.stop())

const head = (name: string, parameters: string) => `Content-Disposition: form-data; name="${name}"; ${parameters}`

async function mustRefuse(counter: Counter, body: Uint8Array, headers?: Record<string, string>): Promise<void> {
  await mustLeaveNothing(server, async () => {
    const answer = await upload(server, counter, body, headers)
    assert.equal(counter.refusalOf(answer).status, 400, `${answer.body} to ${String(body).slice(0, 300)}`)
  })
}

/** The name under which a download is to be saved, from its header. */
async function keptName(counter: Counter, body: Uint8Array): Promise<string> {
  const answer = await upload(server, counter, body)
  assert.equal(answer.status, 200, answer.body)
  const [url = ''] = counter.urlsOf(answer).slice(-1)
  const download = await exchange(server.origin, {
    method: 'GET',
    target: new URL(url).pathname,
    headers: counter.headers,
  })
  const [, name = ''] =
    /filename\*=UTF-8''([A-Za-z0-9._~%-]*)$/.exec(download.headers.get('content-disposition') ?? '') ?? []
  return decodeURIComponent(name)
}

test('class 10: bare CR/LF/NUL in a file name reaches headers, logs, object metadata', async () => {
  const spoilt = [
    'a\rSet-Cookie: x.txt',
    'a\nSet-Cookie: x.txt',
    'a\r\nSet-Cookie: x\r\n\r\n.txt',
    'a\0.txt',
    'a.exe\0.txt',
    '\x1b[2Ja.txt',
    'a\x7f.txt',
  ]
  for (const counter of counters) {
    const name = counter.partName()
    for (const filename of spoilt) {
      const encoded = encodeURIComponent(filename)
      await mustRefuse(counter, formWithHeaders(head(name, `filename="${filename}"`)))
      await mustRefuse(counter, formWithHeaders(head(name, `filename*=UTF-8''${encoded}`)))
      await mustRefuse(counter, formWithHeaders(head(name, `filename="a.txt"; filename*=UTF-8''${encoded}`)))
      await mustRefuse(counter, formWithHeaders(head(`${name}${filename}`, 'filename="a.txt"')))
      // A line break here only begins another header of the part, which nobody reads.
      if (!filename.includes('\n'))
        await mustRefuse(
          counter,
          formWithHeaders(`${head(name, 'filename="a.txt"')}\r\nContent-Type: text/${filename}`),
        )
    }
    await mustWork(server, counter)
  }
  for (const url of ['https://example.com/a\r\nSet-Cookie: x', 'https://example.com/\0', 'https://exa\nmple.com/']) {
    for (const body of [form({ name: 'attachmentUrl', bytes: url }), new Uint8Array()]) {
      const [zoho] = counters
      assert.ok(zoho)
      const query = body.length === 0 ? `?attachmentUrl=${encodeURIComponent(url)}` : ''
      await mustLeaveNothing(server, async () => {
        const answer = await upload(server, { ...zoho, target: zoho.target + query }, body)
        assert.equal(zoho.refusalOf(answer).code, 'INVALID_URL_PATTERN', answer.body)
      })
    }
  }
  assert.doesNotMatch(server.log(), /Set-Cookie/)
})

test('class 11: parser differential: filename*, duplicate parameters, many Content-Types', async () => {
  for (const counter of counters) {
    const name = counter.partName()
    const good = head(name, 'filename="a.txt"')
    const ambiguous = [
      head(name, 'filename="a.txt"; filename="b.exe"'),
      head(name, 'filename="a.txt"; FILENAME="b.exe"'),
      head(name, `filename*=UTF-8''a.txt; filename*=UTF-8''b.exe`),
      `${good}; name="other"`,
      `${good}\r\n${head(name, 'filename="b.exe"')}`,
      `${good}\r\nContent-Type: text/plain\r\nContent-Type: text/html`,
      // What is judged is what is kept.
      head(name, `filename="a.txt"; filename*=UTF-8''b.exe`),
      head(name, `filename*=UTF-8''b%2Eexe; filename="a.txt"`),
    ]
    for (const lines of ambiguous) await mustRefuse(counter, formWithHeaders(lines))
    const twice = { 'content-type': 'multipart/form-data; boundary=dossierTestBoundary; boundary=other' }
    await mustRefuse(counter, formWithHeaders(good), twice)
    assert.equal(
      await keptName(counter, formWithHeaders(head(counter.partName(), `filename="b.exe"; filename*=UTF-8''a.txt`))),
      'a.txt',
    )
    for (const framing of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
      'Content-Length: 5\r\nContent-Length: 6',
      'Transfer-Encoding: x, chunked, x',
    ]) {
      const auth = Object.entries(counter.headers)
        .map(([key, value]) => `${key}: ${value}\r\n`)
        .join('')
      const answer = await rawAnswer(
        server.origin,
        `POST ${counter.target} HTTP/1.1\r\nhost: a\r\n${auth}${framing}\r\n\r\n0\r\n\r\n`,
      )
      assert.equal(counter.refusalOf(answer).status, 400)
    }
    await mustWork(server, counter)
  }
})

test('class 13: path traversal in a file name', async () => {
  const beside = () =>
    readdirSync(`${server.folder}/..`)
      .sort()
      .filter((name) => /passwd|owned/.test(name))
  const before = beside()
  const names = {
    '../../../../owned.txt': 'owned.txt',
    '..\\..\\owned.txt': 'owned.txt',
    '/tmp/owned.txt': 'owned.txt',
    'C:\\owned.txt': 'owned.txt',
    '....//....//owned.txt': 'owned.txt',
    '..%2f..%2fowned.txt': '..%2f..%2fowned.txt',
    'blobs/incoming/owned.txt': 'owned.txt',
  }
  for (const counter of counters) {
    for (const [sent, kept] of Object.entries(names)) {
      assert.equal(await keptName(counter, form({ name: counter.partName(), filename: sent, bytes: sent })), kept)
      const large = form({ name: counter.partName(), filename: sent, bytes: Buffer.alloc(100_000, sent) })
      assert.equal(await keptName(counter, large), kept)
    }
    const encoded = head(counter.partName(), "filename*=UTF-8''..%2F..%2Fowned.txt")
    assert.equal(await keptName(counter, formWithHeaders(encoded)), 'owned.txt')
    await mustWork(server, counter)
  }
  assert.deepEqual(beside(), before)
  assert.doesNotMatch(readdirSync(server.folder, { recursive: true }).join(' '), /owned/)
})

test('class 17: extension tricks: trailing dot or space, double extension, case, NUL, right-to-left override', async () => {
  const tricks = [
    'a.exe',
    'A.EXE',
    'a.exe.',
    'a.exe ',
    'a.exe. . .',
    'a.pdf.exe',
    'a.txt.ExE',
    'a.exe::$DATA',
    'a\u202Etxt.exe',
    'a.\u200Bexe',
    'a.ex\u200Be',
    'a.ｅｘｅ',
    '.exe',
    'a.exe\u00a0',
    '../a.exe',
    'a.exe;.',
    'a. exe',
  ]
  for (const counter of counters) {
    for (const filename of tricks.filter((trick) => trick !== 'a.exe;.' || counter.name === 'highlevel')) {
      await mustRefuse(counter, form({ name: counter.partName(), filename, type: 'application/pdf', bytes: 'MZ' }))
      const large = form({ name: counter.partName(), filename, bytes: Buffer.alloc(100_000, 'x') })
      await mustRefuse(counter, large)
    }
    assert.equal(
      await keptName(counter, form({ name: counter.partName(), filename: 'a.exe.txt', bytes: 'x' })),
      'a.exe.txt',
    )
    await mustWork(server, counter)
  }
})
