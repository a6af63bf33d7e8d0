import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, createToken, insert, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant
before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
})
after(() => server.stop())

/** A new boundary each time, as a retry has. */
function formWith(name: string, content: string, part = 'file'): FormData {
  const form = new FormData()
  form.append(part, new File([content], name))
  return form
}

async function count(lead = tenant.leadId): Promise<number> {
  const response = await tenant.zoho(`/Leads/${lead}/Attachments`)
  return response.status === 204 ? 0 : ((await response.json()) as { data: unknown[] }).data.length
}

function upload(key: string, name: string, content: string, lead = tenant.leadId): Promise<Response> {
  return tenant.zoho(`/Leads/${lead}/Attachments`, {
    method: 'POST',
    body: formWith(name, content),
    headers: { 'idempotency-key': key },
  })
}

describe('Idempotency-Key', () => {
  test('the same content under the same key is answered as the first time, and attached once', async () => {
    const earlier = await count()
    const first = await upload('key-1', 'a.txt', 'once')
    const second = await upload('key-1', 'a.txt', 'once')
    assert.deepEqual([first.status, second.status], [200, 200])
    assert.equal(await second.text(), await first.text())
    assert.equal(await count(), earlier + 1)
  })

  test('the first answer comes again even after its attachment is gone', async () => {
    const first = (await (await upload('key-gone', 'g.txt', 'gone')).json()) as { data: { details: { id: string } }[] }
    await tenant.zoho(`/Leads/${tenant.leadId}/Attachments/${first.data[0]?.details.id ?? ''}`, { method: 'DELETE' })
    assert.deepEqual(await (await upload('key-gone', 'g.txt', 'gone')).json(), first)
  })

  for (const [what, name, content] of [
    ['bytes', 'b.txt', 'other'],
    ['name', 'c.txt', 'one'],
  ] as const) {
    test(`another ${what} under the same key is a conflict, and nothing is attached`, async () => {
      assert.equal((await upload(`key-${what}`, 'b.txt', 'one')).status, 200)
      const earlier = await count()
      const response = await upload(`key-${what}`, name, content)
      assert.equal(response.status, 409)
      assert.match(((await response.json()) as { message: string }).message, /used before/)
      assert.equal(await count(), earlier)
    })
  }

  test('another record, another client and another method are other scopes', async () => {
    const lead = await insert(tenant.zoho, 'Leads', { Last_Name: 'Another' })
    assert.equal((await upload('key-scope', 'a.txt', 'one')).status, 200)
    assert.equal((await upload('key-scope', 'a.txt', 'two', lead)).status, 200)
    const token = await createToken(server, tenant.org, 'zoho', 'ZohoCRM.modules.ALL')
    const response = await tenant.zoho(`/Leads/${tenant.leadId}/Attachments`, {
      method: 'POST',
      body: formWith('a.txt', 'three'),
      headers: { 'idempotency-key': 'key-scope', authorization: `Zoho-oauthtoken ${token}` },
    })
    assert.equal(response.status, 200)
  })

  test('two at once attach once and get one answer', async () => {
    const earlier = await count()
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => (await upload('key-race', 'r.txt', 'race')).json()),
    )
    const ids = new Set(
      answers.map((answer) => (answer as { data: { details: { id: string } }[] }).data[0]?.details.id),
    )
    assert.equal(ids.size, 1)
    assert.equal(await count(), earlier + 1)
  })

  test('a refusal is not remembered', async () => {
    assert.equal((await upload('key-refused', 'a.exe', 'x')).status, 400)
    assert.equal((await upload('key-refused', 'a.txt', 'x')).status, 200)
  })

  test('a connection cut after the commit and before the answer: the retry attaches nothing and is answered', async () => {
    const lead = await insert(tenant.zoho, 'Leads', { Last_Name: 'Cut' })
    const content = 'c'.repeat(100_000)
    const head = `POST /crm/v2/Leads/${lead}/Attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Zoho-oauthtoken ${tenant.zohoToken}\r\nIdempotency-Key: key-cut\r\nContent-Type: multipart/form-data; boundary=cut\r\n`
    const body = `--cut\r\nContent-Disposition: form-data; name="file"; filename="cut.txt"\r\n\r\n${content}\r\n--cut--\r\n`
    // The client never reads: it sends everything, waits until the attachment is there, and is gone.
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1').pause()
    socket.on('error', () => undefined)
    socket.write(`${head}Content-Length: ${String(body.length)}\r\n\r\n${body}`)
    for (let tries = 0; (await count(lead)) === 0 && tries < 200; tries++) await wait(10)
    socket.resetAndDestroy()
    const response = await upload('key-cut', 'cut.txt', content, lead)
    assert.equal(response.status, 200)
    assert.equal(await count(lead), 1)
  })

  test('HighLevel: a bare field id gets its file id once, and the whole first answer comes again', async () => {
    const path = `/forms/upload-custom-files?contactId=${tenant.contact.highlevel}&locationId=${tenant.location}`
    const send = async () =>
      (
        await tenant.highlevel(path, {
          method: 'POST',
          body: formWith('a.txt', 'one', tenant.fieldId),
          headers: { 'idempotency-key': 'hl' },
        })
      ).json()
    assert.deepEqual(await send(), await send())
  })

  test('a key that is no key is refused', async () => {
    assert.equal((await upload('', 'a.txt', 'x')).status, 400)
    assert.equal((await upload('k'.repeat(256), 'a.txt', 'x')).status, 400)
  })
})

describe('checksums', () => {
  const content = 'checked bytes'
  const sha256 = hash('sha256', content, 'hex')

  function raw(partHeaders: string, headers: Record<string, string> = {}): Promise<Response> {
    const body = `--b\r\nContent-Disposition: form-data; name="file"; filename="sum.txt"\r\n${partHeaders}\r\n${content}\r\n--b--\r\nepilogue`
    return tenant.zoho(`/Leads/${tenant.leadId}/Attachments`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'multipart/form-data; boundary=b', ...digestOf(headers, body) },
    })
  }

  function digestOf(headers: Record<string, string>, body: string): Record<string, string> {
    const right = `sha-256=:${hash('sha256', body, 'base64')}:`
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value === 'right' ? right : value]))
  }

  test('a part whose announced SHA-256 is right gets a receipt; in hex and in base64', async () => {
    for (const digest of [sha256, sha256.toUpperCase(), Buffer.from(sha256, 'hex').toString('base64')]) {
      const response = await raw(`x-dossier-sha256: ${digest}\r\n`)
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('x-dossier-sha256'), sha256)
    }
  })

  test('a part whose announced SHA-256 is wrong is refused, and nothing is kept', async () => {
    const earlier = await count()
    const response = await raw(`x-dossier-sha256: ${'0'.repeat(64)}\r\n`)
    assert.equal(response.status, 400)
    assert.match(((await response.json()) as { message: string }).message, new RegExp(`arrived with SHA-256 ${sha256}`))
    assert.equal(await count(), earlier)
  })

  test('a checksum that is none is refused', async () => {
    assert.equal((await raw('x-dossier-sha256: abc\r\n')).status, 400)
  })

  test('Content-Digest over the whole body, what follows the form included: right with receipt, wrong refused', async () => {
    const good = await raw('', { 'content-digest': 'right' })
    assert.equal(good.status, 200)
    assert.match(good.headers.get('x-dossier-content-digest') ?? '', /^sha-256=:[A-Za-z0-9+/]{43}=:$/)
    const earlier = await count()
    const bad = await raw('', { 'content-digest': `sha-256=:${hash('sha256', 'x', 'base64')}:` })
    assert.equal(bad.status, 400)
    assert.equal(await count(), earlier)
  })

  test('without an announcement there is no receipt', async () => {
    const response = await raw('')
    assert.deepEqual(
      [response.headers.get('x-dossier-sha256'), response.headers.get('x-dossier-content-digest')],
      [null, null],
    )
  })
})
