/** Bytes out again through the native API: whole, in ranges, under conditions, and as a ZIP. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { text } from 'node:stream/consumers'
import { fromBufferPromise } from 'yauzl'
import { createNativeTenant, mustBeProblem, newRecord, operatorOf, put, type NativeTenant } from './tenant.ts'
import { startServer, type Server } from '../support/server.ts'
import { mustJson } from '../support/tenant.ts'

let server: Server
let tenant: NativeTenant
/** One that lives in the catalog, one in the blob store, and one without bytes. */
const contents = { small: 'hello world', large: 'abcdefghij'.repeat(20_000), empty: '' }
const ids: Record<string, string> = {}

before(async () => {
  server = await startServer()
  tenant = await createNativeTenant(server, await operatorOf(server))
  for (const [name, content] of Object.entries(contents))
    ids[name] = (await put(tenant.api, tenant.contact, [`${name}.txt`, content]))[0]?.id ?? ''
})
after(() => server.stop())

function content(name: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return tenant.api(`/attachments/${ids[name] ?? ''}/content`, { method, headers })
}

test('a download comes with its hash as a tag, and HEAD tells the same without bytes', async () => {
  for (const [name, expected] of Object.entries(contents)) {
    const answer = await content(name)
    assert.equal(answer.status, 200)
    assert.equal(await answer.text(), expected)
    assert.equal(answer.headers.get('etag'), `"${createHash('sha256').update(expected).digest('hex')}"`)
    assert.equal(answer.headers.get('accept-ranges'), 'bytes')
    assert.ok(Date.parse(answer.headers.get('last-modified') ?? '') <= Date.now())
    assert.match(answer.headers.get('content-security-policy') ?? '', /sandbox/)
    const head = await content(name, {}, 'HEAD')
    assert.equal(await head.text(), '')
    for (const header of ['etag', 'content-length', 'content-type', 'content-disposition'])
      assert.equal(head.headers.get(header), answer.headers.get(header), header)
  }
})

test('one range is answered alone', async () => {
  for (const name of ['small', 'large'] as const) {
    const whole = contents[name]
    const size = whole.length
    const cases: readonly (readonly [range: string, start: number, end: number])[] = [
      ['bytes=0-0', 0, 0],
      ['bytes=2-4', 2, 4],
      ['bytes=5-', 5, size - 1],
      ['bytes=-3', size - 3, size - 1],
      [`bytes=-${String(size + 9)}`, 0, size - 1],
      [`bytes=1-${String(size + 9)}`, 1, size - 1],
    ]
    for (const [range, start, end] of cases) {
      const answer = await content(name, { range })
      assert.equal(answer.status, 206, range)
      assert.equal(answer.headers.get('content-range'), `bytes ${String(start)}-${String(end)}/${String(size)}`)
      assert.equal(await answer.text(), whole.slice(start, end + 1), range)
    }
  }
})

test('a range outside is refused with the size; what is no range is passed over', async () => {
  for (const [name, range] of [
    ['small', 'bytes=11-'],
    ['small', 'bytes=99-100'],
    ['small', 'bytes=-0'],
    ['empty', 'bytes=0-'],
    ['empty', 'bytes=-5'],
  ] as const) {
    const answer = await content(name, { range })
    assert.equal(answer.headers.get('content-range'), `bytes */${String(contents[name].length)}`)
    await mustBeProblem(answer, 416, 'invalid_input')
  }
  const many = `bytes=${Array.from({ length: 500 }, (_, at) => `${String(at)}-${String(at)}`).join()}`
  for (const range of [
    'bytes=0-1,4-5',
    many,
    'bytes=4-2',
    'bytes=a-b',
    'lines=1-2',
    'bytes=',
    'bytes=1-99999999999999999999',
  ]) {
    const answer = await content('small', { range })
    assert.equal(answer.status, 200, range)
    assert.equal(await answer.text(), contents.small)
  }
})

test('conditions: unchanged, changed, and a range only of the same file', async () => {
  const first = await content('small')
  const [tag, modified] = [first.headers.get('etag') ?? '', first.headers.get('last-modified') ?? '']
  await first.text()
  const old = 'Mon, 01 Jan 2001 00:00:00 GMT'
  const cases: readonly (readonly [headers: Record<string, string>, status: number])[] = [
    [{ 'if-none-match': tag }, 304],
    [{ 'if-none-match': `"other", W/${tag}` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"other"', 'if-modified-since': modified }, 200],
    [{ 'if-modified-since': modified }, 304],
    [{ 'if-modified-since': old }, 200],
    [{ 'if-modified-since': 'no date' }, 200],
    [{ 'if-match': tag }, 200],
    [{ 'if-match': '"other"' }, 412],
    [{ 'if-unmodified-since': old }, 412],
    [{ range: 'bytes=0-1', 'if-range': tag }, 206],
    [{ range: 'bytes=0-1', 'if-range': modified }, 206],
    [{ range: 'bytes=0-1', 'if-range': '"other"' }, 200],
    [{ range: 'bytes=0-1', 'if-range': old }, 200],
    [{ range: 'bytes=0-1', 'if-none-match': tag }, 304],
  ]
  for (const [headers, status] of cases) {
    const answer = await content('small', headers)
    assert.equal(answer.status, status, JSON.stringify(headers))
    const body = await answer.text()
    if (status === 304) assert.deepEqual([body, answer.headers.get('etag')], ['', tag])
  }
})

test('a link has no bytes', async () => {
  const form = new FormData()
  form.append('link', 'https://example.com/x')
  const path = `/records/${tenant.contact}/attachments`
  const sent = await mustJson<{ items: { id: string }[] }>(await tenant.api(path, { method: 'POST', body: form }), 201)
  const refused = await tenant.api(`/attachments/${sent.items[0]?.id ?? ''}/content`)
  assert.equal((await mustBeProblem(refused, 400, 'invalid_input')).reason, 'link')
})

test('an archive holds the files under safe names, and a manifest that tells which is which', async () => {
  const { api } = tenant
  const record = await newRecord(api, 'Leads', { name: '../evil: "lead"' })
  const names = [
    'a.txt',
    'A.TXT',
    'manifest.json',
    'con',
    'NUL.txt',
    '..',
    '.hidden',
    'x'.repeat(250) + '.pdf',
    'r\u202egpj.exe',
  ]
  // What a browser never sends as a name: renamed afterwards, they may hold anything.
  const odd = [
    '../../etc/passwd',
    'C:\\Windows\\x.dll',
    'a/b\\c.txt',
    'trailing. ',
    'Übersicht 見積書.txt',
    'new\nline',
  ]
  const files = await put(
    api,
    record,
    ...[...names, ...odd].map((_, at) => [`${String(at)}.bin`, `content ${String(at)}`] as const),
  )
  await put(api, record, ['large.bin', contents.large])
  const renamed = [...names, ...odd]
  for (const [at, name] of renamed.entries()) {
    const init = { method: 'PATCH', body: JSON.stringify({ name }) }
    await mustJson(await api(`/attachments/${files[at]?.id ?? ''}`, init), 200)
  }
  const form = new FormData()
  form.append('link', 'https://example.com/x')
  await api(`/records/${record}/attachments`, { method: 'POST', body: form })

  const answer = await api(`/records/${record}/archive`)
  assert.equal(answer.headers.get('content-type'), 'application/zip')
  const bytes = Buffer.from(await answer.arrayBuffer())
  assert.equal(answer.headers.get('content-length'), String(bytes.length))
  const found = await entriesOf(bytes)
  const paths = [...found.keys()]
  assert.equal(paths[0], 'manifest.json')
  const folded = paths.map((path) => path.normalize('NFKC').toLowerCase())
  assert.equal(new Set(folded).size, renamed.length + 2)
  for (const path of paths) {
    assert.doesNotMatch(path, /[/\\:*?"<>|\p{Cc}\u202e]|^\.|[. ]$/u, path)
    assert.doesNotMatch(path, /^(con|nul)(\.|$)/i, path)
    assert.ok(path.length <= 140)
  }
  const manifest = JSON.parse(found.get('manifest.json') ?? '') as {
    files: { id: string; path: string; name: string; size: number; sha256: string }[]
    links: { url: string }[]
  }
  assert.equal(manifest.files.length, renamed.length + 1)
  for (const { path, size, sha256 } of manifest.files) {
    const content = found.get(path) ?? ''
    assert.equal(content.length, size)
    assert.equal(createHash('sha256').update(content).digest('hex'), sha256)
  }
  assert.deepEqual(
    manifest.files.slice(0, renamed.length).map(({ id, name }) => [id, name]),
    files.map(({ id }, at) => [id, renamed[at]?.trim()]),
  )
  assert.deepEqual(
    manifest.links.map(({ url }) => url),
    ['https://example.com/x'],
  )
})

test('an archive of many files has the length that it announces', async () => {
  const { api } = tenant
  const record = await newRecord(api, 'Leads', { name: 'Many' })
  const name = `${'long name '.repeat(11)}.txt`
  for (let batch = 0; batch < 5; batch++)
    await put(api, record, ...Array.from({ length: 99 }, (_, at) => [name, `${String(batch)} ${String(at)}`] as const))
  const answer = await api(`/records/${record}/archive`)
  const bytes = Buffer.from(await answer.arrayBuffer())
  assert.equal(answer.headers.get('content-length'), String(bytes.length))
  assert.equal((await entriesOf(bytes)).size, 496)
})

async function entriesOf(bytes: Buffer): Promise<Map<string, string>> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true })
  const found = new Map<string, string>()
  for await (const entry of zip.eachEntry())
    found.set(entry.fileName, await text(await zip.openReadStreamPromise(entry)))
  return found
}
