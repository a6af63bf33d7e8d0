// Shares: one attachment for whoever knows its address, and nothing else, until it ends.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createNativeTenant, mustBeProblem, operatorOf, put, type Api, type Item, type NativeTenant } from './tenant.ts'
import { startServer, type Server } from '../support/server.ts'
import { jsonBody, mustJson } from '../support/tenant.ts'

interface Share extends Item {
  readonly url: string
  readonly state: string
  readonly downloads: number
  readonly lastUsedAt: string | null
}

let server: Server
let operator: Api
let tenant: NativeTenant
let other: NativeTenant
let file: Item

before(async () => {
  server = await startServer()
  operator = await operatorOf(server)
  tenant = await createNativeTenant(server, operator)
  other = await createNativeTenant(server, operator, 'Another')
  const [first] = await put(tenant.api, tenant.contact, ['Angebot – <b>1.html', '<script>alert(1)</script>'])
  assert.ok(first !== undefined)
  file = first
})
after(() => server.stop())

async function share(terms: object = {}): Promise<Share> {
  return mustJson<Share>(await tenant.api('/shares', jsonBody({ attachment: file.id, ...terms })), 201)
}

async function listed(): Promise<readonly Share[]> {
  return (await mustJson<{ items: Share[] }>(await tenant.api('/shares'), 200)).items
}

const form = (fields: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields),
  headers: { accept: 'text/html' },
})

test('a share opens its attachment without a token, in a browser’s safe keeping', async () => {
  const { url, id } = await share({ label: 'for Ann' })
  assert.match(url, new RegExp(`^${server.origin}/api/s/[A-Za-z0-9_-]{32}$`))
  const response = await fetch(url)
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-disposition') ?? '', /^attachment; filename=/)
  assert.equal(response.headers.get('content-security-policy'), "default-src 'none'; sandbox")
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
  assert.equal(await response.text(), '<script>alert(1)</script>')
  const shown = (await listed()).find((one) => one.id === id)
  assert.deepEqual([shown?.downloads, shown?.state], [1, 'good'])
  assert.notEqual(shown?.lastUsedAt, null)
})

test('looking whether it is there counts nothing', async () => {
  const { url, id } = await share()
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 200)
  assert.equal((await listed()).find((one) => one.id === id)?.downloads, 0)
})

test('a limit of downloads holds when many come at once, and a preview uses none up', async () => {
  const { url, id } = await share({ maxDownloads: 2 })
  const page = await fetch(url)
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  const text = await page.text()
  assert.match(text, /Angebot – &lt;b&gt;1\.html/)
  assert.doesNotMatch(text, /<script/)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/)
  const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(url, { method: 'POST' })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 404, 404, 404, 404, 404, 404])
  const shown = (await listed()).find((one) => one.id === id)
  assert.deepEqual([shown?.downloads, shown?.state], [2, 'ended'])
  assert.equal((await fetch(url)).status, 404)
})

test('a password is asked for on a page, and kept as a slow hash alone', async () => {
  const { url, id } = await share({ password: 'correct horse battery' })
  const page = await fetch(url)
  assert.match(await page.text(), /<input id="password" name="password" type="password"/)
  const wrong = await fetch(url, form({ password: 'incorrect horse' }))
  assert.equal(wrong.status, 403)
  assert.match(await wrong.text(), /role="alert" id="problem">This password is not right/)
  await mustBeProblem(await fetch(url, { method: 'POST' }), 403, 'forbidden')
  const right = await fetch(url, form({ password: 'correct horse battery' }))
  assert.equal(await right.text(), '<script>alert(1)</script>')
  assert.equal((await listed()).find((one) => one.id === id)?.downloads, 1)
  assert.ok(!stored().includes('correct horse battery'))
  assert.ok(stored().includes('$argon2id$'))
})

test('guesses at a password are few, also when they come at once', async () => {
  const { url } = await share({ password: 'correct horse battery' })
  const guesses = await Promise.all(
    Array.from({ length: 12 }, (_, i) => fetch(url, form({ password: `guess ${String(i)}` }))),
  )
  const statuses = guesses.map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 403).length, 5)
  assert.equal(statuses.filter((status) => status === 429).length, 7)
  assert.equal((await fetch(url, form({ password: 'correct horse battery' }))).status, 429)
})

test('a share ends: by time, by hand, with its attachment', async () => {
  const short = await share({ expiresAt: new Date(Date.now() + 700).toISOString() })
  assert.equal((await fetch(short.url)).status, 200)
  const revoked = await share()
  assert.equal((await tenant.api(`/shares/${revoked.id}`, { method: 'DELETE' })).status, 204)
  assert.equal((await fetch(revoked.url)).status, 404)
  assert.equal((await tenant.api(`/shares/${revoked.id}`, { method: 'DELETE' })).status, 404)
  const [gone] = await put(tenant.api, tenant.contact, ['gone.txt', 'x'])
  const ofGone = await share({ attachment: gone?.id })
  assert.equal((await tenant.api(`/attachments/${gone?.id ?? ''}`, { method: 'DELETE' })).status, 204)
  assert.equal((await fetch(ofGone.url)).status, 404)
  await new Promise((resolve) => setTimeout(resolve, 750))
  assert.equal((await fetch(short.url)).status, 404)
  const states = new Map((await listed()).map(({ id, state }) => [id, state]))
  assert.deepEqual(
    [states.get(short.id), states.get(revoked.id), states.get(ofGone.id)],
    ['ended', 'revoked', undefined],
  )
})

test('an address that leads nowhere says the same whatever was wrong, as a page to browsers', async () => {
  const { url } = await share({ maxDownloads: 1 })
  await fetch(url, { method: 'POST' })
  const wrong = `${server.origin}/api/s/${'A'.repeat(32)}`
  const details = await Promise.all(
    [url, wrong, `${server.origin}/api/s/x`, `${server.origin}/api/s/..%2f..%2fetc`].map(
      async (address) => (await mustBeProblem(await fetch(address), 404, 'not_found')).detail,
    ),
  )
  assert.equal(new Set(details).size, 1)
  const page = await fetch(wrong, { headers: { accept: 'text/html' } })
  assert.equal(page.status, 404)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
})

test('a link is shared as the link that it is', async () => {
  const body = new FormData()
  body.append('link', 'https://example.com/briefing')
  const path = `/records/${tenant.contact}/attachments`
  const { items } = await mustJson<{ items: Item[] }>(await tenant.api(path, { method: 'POST', body }), 201)
  const { url } = await share({ attachment: items[0]?.id })
  const response = await fetch(url, { redirect: 'manual' })
  assert.deepEqual([response.status, response.headers.get('location')], [302, 'https://example.com/briefing'])
})

test('what cannot be shared is refused', async () => {
  for (const [terms, status, code] of [
    [{ attachment: '1000000000000000001' }, 404, 'not_found'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 400, 'invalid_input'],
    [{ expiresAt: '2999-01-01T00:00:00Z' }, 400, 'invalid_input'],
    [{ password: 'abc' }, 400, 'invalid_input'],
    [{ maxDownloads: 0 }, 400, 'invalid_input'],
    [{ downloads: 1 }, 400, 'invalid_input'],
  ] as const) {
    await mustBeProblem(await tenant.api('/shares', jsonBody({ attachment: file.id, ...terms })), status, code)
  }
})

test('another organization neither shares, sees nor revokes it', async () => {
  const own = await share()
  await mustBeProblem(await other.api('/shares', jsonBody({ attachment: file.id })), 404, 'not_found')
  await mustBeProblem(await other.api(`/shares/${own.id}`, { method: 'DELETE' }), 404, 'not_found')
  assert.deepEqual((await mustJson<{ items: Share[] }>(await other.api('/shares'), 200)).items, [])
  assert.equal((await fetch(own.url)).status, 200)
})

test('no secret is kept, logged or accepted as what it is not', async () => {
  const { url, id } = await share()
  const secret = url.slice(-32)
  assert.ok(!stored().includes(secret))
  assert.ok(!server.log().includes(secret))
  for (const text of (await listed()).map((one) => JSON.stringify(one))) assert.ok(!text.includes(secret))
  const hash = /[0-9a-f]{64}/.exec(stored())?.[0] ?? ''
  for (const guess of [id, hash, hash.slice(0, 32), `${secret}=`, secret.toLowerCase()])
    assert.equal((await fetch(`${server.origin}/api/s/${guess}`)).status, 404, guess)
  const asToken = await fetch(`${server.origin}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } })
  assert.equal(asToken.status, 401)
})

test('the command line shares, lists and revokes', async () => {
  const org = ['--org', tenant.org]
  const made = await server.cli<Share & { path: string }>('share', 'create', file.id, '--max-downloads', '1', ...org)
  assert.equal((await fetch(server.origin + made.path, { method: 'POST' })).status, 200)
  const all = await server.cli<Share[]>('share', 'list', '--attachment', file.id, ...org)
  assert.equal(all.find(({ id }) => id === made.id)?.state, 'ended')
  await server.cli('share', 'revoke', made.id, ...org)
  await assert.rejects(server.cli('share', 'revoke', made.id, ...org), /no such share/)
})

/** Everything that the catalog keeps, its log included. */
function stored(): string {
  const files = readdirSync(server.folder).filter((name) => name.startsWith('catalog.db'))
  return files.map((name) => readFileSync(join(server.folder, name), 'latin1')).join('')
}
