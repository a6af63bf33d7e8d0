// What a request holds while it is under way is given back however it ends.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { countersOf, mustWork, upload, type Counter } from '../e2e/support/counter.ts'
import { mustLeaveNothing, until } from '../e2e/operation/data-folder.ts'
import { BOUNDARY, form, FORM_TYPE, openPart, partHead } from '../e2e/support/form.ts'
import { descriptorsOf, openFilesOf, residentOf } from '../e2e/support/process.ts'
import { dial, headOf, type Line } from '../e2e/support/raw.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createTenant } from '../e2e/support/tenant.ts'

const ROUNDS = 40
const MEGABYTE = 1_048_576

let server: Server
let counters: readonly Counter[]

before(async () => {
  server = await startServer()
  counters = countersOf(server, await createTenant(server))
})
after(() => server.stop())

test('class 3: a request error leaks streams, descriptors, memory', async () => {
  for (const counter of counters) {
    const [url = ''] = counter.urlsOf(
      await upload(
        server,
        counter,
        form({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(4 * MEGABYTE, 'x') }),
      ),
    )
    const round = async () => {
      await mustLeaveNothing(server, () => cut(counter, MEGABYTE))
      await mustLeaveNothing(server, () => refuse(counter))
      await leaveDownload(url, counter)
    }
    for (let warming = 0; warming < 10; warming++) await round()
    const descriptors = descriptorsOf(server)
    const memory = residentOf(server)
    for (let index = 0; index < ROUNDS; index++) await round()
    await until(
      () => descriptorsOf(server) <= descriptors,
      `${descriptors} descriptors before; now ${openFilesOf(server).join(' ')}`,
    )
    // Forty rounds send 80 MB and ask for 160 MB: what was kept of them would be seen.
    const growth = (residentOf(server) - memory) / MEGABYTE
    assert.ok(growth < 60, `grew by ${growth.toFixed(0)} MiB`)
    await mustWork(server, counter)
  }
})

test('class 4: limit, then abort: temp file kept, handler hangs for ever', async () => {
  for (const counter of counters) {
    const good = openPart({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(200_000, 'x') })
    const texts = Buffer.concat(Array.from({ length: 101 }, () => openPart({ name: 'f', bytes: 'x' })))
    const tooLarge = counter.name === 'zoho' ? 101 : 51
    const begin = Buffer.from(partHead({ name: counter.partName(), filename: 'b.txt', bytes: '' }))
    for (const beyond of [
      Buffer.concat([good, texts]),
      Buffer.concat([good, begin, Buffer.alloc(tooLarge * MEGABYTE)]),
    ]) {
      await mustLeaveNothing(server, async () => {
        const line = await open(counter, 2 ** 30)
        await line.send(beyond)
        const { status } = counter.refusalOf(await line.next())
        assert.ok(status === 400 || status === 413)
        line.destroy()
      })
    }
    await mustWork(server, counter)
  }
})

test('class 5: temp files survive a cancelled request', async () => {
  for (const counter of counters) {
    const part = () => ({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(300_000, 'x') })
    const whole = openPart(part())
    // In the first file; in the second, when the first already has its place.
    for (const begun of [whole.subarray(0, 250_000), Buffer.concat([whole, openPart(part()).subarray(0, 250_000)])]) {
      await mustLeaveNothing(server, async () => {
        const line = await open(counter, 10 * MEGABYTE)
        await line.send(begun)
        await until(
          () => readdirSync(join(server.folder, 'blobs', 'incoming')).length > 0,
          'no temporary file was seen',
        )
        line.destroy()
      })
    }
    await mustWork(server, counter)
  }
})

async function open(counter: Counter, length: number): Promise<Line> {
  const line = await dial(server.origin)
  const headers = { ...counter.headers, 'content-type': FORM_TYPE, 'content-length': String(length) }
  await line.send(headOf({ target: counter.target, headers }))
  return line
}

async function cut(counter: Counter, bytes: number): Promise<void> {
  const line = await open(counter, 2 * bytes)
  await line.send(openPart({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(bytes, 'x') }))
  line.destroy()
}

/** The second part spoils the first. */
async function refuse(counter: Counter): Promise<void> {
  const good = openPart({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(MEGABYTE, 'x') })
  const answer = await upload(server, counter, Buffer.concat([good, Buffer.from(`--${BOUNDARY}\r\n:\r\n\r\n`)]))
  assert.equal(answer.status, 400, answer.body)
}

async function leaveDownload(url: string, counter: Counter): Promise<void> {
  const line = await dial(server.origin)
  await line.send(headOf({ method: 'GET', target: new URL(url).pathname, headers: counter.headers }))
  await new Promise((resolve) => line.socket.once('data', resolve))
  line.destroy()
}
