// What is no request yet is answered as well: JSON in the shape of the dialect that its path belongs to, with an id.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { countersOf, mustWork, upload, type Counter } from '../support/counter.ts'
import { form, FORM_TYPE } from '../support/form.ts'
import { dial, exchange, headOf, rawAnswer } from '../support/raw.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant } from '../support/tenant.ts'

let server: Server
let counters: readonly Counter[]

before(async () => {
  server = await startServer({ args: ['--headers-seconds', '2', '--idle-seconds', '5'] })
  counters = countersOf(server, await createTenant(server))
})
after(() => server.stop())

/** With the dialect's token, so that nothing but the head itself is at fault. */
function heads(counter: Counter): Record<string, { readonly status: number; readonly head: string }> {
  const { target } = counter
  const [path = ''] = target.split('?')
  const auth = Object.entries(counter.headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  const rest = `host: a\r\n${auth}content-length: 0\r\n`
  const of = (line: string, more = '') => `${line}\r\n${rest}${more}\r\n`
  const notFound = 404
  return {
    'unknown method': { status: 400, head: of(`FETCH ${target} HTTP/1.1`) },
    'method in lower case': { status: 400, head: of(`post ${target} HTTP/1.1`) },
    'version of the future': { status: 400, head: of(`POST ${target} HTTP/9.9`) },
    'no version': { status: 400, head: of(`POST ${target} x`) },
    'header without a colon': { status: 400, head: of(`POST ${target} HTTP/1.1`, 'nonsense\r\n') },
    'blank before a colon': { status: 400, head: of(`POST ${target} HTTP/1.1`, 'X-Y : z\r\n') },
    'NUL in a header': { status: 400, head: of(`POST ${target} HTTP/1.1`, 'X-Y: a\0b\r\n') },
    'head of 40 KiB': { status: 431, head: of(`POST ${target} HTTP/1.1`, `X-Y: ${'x'.repeat(40_960)}\r\n`) },
    'very many headers': { status: 431, head: of(`POST ${target} HTTP/1.1`, 'X-Y: x\r\n'.repeat(10_000)) },
    'target of 40 KiB': { status: 431, head: of(`POST ${path}/${'x'.repeat(40_960)} HTTP/1.1`) },
    'Content-Length that is no number': {
      status: 400,
      head: of(`POST ${target} HTTP/1.1`).replace('length: 0', 'length: many'),
    },
    'negative Content-Length': { status: 400, head: of(`POST ${target} HTTP/1.1`).replace('length: 0', 'length: -1') },
    'two Content-Lengths': { status: 400, head: of(`POST ${target} HTTP/1.1`, 'content-length: 7\r\n') },
    'Content-Length beside chunks': {
      status: 400,
      head: of(`POST ${target} HTTP/1.1`, 'transfer-encoding: chunked\r\n'),
    },
    'path that is not encoded right': { status: notFound, head: of(`GET ${path}%zz HTTP/1.1`) },
    'path of half a character': { status: notFound, head: of(`GET ${path}%c3 HTTP/1.1`) },
  }
}

test('a malformed head is answered in the voice of its path', async () => {
  for (const counter of counters) {
    for (const [kind, { status, head }] of Object.entries(heads(counter))) {
      const answer = await rawAnswer(server.origin, head)
      assert.equal(counter.refusalOf(answer).status, status, `${kind}: ${answer.status} ${answer.body}`)
      assert.ok(answer.headers.get('x-dossier-hint'), kind)
    }
    await mustWork(server, counter)
  }
})

test('a chunk that is none ends the upload with one answer', async () => {
  for (const counter of counters) {
    const line = await dial(server.origin)
    const headers = { ...counter.headers, 'content-type': FORM_TYPE, 'transfer-encoding': 'chunked' }
    await line.send(`${headOf({ target: counter.target, headers })}5\r\n--dos\r\nnonsense\r\n`)
    const answer = await line.next()
    assert.equal(counter.refusalOf(answer).status, 400)
    await line.closed
    await assert.rejects(line.next(), /connection ended after 0 bytes/)
  }
})

test('nonsense behind a download does not get into its bytes', async () => {
  for (const counter of counters) {
    const bytes = Buffer.alloc(8_000_000, 'x')
    const stored = await upload(server, counter, form({ name: counter.partName(), filename: 'a.txt', bytes }))
    const target = new URL(counter.urlsOf(stored).at(-1) ?? '').pathname
    const line = await dial(server.origin)
    line.socket.pause()
    await line.send(headOf({ method: 'GET', target, headers: counter.headers }) + 'NONSENSE\r\n\r\n')
    await new Promise((resolve) => setTimeout(resolve, 200))
    line.socket.resume()
    const answer = await line.next().catch(() => null)
    // Cut short is allowed, and seen by the client; other bytes among its own would not be.
    assert.ok(answer === null || answer.body.length === bytes.length)
    assert.equal(answer?.body.includes('HTTP/1.1') ?? false, false)
    line.destroy()
  }
})

test('a request without Host, in absolute form, or with an Upgrade is answered like any other', async () => {
  for (const counter of counters) {
    const auth = Object.entries(counter.headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')
    const body = form({ name: counter.partName(), filename: 'a.txt', bytes: 'x' }).toString('latin1')
    const rest = `${auth}content-type: ${FORM_TYPE}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    for (const begin of [
      `POST ${counter.target} HTTP/1.1\r\n`,
      `POST ${counter.target} HTTP/1.0\r\n`,
      `POST http://crm.example.com${counter.target} HTTP/1.1\r\nhost: crm.example.com\r\n`,
      `POST ${counter.target} HTTP/1.1\r\nhost: "<x>\r\n`,
      `POST ${counter.target} HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n`,
    ]) {
      const answer = await rawAnswer(server.origin, begin + rest)
      assert.equal(answer.status, 200, `${begin}: ${answer.body}`)
      assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
    }
  }
})

test('CONNECT and OPTIONS * are refused in words', async () => {
  const [, highlevel] = counters
  assert.ok(highlevel)
  for (const head of ['CONNECT example.com:443 HTTP/1.1\r\nhost: a\r\n\r\n', 'OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n']) {
    const { status } = highlevel.refusalOf(await rawAnswer(server.origin, head))
    assert.ok(status === 400 || status === 404, String(status))
  }
})

test('Expect: 100-continue is invited, any other expectation is passed over', async () => {
  for (const counter of counters) {
    const body = form({ name: counter.partName(), filename: 'a.txt', bytes: 'x' })
    const headers = { ...counter.headers, 'content-type': FORM_TYPE, 'content-length': String(body.length) }
    const line = await dial(server.origin)
    await line.send(headOf({ target: counter.target, headers: { ...headers, expect: '100-continue' } }))
    assert.equal((await line.next()).status, 100)
    await line.send(body)
    assert.equal((await line.next()).status, 200)
    line.destroy()
    const other = await exchange(
      server.origin,
      { target: counter.target, headers: { ...headers, expect: '200-maybe' } },
      body,
    )
    assert.equal(other.status, 200, other.body)
    assert.ok(other.headers.get('x-request-id'))
  }
})

test('a head that takes too long is answered with 408 and cut', async () => {
  for (const counter of counters) {
    const line = await dial(server.origin)
    const head = headOf({ target: counter.target, headers: counter.headers })
    await line.send(head.slice(0, -2))
    const began = performance.now()
    const answer = await line.next()
    await line.closed
    assert.equal(answer.status, 408, answer.body)
    assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
    assert.ok(performance.now() - began < 20_000)
  }
})
