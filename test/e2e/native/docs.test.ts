/** The API's description and the page on which it is tried. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { chromium as findChromium, missing } from '../../support/require.ts'
import { checkAnswersOf } from '../support/described.ts'
import { mustBeProblem, operatorOf, createNativeTenant, type NativeTenant } from './tenant.ts'
import { startServer, type Server } from '../support/server.ts'
import { mustJson } from '../support/tenant.ts'

let server: Server
let tenant: NativeTenant

before(async () => {
  server = await startServer()
  tenant = await createNativeTenant(server, await operatorOf(server))
})
after(() => server.stop())

test('the document is served without a token, of all dialects or of one', async () => {
  const url = `${server.origin}/api/v1/openapi.json`
  const all = await mustJson<{ openapi: string; paths: object }>(await fetch(url), 200)
  assert.equal(all.openapi, '3.1.0')
  const paths = Object.keys(all.paths)
  for (const path of ['/api/v1/me', '/crm/v2/{module}/{record}/Attachments', '/contacts/{contactId}'])
    assert.ok(paths.includes(path), path)
  const one = await mustJson<{ paths: object }>(await fetch(`${url}?dialect=zoho`), 200)
  assert.ok(Object.keys(one.paths).every((path) => /^\/(crm|oauth)\//.test(path)))
  await mustBeProblem(await fetch(`${url}?dialect=other`), 400, 'invalid_input')
})

test('an answer that is not as described fails the test that met it', async () => {
  // A server that lies: its answers are held against the description of the real one, which is at hand by now.
  await mustJson(await fetch(`${server.origin}/api/v1/health`), 200)
  let said = ''
  const liar = createServer((_, response) => response.setHeader('content-type', 'application/json').end(said))
  await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${String((liar.address() as AddressInfo).port)}`
  checkAnswersOf(origin)
  try {
    for (const lie of ['{"status":"down"}', '{}']) {
      said = lie
      await assert.rejects(fetch(`${origin}/api/v1/health`), /is not as described/)
    }
    await assert.rejects(fetch(`${origin}/api/v1/unheard-of`), /is in no description/)
    said = '{"status":"up"}'
    assert.equal((await fetch(`${origin}/api/v1/health`)).status, 200)
  } finally {
    liar.close()
  }
})

test('the page and its files are served by us, under a policy that lets nobody else in', async () => {
  const page = await fetch(`${server.origin}/docs`)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'.*script-src 'self'/)
  const html = await page.text()
  assert.doesNotMatch(html, /https?:\/\//)
  for (const [, path = ''] of html.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)) {
    const file = await fetch(server.origin + path)
    assert.equal(file.status, 200, path)
    assert.ok((await file.arrayBuffer()).byteLength > 100)
  }
  for (const path of ['/docs/nothing.js', '/docs/..%2f..%2fpackage.json', '/docs/constructor', '/docs/a/b'])
    await mustBeProblem(await fetch(server.origin + path), 404, 'not_found')
})

const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync']
const args = ['--no-sandbox', '--disable-component-update', ...quiet]

test(
  'a request is tried from the page, and nothing is fetched from elsewhere',
  { skip: missing('chromium') },
  async () => {
    const browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args })
    try {
      const page = await browser.newPage()
      const strangers: string[] = []
      const complaints: string[] = []
      page.on('request', (request) => {
        if (!request.url().startsWith(server.origin) && !request.url().startsWith('data:'))
          strangers.push(request.url())
      })
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(`${server.origin}/docs`)
      await page.click('button.authorize')
      await page.fill('.auth-container input', tenant.token)
      await page.click('.auth-btn-wrapper .authorize')
      await page.click('.auth-btn-wrapper .btn-done')
      const me = page.locator('.opblock', { hasText: '/api/v1/me' }).first()
      await me.locator('.opblock-summary-control').click()
      await me.locator('button.execute').click()
      const answer = await me.locator('.live-responses-table .microlight').first().innerText()
      assert.match(answer, new RegExp(tenant.org))
      assert.deepEqual([strangers, complaints], [[], []])
    } finally {
      await browser.close()
    }
  },
)
