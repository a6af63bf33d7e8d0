// The upload call of the reference page's samples, by the real clients and by their replays: what goes in comes out again.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { missing, need } from '../../support/require.ts'
import { openPage } from './clients/browser.ts'
import { clients } from './clients/index.ts'
import type { Client } from './clients/index.ts'
import type { Outcome, Page } from './clients/outcome.ts'
import { replay } from './clients/replay.ts'
import type { Replay } from './clients/replay.ts'
import { startServer } from '../support/server.ts'
import type { Server } from '../support/server.ts'
import { createTenant, insert, mustJson } from '../support/tenant.ts'
import type { Tenant } from '../support/tenant.ts'

const files = [
  { name: 'Angebot – Übersicht 見積書 📎.txt', bytes: Buffer.from('line one\r\n--line two\r\n\r\n') },
  { name: 'empty.txt', bytes: Buffer.alloc(0) },
  // Large enough for "Expect: 100-continue" and for many reads.
  { name: 'large file.bin', bytes: randomBytes(3_000_001) },
]

let page: Page
let server: Server
let tenant: Tenant
let folder: string

before(async () => {
  page = await openPage()
  server = await startServer({ args: ['--cors-origins', page.origin, '--log-level', 'warn'] })
  tenant = await createTenant(server)
  folder = await mkdtemp(join(tmpdir(), 'dossier-clients-'))
  await Promise.all(files.map(({ name, bytes }) => writeFile(join(folder, name), bytes)))
})

after(async () => {
  await page.close()
  await server.stop()
  await rm(folder, { recursive: true })
})

for (const client of clients) {
  test(`${client.name} uploads`, { skip: missing(client.tool) }, async () => {
    need(client.tool)
    const upload = (path: string, name: string, token: string) =>
      client.run({ url: server.origin + path, token, file: join(folder, name), page })
    await uploadEach(client, upload)
    await refuseLarge(upload)
  })

  test(`${client.name} uploads, replayed`, async () => {
    const upload = (path: string, name: string, token: string) =>
      replay({ client: client.name, ...call(path, token), bytes: bytesOf(name), name: client.nameAsSent(name) })
    await uploadEach(client, upload)
    await refuseLarge(upload)
  })
}

test('the preflight of the browser is answered before any token is asked for', async () => {
  const { status, body, headers } = await replay({
    client: 'browser-preflight',
    ...call(`/crm/v2/Leads/${tenant.leadId}/Attachments`, ''),
    bytes: Buffer.alloc(0),
    name: '',
  })
  assert.ok(status === 200 || status === 204, `${status} ${body}`)
  assert.equal(headers.get('access-control-allow-origin'), page.origin)
  assert.equal(headers.get('access-control-allow-credentials'), 'true')
  assert.match(headers.get('access-control-allow-headers') ?? '', /\bauthorization\b/i)
})

type Send = (path: string, name: string, token: string) => Promise<Outcome>

/** A record of its own in a custom module; each file is uploaded to it, listed and downloaded again. */
async function uploadEach(client: Client, upload: Send): Promise<void> {
  const path = `/${tenant.module}/${await insert(tenant.zoho, tenant.module, { Name: client.name })}/Attachments`
  for (const { name, bytes } of files) {
    const { status, body } = await upload(`/crm/v2${path}`, name, tenant.zohoToken)
    assert.equal(status, 200, body)
    const id = mustBeSuccess(body)
    const listed = await mustJson<{ data: Listed[] }>(await tenant.zoho(path), 200)
    const { File_Name, Size } = listed.data.find((entry) => entry.id === id) ?? {}
    assert.deepEqual({ File_Name, Size }, { File_Name: client.nameAsSent(name), Size: `${bytes.length}` })
    assert.equal(File_Name === name, client.canKeepUnicodeNames || name !== files[0]?.name)
    const download = await tenant.zoho(`${path}/${id}`)
    assert.equal(download.status, 200)
    assert.equal(nameIn(download.headers.get('content-disposition')), File_Name)
    assert.ok(bytes.equals(Buffer.from(await download.arrayBuffer())), `${name} came back changed`)
  }
}

interface Listed {
  id: string
  File_Name: string
  Size: string
}

/** Every client gets to see why it was refused, also while it still sends. */
async function refuseLarge(upload: Send): Promise<void> {
  const path = `/crm/v2/Leads/${tenant.leadId}/Attachments`
  const { status, body } = await upload(path, 'large file.bin', '1000.none.such')
  assert.equal(status, 401)
  const { code, details, message, status: word } = JSON.parse(body) as Record<string, unknown>
  const refusal = { code: 'INVALID_TOKEN', details: {}, message: 'invalid oauth token', status: 'error' }
  assert.deepEqual({ code, details, message, status: word }, refusal)
}

/** The shape of the reference page's sample response, keys in its order. Answers the attachment's id. */
function mustBeSuccess(body: string): string {
  const time = String.raw`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"`
  const user = String.raw`\{"name":"[^"]+","id":"\d+"\}`
  const details = `{"Modified_Time":${time},"Modified_By":${user},"Created_Time":${time},"id":"(\\d+)","Created_By":${user}}`
  const rest = `"message":"attachment uploaded successfully","status":"success"`
  const shape = new RegExp(
    `^\\{"data":\\[\\{"code":"SUCCESS","details":\\${details.slice(0, -1)}\\},${rest}\\}\\]\\}\\s*$`,
  )
  const found = shape.exec(body)
  assert.ok(found, body)
  return found[1] ?? ''
}

function nameIn(disposition: string | null): string {
  return decodeURIComponent(/^attachment; filename\*=UTF-8''(.*)$/.exec(disposition ?? '')?.[1] ?? '')
}

function bytesOf(name: string): Buffer {
  return files.find((file) => file.name === name)?.bytes ?? Buffer.alloc(0)
}

function call(path: string, token: string): Omit<Replay, 'client' | 'bytes' | 'name'> {
  const { hostname, port } = new URL(server.origin)
  return { host: hostname, port: Number(port), path, token, origin: page.origin }
}
