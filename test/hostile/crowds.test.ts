// Many bad lines at once: senders that take for ever, leave at any byte, or say no more.
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { countersOf, mustWork, type Counter } from '../e2e/support/counter.ts'
import { holdingsOf, until } from '../e2e/operation/data-folder.ts'
import { BOUNDARY, form, FORM_TYPE } from '../e2e/support/form.ts'
import { descriptorsOf, residentOf } from '../e2e/support/process.ts'
import { dial, headOf, type Line } from '../e2e/support/raw.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createTenant, type Tenant } from '../e2e/support/tenant.ts'

const SENDERS = 1_000
/** Of these every tenth has sent more than is kept in memory: each of them holds a temporary file. */
const LARGE = 80_000
const MEGABYTE = 1_048_576

let server: Server
let impatient: Server
let tenant: Tenant
let counters: readonly Counter[]

before(async () => {
  server = await startServer({ args: ['--log-level', 'warn'] })
  impatient = await startServer({ args: ['--log-level', 'warn', '--idle-seconds', '1', '--headers-seconds', '1'] })
  tenant = await createTenant(server)
  counters = countersOf(server, tenant)
  for (const counter of counters) await mustWork(server, counter)
})
after(async () => {
  await server.stop()
  await impatient.stop()
})

/** A whole request, and where its body begins. */
function requestOf(counter: Counter, body: Buffer): Buffer {
  const headers = { ...counter.headers, 'content-type': FORM_TYPE, 'content-length': String(body.length) }
  return Buffer.concat([Buffer.from(headOf({ target: counter.target, headers })), body])
}

function temporaryIn({ folder }: Server): number {
  return readdirSync(join(folder, 'blobs', 'incoming')).length
}

/** As many descriptors as before, and no temporary file. */
async function mustCalmDown(of: Server, descriptors: number): Promise<void> {
  await until(
    () => descriptorsOf(of) <= descriptors,
    `more than the ${String(descriptors)} descriptors of before`,
    20_000,
  )
  await until(() => temporaryIn(of) === 0, 'a temporary file was left')
}

test('a thousand slow senders cost nobody else anything, and leave nothing', async () => {
  const descriptors = descriptorsOf(server)
  const rows = holdingsOf(server.folder).rows['attachment'] ?? 0
  const lines: { line: Line; rest: Buffer }[] = []
  for (let index = 0; index < SENDERS; index++) {
    const counter = counters[index % 2] as Counter
    const bytes = Buffer.alloc(index % 10 === 0 ? LARGE : 600, `${String(index)} `)
    const whole = requestOf(counter, form({ name: counter.partName(), filename: 'a.txt', bytes }))
    const sent = whole.length - 200
    const line = await dial(server.origin)
    await line.send(whole.subarray(0, sent))
    lines.push({ line, rest: whole.subarray(sent) })
  }
  await until(() => temporaryIn(server) >= SENDERS / 10, 'not every large file has begun to arrive')
  const memory = residentOf(server)
  for (let round = 0; round < 3; round++) {
    await Promise.all(lines.map(({ line, rest }) => line.send(rest.subarray(round, round + 1))))
    for (const counter of counters) await mustWork(server, counter)
  }
  const grown = (residentOf(server) - memory) / MEGABYTE
  assert.ok(grown < 40, `grew by ${grown.toFixed(0)} MiB`)
  const patient = lines.filter((_, index) => index % 5 === 0)
  const answers = await Promise.all(
    patient.map(async ({ line, rest }) => {
      await line.send(rest.subarray(3))
      return line.next()
    }),
  )
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  for (const [index, { line }] of lines.entries()) {
    if (index % 2 === 0) line.destroy()
    else line.socket.resetAndDestroy()
  }
  await mustCalmDown(server, descriptors)
  // What mustWork uploaded, three times two files at two counters, and what was sent to its end.
  assert.equal(holdingsOf(server.folder).rows['attachment'], rows + 12 + patient.length)
  for (const counter of counters) await mustWork(server, counter)
})

test('a client that leaves after any byte leaves nothing', async () => {
  const descriptors = descriptorsOf(server)
  const held = holdingsOf(server.folder)
  let leavings = 0
  for (const counter of counters) {
    const body = form({ name: counter.partName(), filename: 'a.txt', bytes: 'x'.repeat(50) })
    const whole = requestOf(counter, body)
    // Once the last boundary is there, so is the form.
    const end = whole.lastIndexOf(`--${BOUNDARY}--`) + BOUNDARY.length + 3
    for (let from = 0; from <= end; from += 50) {
      const offsets = Array.from({ length: Math.min(50, end - from + 1) }, (_, index) => from + index)
      await Promise.all(
        offsets.map(async (offset) => {
          const line = await dial(server.origin)
          await line.send(whole.subarray(0, offset))
          if (offset % 2 === 0) line.destroy()
          else line.socket.resetAndDestroy()
        }),
      )
      leavings += offsets.length
    }
    await mustWork(server, counter, [])
  }
  assert.ok(leavings > 600, String(leavings))
  await mustCalmDown(server, descriptors)
  assert.deepEqual(holdingsOf(server.folder), held)
  for (const counter of counters) await mustWork(server, counter)
})

test('sockets that are half open are closed, whether they said goodbye or not', async () => {
  const strangers = countersOf(impatient, await createTenant(impatient))
  for (const counter of strangers) await mustWork(impatient, counter)
  const descriptors = descriptorsOf(impatient)
  const sockets = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const counter = strangers[index % 2] as Counter
      const bytes = Buffer.alloc(index % 4 < 2 ? LARGE : 600, 'x')
      const whole = requestOf(counter, form({ name: counter.partName(), filename: 'a.txt', bytes }))
      const socket = await halfOpen(impatient)
      // Nothing at all, a part of the head, a part of the body.
      const sent = index % 5 === 0 ? 0 : index % 5 === 1 ? 40 : whole.length - 100
      if (sent > 0) socket.write(whole.subarray(0, sent))
      if (index % 3 === 0) socket.end()
      // A peer that is gone reads nothing and closes nothing.
      if (index % 3 === 1) socket.pause()
      return socket
    }),
  )
  await mustCalmDown(impatient, descriptors)
  for (const socket of sockets) socket.destroy()
  for (const counter of strangers) await mustWork(impatient, counter)
})

function halfOpen({ origin }: Server): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1', allowHalfOpen: true })
    socket.on('data', () => undefined)
    socket.once('connect', () => resolve(socket)).once('error', reject)
    socket.on('error', () => undefined)
  })
}
