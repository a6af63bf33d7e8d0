// A stop is no accident: what is under way is finished, within a bound, and what was answered is kept.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { countersOf, download, type Counter } from '../support/counter.ts'
import { holdingsOf } from './data-folder.ts'
import { form, FORM_TYPE } from '../support/form.ts'
import { dial, headOf, type Line } from '../support/raw.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

const folder = mkdtempSync(join(tmpdir(), 'dossier-stop-'))
const STOP_SECONDS = 3
let tenant: Tenant

before(async () => {
  const server = await startServer({ folder })
  tenant = await createTenant(server)
  await server.stop()
})
after(() => rmSync(folder, { recursive: true }))

async function started(...args: string[]): Promise<{ server: Server; counters: readonly Counter[] }> {
  const server = await startServer({ folder, args: ['--stop-seconds', String(STOP_SECONDS), ...args] })
  return { server, counters: countersOf(server, tenant) }
}

async function begin(server: Server, counter: Counter, length: number): Promise<Line> {
  const line = await dial(server.origin)
  line.socket.on('error', () => undefined)
  const headers = { ...counter.headers, 'content-type': FORM_TYPE, 'content-length': String(length) }
  await line.send(headOf({ target: counter.target, headers }))
  return line
}

test('uploads under way at SIGTERM are finished, answered and kept; nobody new is let in', async () => {
  const { server, counters } = await started()
  const bytes = Buffer.alloc(300_000, 's')
  const uploads = await Promise.all(
    counters.map(async (counter) => {
      const whole = form({ name: counter.partName(), filename: 'late.txt', bytes })
      const line = await begin(server, counter, whole.length)
      await line.send(whole.subarray(0, 200_000))
      return { counter, line, rest: whole.subarray(200_000) }
    }),
  )
  await sleep(100)
  const stopped = server.stop()
  await sleep(300)
  await assert.rejects(dial(server.origin), /ECONNREFUSED/)
  const urls: [Counter, string][] = []
  for (const { counter, line, rest } of uploads) {
    await line.send(rest)
    const answer = await line.next()
    assert.equal(answer.status, 200, answer.body)
    assert.equal(answer.headers.get('connection'), 'close')
    urls.push(...counter.urlsOf(answer).map((url): [Counter, string] => [counter, new URL(url).pathname]))
  }
  assert.equal(await stopped, 0)
  const again = await started()
  for (const [counter, path] of urls) assert.ok((await download(again.server.origin + path, counter)).equals(bytes))
  await again.server.stop()
})

test('an upload that is stuck is cut after --stop-seconds, and leaves nothing', async () => {
  const { server, counters } = await started()
  const before = holdingsOf(folder)
  const lines = await Promise.all(
    counters.map(async (counter) => {
      const line = await begin(server, counter, 5_000_000)
      await line.send(
        form({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(400_000, 'x') }).subarray(0, 300_000),
      )
      return { counter, line }
    }),
  )
  await sleep(100)
  const began = performance.now()
  const stopped = server.stop()
  for (const { counter, line } of lines) {
    const answer = await line.next()
    assert.equal(counter.refusalOf(answer).status, 503, answer.body)
    assert.equal(answer.headers.get('retry-after'), '5')
  }
  assert.equal(await stopped, 0)
  const took = performance.now() - began
  assert.ok(took > STOP_SECONDS * 1_000 - 100 && took < STOP_SECONDS * 1_000 + 15_000, `${took.toFixed(0)} ms`)
  assert.deepEqual(holdingsOf(folder), before)
})

test('connections that wait for nothing do not delay it', async () => {
  const { server, counters } = await started('--stop-seconds', '20')
  const lines: Line[] = []
  for (const counter of counters) {
    const silent = await dial(server.origin)
    const answered = await dial(server.origin)
    await answered.send(headOf({ method: 'GET', target: '/documents/download/none', headers: counter.headers }))
    assert.equal((await answered.next()).status, 404)
    // Refused and answered, and all of its body has come.
    const refused = await begin(server, { ...counter, headers: {} }, 100_000)
    await refused.send(Buffer.alloc(100_000))
    assert.equal((await refused.next()).status, 401)
    lines.push(silent, answered, refused)
  }
  const began = performance.now()
  assert.equal(await server.stop(), 0)
  assert.ok(performance.now() - began < 15_000, `${(performance.now() - began).toFixed(0)} ms`)
  for (const line of lines) line.destroy()
})

test('a connection that becomes idle while it stops does not delay it either', async () => {
  const { server, counters } = await started('--stop-seconds', '20')
  const [zoho] = counters
  assert.ok(zoho)
  // Answered, because the rest of its body took long; then comes the stop, then the rest.
  const line = await begin(server, { ...zoho, headers: {} }, 100_000)
  assert.equal((await line.next()).status, 401)
  const began = performance.now()
  const stopped = server.stop()
  await sleep(300)
  await line.send(Buffer.alloc(100_000))
  assert.equal(await stopped, 0)
  assert.ok(performance.now() - began < 15_000, `${(performance.now() - began).toFixed(0)} ms`)
  line.destroy()
})
