// A refused upload is read to its end: the client sees the answer, and its connection serves the next request.
import assert from 'node:assert/strict'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { after, before, test } from 'node:test'
import { countersOf, mustWork, type Counter } from '../support/counter.ts'
import { mustLeaveNothing } from '../operation/data-folder.ts'
import { BOUNDARY, FORM_TYPE, partHead } from '../support/form.ts'
import { dial, headOf } from '../support/raw.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

const MEGABYTE = 1_048_576
const BODY = 101 * MEGABYTE

let server: Server
let tenant: Tenant
let counters: readonly Counter[]

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  counters = countersOf(server, tenant)
})
after(() => server.stop())

interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: ReadonlyMap<string, string>
}

/** A plain client: writes all of its body, whatever comes meanwhile, and then reads the answer. */
async function send(agent: Agent, counter: Counter, part: { name: string; filename: string }): Promise<Answer> {
  const head = Buffer.from(partHead({ ...part, bytes: '' }))
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`)
  const headers = {
    ...counter.headers,
    'content-type': FORM_TYPE,
    'content-length': String(head.length + BODY + tail.length),
  }
  const request = httpRequest(server.origin + counter.target, { method: 'POST', agent, headers })
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    request.once('response', resolve).once('error', reject),
  )
  answered.catch(() => undefined)
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => request.write(bytes, (error) => (error ? reject(error) : resolve())))
  await write(head)
  const piece = Buffer.alloc(MEGABYTE, 'x')
  for (let sent = 0; sent < BODY; sent += MEGABYTE) await write(piece)
  await write(tail)
  request.end()
  return read(await answered)
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const headers = new Map(Object.entries(response.headers).map(([name, value]) => [name, String(value)]))
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString(), headers }
}

function get(agent: Agent, target: string, headers: Counter['headers']): Promise<Answer & { reused: boolean }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(server.origin + target, { agent, headers: { ...headers } })
    request.once('error', reject).once('response', (response) => {
      read(response).then((answer) => resolve({ ...answer, reused: request.reusedSocket }), reject)
    })
    request.end()
  })
}

test('a client that sends 101 MB regardless sees why it was refused, and goes on with the same connection', async (t) => {
  for (const counter of counters) {
    const stranger = { ...counter, headers: { ...counter.headers, authorization: 'Bearer nobody' } }
    const nowhere = {
      ...counter,
      target: counter.target
        .replace(tenant.leadId, '1000000000000000001')
        .replace(tenant.contact.highlevel, 'AAAAAAAAAAAAAAAAAAAA'),
    }
    const good = { name: counter.partName(), filename: 'a.txt' }
    const kinds: [string, Counter, { name: string; filename: string }, number][] = [
      ['no right', stranger, good, 401],
      ['no such record', nowhere, good, 400],
      ['.exe', counter, { ...good, filename: 'a.exe' }, 400],
      ['too large', counter, good, counter.name === 'zoho' ? 400 : 413],
    ]
    for (const [kind, to, part, status] of kinds) {
      await t.test(`${counter.name}: ${kind}`, async () => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 })
        try {
          await mustLeaveNothing(
            server,
            async () => {
              const answer = await send(agent, to, part)
              assert.equal(counter.refusalOf(answer).status, status, answer.body)
              assert.notEqual(answer.headers.get('connection'), 'close')
              const next = await get(agent, '/documents/download/none', counter.headers)
              assert.equal(next.status, 404)
              assert.ok(next.reused, 'the connection was not kept')
            },
            2,
          )
        } finally {
          agent.destroy()
        }
      })
    }
    await mustWork(server, counter)
  }
})

test('an answer does not wait for a body that takes long to come', async () => {
  for (const counter of counters) {
    const line = await dial(server.origin)
    const headers = {
      ...counter.headers,
      authorization: 'Bearer nobody',
      'content-type': FORM_TYPE,
      'content-length': String(BODY),
    }
    await line.send(headOf({ target: counter.target, headers }))
    assert.equal(counter.refusalOf(await line.next()).status, 401)
    line.destroy()
  }
})

test('beyond the bound of --drain-bytes the connection is cut', async () => {
  const strict = await startServer({ args: ['--drain-bytes', '1000000'] })
  try {
    const target = '/crm/v2/Leads/1/Attachments'
    for (const [length, survives] of [
      [900_000, true],
      [20 * MEGABYTE, false],
    ] as const) {
      const line = await dial(strict.origin)
      line.socket.on('error', () => undefined)
      await line.send(headOf({ target, headers: { 'content-type': FORM_TYPE, 'content-length': String(length) } }))
      const sent = line.send(Buffer.alloc(length))
      if (survives) {
        assert.equal((await line.next()).status, 401)
        await sent
        await line.send(headOf({ method: 'GET', target }))
        assert.equal((await line.next()).status, 401)
        line.destroy()
      } else {
        await line.closed
        assert.ok(line.socket.bytesWritten < 20 * MEGABYTE || line.socket.destroyed)
      }
    }
  } finally {
    await strict.stop()
  }
})
