// Senders and readers that take their time.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { countersOf, mustWork, upload, type Counter } from '../support/counter.ts'
import { mustLeaveNothing, until } from '../operation/data-folder.ts'
import { form, FORM_TYPE, openPart } from '../support/form.ts'
import { residentOf } from '../support/process.ts'
import { dial, headOf, type Line } from '../support/raw.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

const MEGABYTE = 1_048_576
const SILENT = /Nothing came for 1 seconds/

let server: Server
let tenant: Tenant
let counters: readonly Counter[]

before(async () => {
  server = await startServer({ args: ['--idle-seconds', '1', '--request-seconds', '4'] })
  tenant = await createTenant(server)
  counters = countersOf(server, tenant)
})
after(() => server.stop())

async function begin(counter: Counter, length: number, headers: Record<string, string> = {}): Promise<Line> {
  const line = await dial(server.origin)
  await line.send(
    headOf({
      target: counter.target,
      headers: { ...counter.headers, 'content-type': FORM_TYPE, 'content-length': String(length), ...headers },
    }),
  )
  return line
}

/** The 408 in the dialect's voice, and then the end of the connection. */
async function mustTimeOut(counter: Counter, line: Line, why: RegExp): Promise<void> {
  const answer = await line.next()
  const { status, text } = counter.refusalOf(answer)
  assert.equal(status, 408, answer.body)
  assert.match(text, why)
  assert.match(answer.headers.get('x-dossier-hint') ?? '', /nothing was kept/)
  await line.closed
}

test('a sender that falls silent is told so and cut', async () => {
  for (const counter of counters) {
    const part = openPart({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(200_000, 'x') })
    for (const sent of [0, 1, 60, 1_000, 150_000]) {
      await mustLeaveNothing(server, async () => {
        const line = await begin(counter, 10 * MEGABYTE)
        await line.send(part.subarray(0, sent))
        await mustTimeOut(counter, line, SILENT)
      })
    }
    await mustWork(server, counter)
  }
})

test('a sender that drips for ever is told so and cut', async () => {
  for (const counter of counters) {
    await mustLeaveNothing(server, async () => {
      const line = await begin(counter, 10 * MEGABYTE)
      let over = false
      const dripping = (async () => {
        const part = openPart({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(500_000, 'x') })
        for (let at = 0; !over && at < part.length; at += 10_000) {
          await line.send(part.subarray(at, at + 10_000))
          await sleep(100)
        }
      })()
      await mustTimeOut(counter, line, /took longer than 4 seconds/)
      over = true
      await dripping
    })
  }
})

test('a refused sender that falls silent or drips is cut in the end', async () => {
  for (const counter of counters) {
    const stranger = { ...counter, headers: { ...counter.headers, authorization: 'Bearer nobody' } }
    const line = await begin(stranger, 10 * MEGABYTE)
    const { status } = counter.refusalOf(await line.next())
    assert.equal(status, 401)
    const began = performance.now()
    await line.closed
    assert.ok(performance.now() - began < 20_000)
  }
})

test('a whole body that does not come is told so and cut', async () => {
  const [zoho, highlevel] = counters
  assert.ok(zoho && highlevel)
  const json = { 'content-type': 'application/json' }
  for (const counter of [
    { ...zoho, target: '/crm/v2/Leads' },
    { ...highlevel, target: '/contacts/' },
  ]) {
    await mustLeaveNothing(server, async () => {
      const line = await begin(counter, 1_000, json)
      await line.send('{"data":[')
      await mustTimeOut(counter, line, SILENT)
    })
  }
})

test('a slow upload within the limits is taken', async () => {
  for (const counter of counters) {
    const whole = form({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(100_000, 'x') })
    const line = await begin(counter, whole.length)
    for (let at = 0; at < whole.length; at += 30_000) {
      await line.send(whole.subarray(at, at + 30_000))
      await sleep(250)
    }
    assert.equal((await line.next()).status, 200)
    line.destroy()
  }
})

test('idle connections cost nobody else anything', async () => {
  const lines = await Promise.all(Array.from({ length: 300 }, () => dial(server.origin)))
  const half = await Promise.all(
    counters.flatMap((counter) => Array.from({ length: 100 }, () => begin(counter, MEGABYTE))),
  )
  for (const counter of counters) await mustWork(server, counter)
  await Promise.all(half.map((line) => line.closed))
  for (const line of lines) line.destroy()
})

test('a download that nobody reads holds little memory, and is cut', async () => {
  for (const counter of counters) {
    const bytes = Buffer.alloc(40 * MEGABYTE, 'x')
    const stored = await upload(server, counter, form({ name: counter.partName(), filename: 'a.txt', bytes }))
    const target = new URL(counter.urlsOf(stored).at(-1) ?? '').pathname
    const before = residentOf(server)
    const lines = await Promise.all(Array.from({ length: 20 }, () => dial(server.origin)))
    for (const line of lines) {
      line.socket.pause()
      await line.send(headOf({ method: 'GET', target, headers: counter.headers }))
    }
    await sleep(500)
    // All of it would be 800 MB.
    const grown = (residentOf(server) - before) / MEGABYTE
    assert.ok(grown < 100, `${grown.toFixed(0)} MiB`)
    await until(() => openDownloadsOf(server) === 0, 'the unread downloads stay', 15_000)
    for (const line of lines) line.destroy()
    await mustWork(server, counter)
  }
})

/** Connections of the server whose send queue is not empty. */
function openDownloadsOf({ origin }: Server): number {
  const port = Number(new URL(origin).port).toString(16).toUpperCase().padStart(4, '0')
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
  const established = '01'
  return rows.filter(
    ([, local = '', , state, queues = '']) =>
      local.endsWith(`:${port}`) && state === established && !queues.startsWith('00000000:'),
  ).length
}
