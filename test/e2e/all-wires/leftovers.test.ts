// A refused, cut or killed request leaves nothing: the files of the data folder and the rows of the catalog are as before.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { countersOf, mustWork, upload, type Counter } from '../support/counter.ts'
import { holdingsOf, mustLeaveNothing, until, untilEnded } from '../operation/data-folder.ts'
import { form, FORM_TYPE, openPart } from '../support/form.ts'
import { dial, exchange, headOf, type Line } from '../support/raw.ts'
import { refusalsOfParts, refusalsOfRequests, type Refusal } from '../support/refusal-kinds.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

const folder = mkdtempSync(join(tmpdir(), 'dossier-leftovers-'))
let server: Server
let tenant: Tenant
let stranger: Tenant

before(async () => {
  server = await startServer({ folder })
  tenant = await createTenant(server)
  stranger = await createTenant(server, 'A stranger')
})
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

async function mustRefuse(refusals: readonly Refusal[]): Promise<void> {
  for (const { kind, counter, request, body } of refusals) {
    await mustLeaveNothing(server, async () => {
      const answer = await exchange(server.origin, request, body)
      assert.ok(
        answer.status >= 400 && answer.status < 500,
        `${counter.name}, ${kind}: ${answer.status} ${answer.body}`,
      )
    })
  }
  for (const counter of countersOf(server, tenant)) await mustWork(server, counter)
}

test('a request that is refused leaves nothing', async () => {
  await mustRefuse(await refusalsOfRequests(server, tenant, stranger))
})

test('a part that is refused leaves nothing, nor do the parts before it', async () => {
  await mustRefuse(refusalsOfParts(server, tenant))
})

test('a link that is there already leaves nothing of the file beside it', async () => {
  const [zoho] = countersOf(server, tenant)
  assert.ok(zoho)
  const link = { name: 'attachmentUrl', bytes: 'https://example.com/page' }
  assert.equal((await upload(server, zoho, form(link))).status, 200)
  for (const size of [1_000, 200_000]) {
    const file = { name: 'file', filename: 'a.txt', bytes: Buffer.alloc(size, 'x') }
    for (const parts of [
      [link, file],
      [file, link],
      [{ ...link, bytes: 'https://example.com/new' }, file, link],
    ]) {
      await mustLeaveNothing(server, async () => {
        assert.match((await upload(server, zoho, form(...parts))).body, /Attachment link already exists/)
      })
    }
  }
})

test('a key that stands for another upload leaves nothing of this one', async () => {
  for (const counter of countersOf(server, tenant)) {
    const key = { 'idempotency-key': `key of ${counter.name}` }
    const name = counter.partName()
    const file = (size: number) => form({ name, filename: 'a.txt', bytes: Buffer.alloc(size, 'i') })
    assert.equal((await upload(server, counter, file(200_000), key)).status, 200)
    for (const size of [1_000, 300_000]) {
      await mustLeaveNothing(server, async () => {
        const { status } = await upload(server, counter, file(size), key)
        assert.ok(status >= 400 && status < 500, String(status))
      })
    }
    // The same again is answered again, and keeps nothing twice.
    await mustLeaveNothing(server, async () => {
      assert.equal((await upload(server, counter, file(200_000), key)).status, 200)
    })
  }
})

test('one byte more than the limit leaves nothing', async () => {
  for (const counter of countersOf(server, tenant)) {
    const bytes = Buffer.alloc((counter.name === 'zoho' ? 100 : 50) * 1_048_576 + 1, 'x')
    const good = { name: counter.partName(), filename: 'a.txt', bytes: bytes.subarray(0, 200_000) }
    const large = { name: counter.partName(), filename: 'b.txt', bytes }
    for (const parts of [[large], [good, large]]) {
      await mustLeaveNothing(server, async () => {
        const answer = await upload(server, counter, form(...parts))
        assert.ok(answer.status === 400 || answer.status === 413, answer.body)
      })
    }
  }
})

test('a connection that is cut leaves nothing', async () => {
  for (const counter of countersOf(server, tenant)) {
    for (const size of [1_000, 200_000]) {
      const first = openPart({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(size, 'a') })
      const whole = Buffer.concat([
        first,
        form({ name: counter.partName(), filename: 'b.txt', bytes: Buffer.alloc(size, 'b') }),
      ])
      const cuts = {
        'after one byte': 1,
        'in the first head': 40,
        'in the first file': first.length - size / 2,
        'in the second head': first.length + 60,
        'in the second file': whole.length - size / 2,
        'in the last line': whole.length - 6,
        // The closing line's own last byte; the line break behind it says nothing more.
        'before the last byte': whole.length - 3,
      }
      for (const cut of Object.values(cuts)) {
        await mustLeaveNothing(server, async () => {
          const line = await begin(counter, whole.length)
          await line.send(whole.subarray(0, cut))
          line.destroy()
        })
      }
      for (const end of [whole.length - 1, whole.length]) await cutBehindTheEnd(counter, whole, end)
    }
    await mustWork(server, counter)
  }
})

/** The form is whole, but its sender does not hear the answer: all of it may be kept or nothing, but not one file of two. */
async function cutBehindTheEnd(counter: Counter, whole: Uint8Array, end: number): Promise<void> {
  const before = holdingsOf(folder)
  await untilEnded(server, async () => {
    const line = await begin(counter, whole.length)
    await line.send(whole.subarray(0, end))
    line.destroy()
  })
  const after = holdingsOf(folder)
  if (after.rows['attachment'] !== (before.rows['attachment'] ?? 0) + 2) assert.deepEqual(after, before)
}

test('kill -9 in mid-upload leaves nothing once the next start has cleared up', async () => {
  for (const name of ['zoho', 'highlevel'] as const) {
    const counter = countersOf(server, tenant).find((one) => one.name === name)
    assert.ok(counter)
    const before = holdingsOf(folder)
    // The first file has its place already; the second is being written.
    const first = openPart({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(200_000, 'k') })
    const second = openPart({ name: counter.partName(), filename: 'b.txt', bytes: Buffer.alloc(900_000, 'l') })
    const line = await begin(counter, 10_000_000)
    await line.send(Buffer.concat([first, second.subarray(0, 700_000)]))
    const blobs = () =>
      readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
        .length
    const had = before.files.filter((file) => file.startsWith('blobs/')).length
    await until(() => blobs() === had + 2, 'the first file and a part of the second are not there')
    await server.kill()
    line.destroy()
    server = await startServer({ folder })
    await until(() => isDeepStrictEqual(holdingsOf(folder), before), 'something was left').catch(() =>
      assert.deepEqual(holdingsOf(folder), before),
    )
    for (const one of countersOf(server, tenant)) await mustWork(server, one)
  }
})

async function begin(counter: Counter, length: number): Promise<Line> {
  const line = await dial(server.origin)
  const headers = { ...counter.headers, 'content-type': FORM_TYPE, 'content-length': String(length) }
  await line.send(headOf({ target: counter.target, headers }))
  return line
}
