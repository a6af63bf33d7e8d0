// The whole flow of the reference page's browser sample, in Chromium: popup, login, consent, redirect page, upload from another origin.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { chromium, type Browser, type Page } from 'playwright-core'
import { chromium as findChromium, missing, need } from '../../support/require.ts'
import { startServer, type Server } from '../support/server.ts'

interface Credentials {
  readonly zoho: { readonly orgId: string; readonly leadId: string }
}

/** What the sample does, as far as it is no matter of style: its storage, its popup, its polling by itself, its request. */
const SAMPLE = `<!doctype html><title>sample</title><input type="file" id="attachment" /><script>
  const KEYS = ['granted_for_session', 'access_token', 'expires_in', 'expires_in_sec', 'location', 'api_domain', 'state']
  function take() {
    for (const key of KEYS) {
      if (Object.hasOwn(localStorage, key)) sessionStorage.setItem(key, localStorage[key])
      localStorage.removeItem(key)
    }
  }
  addEventListener('storage', (event) => { if (event.key === 'access_token' && event.newValue !== null) { take(); window.hasToken = true } })
  window.ask = (origin, client, path) => {
    const scope = 'ZohoCRM.users.ALL,ZohoCRM.bulk.read,ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,Aaaserver.profile.Read,ZohoCRM.org.ALL'
    window.hasToken = false
    window.open(origin + path + '?' + 'scope' + '=' + scope + '&' + 'client_id' + '=' + client + '&response_type=token&state=zohocrmclient&redirect_uri=' + location.origin + '/redirect.html')
  }
  window.upload = (url) => new Promise((resolve) => {
    const file = document.getElementById('attachment').files[0]
    const body = new FormData()
    body.append('file', new Blob([file]), file.name)
    const xhr = new XMLHttpRequest()
    xhr.withCredentials = true
    xhr.open('POST', url, true)
    xhr.setRequestHeader('Authorization', 'Zoho-oauthtoken ' + sessionStorage.getItem('access_token'))
    xhr.onreadystatechange = () => { if (xhr.readyState === 4) resolve({ status: xhr.status, text: xhr.responseText }) }
    xhr.send(body)
  })
</script>`

/** The vendor's redirect.html: splits the fragment, decodes api_domain alone, hands on by storage and closes. */
const REDIRECT = `<!doctype html><title>redirect</title><script>
  for (const pair of location.hash.substring(1).split('&')) {
    const [key, value] = pair.split('=')
    localStorage.setItem(key, key === 'api_domain' ? decodeURIComponent(value) : value)
  }
  window.close()
</script>`

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const SKIP = missing('chromium')

let server: Server
let site: HttpServer
let browser: Browser
let credentials: Credentials
let client: string
let origin: string

describe('the browser sample', { skip: SKIP }, () => {
  before(async () => {
    need('chromium')
    site = createServer((request, response) => {
      response.setHeader('content-type', 'text/html').end(request.url?.startsWith('/redirect') ? REDIRECT : SAMPLE)
    })
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${String((site.address() as AddressInfo).port)}`
    server = await startServer({ command: 'demo' })
    credentials = JSON.parse(readFileSync(join(server.folder, 'demo-credentials.json'), 'utf8')) as Credentials
    const words = ['--name', 'Sample on a free port', '--flow', 'implicit', '--redirect-uri', `${origin}/redirect.html`]
    const org = credentials.zoho.orgId
    client = (await server.cli<{ id: string }>('client', 'create', '--org', org, ...words)).id
    const args = [...FLAGS, '--disable-component-update', '--disable-sync']
    browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', headless: true, args })
  })
  after(async () => {
    await browser?.close()
    await server?.stop()
    site?.close().closeAllConnections()
  })

  async function popup(tab: Page, path: string): Promise<Page> {
    const opened = tab.waitForEvent('popup')
    await tab.evaluate(
      ([to, id, at]) => (globalThis as unknown as { ask(...words: (string | undefined)[]): void }).ask(to, id, at),
      [server.origin, client, path],
    )
    return opened
  }

  const hasToken = (tab: Page) => tab.waitForFunction('window.hasToken === true', undefined, { timeout: 15_000 })

  const isFocused = (tab: Page, text: string) =>
    tab.evaluate<boolean>(`document.activeElement?.textContent === '${text}'`)

  const upload = (tab: Page) =>
    tab.evaluate(
      (url) =>
        (globalThis as unknown as { upload(url: string): Promise<{ status: number; text: string }> }).upload(url),
      `${server.origin}/crm/v2/Leads/${credentials.zoho.leadId}/Attachments`,
    )

  test('popup, filled-in login, consent, redirect page, upload; and then another token without a word', async () => {
    const tab = await (await browser.newContext()).newPage()
    await tab.goto(origin)
    await tab.setInputFiles('#attachment', {
      name: 'från webben.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('hi'),
    })
    assert.equal((await upload(tab)).status, 401)
    const window = await popup(tab, '/oauth/v2/auth')
    await window.waitForSelector('#password')
    await window.click('button[type=submit]')
    await window.waitForSelector('text=Sample on a free port asks for access')
    assert.match(await window.locator('main').innerText(), /Lindqvist Consulting/)
    await window.click('button[type=submit]')
    await hasToken(tab)
    const sent = await upload(tab)
    assert.equal(sent.status, 200, sent.text)
    assert.match(sent.text, /attachment uploaded successfully/)

    const before = await tab.evaluate(() => sessionStorage.getItem('access_token'))
    await popup(tab, '/oauth/v2/auth/refresh')
    await hasToken(tab)
    assert.notEqual(await tab.evaluate(() => sessionStorage.getItem('access_token')), before)
    assert.equal((await upload(tab)).status, 200)
  })

  test('works with a keyboard alone, and a wrong password is said where a screen reader hears it', async () => {
    const tab = await (await browser.newContext()).newPage()
    await tab.goto(origin)
    const window = await popup(tab, '/oauth/v2/auth')
    await window.getByLabel('Password').fill('not the password')
    await window.keyboard.press('Enter')
    assert.match(await window.getByRole('alert').innerText(), /password is wrong/)
    const login = /Log in as (\S+) with the password (\S+),/.exec(server.output())
    assert.equal(await window.getByLabel('E-mail address').inputValue(), login?.[1])
    await window.getByLabel('Password').fill(login?.[2] ?? '')
    await window.keyboard.press('Enter')
    await window.getByRole('heading', { level: 1, name: 'Sample on a free port asks for access' }).waitFor()
    for (let presses = 0; presses < 10 && !(await isFocused(window, 'Allow')); presses++)
      await window.keyboard.press('Tab')
    await window.keyboard.press('Enter')
    await hasToken(tab)
  })

  test('no page of another origin frames them or reads them', async () => {
    const tab = await (await browser.newContext()).newPage()
    await tab.goto(origin)
    const question = `${server.origin}/oauth/v2/auth?scope=ZohoCRM.modules.ALL&client_id=${client}&response_type=token&redirect_uri=${origin}/redirect.html`
    await tab.evaluate(`new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.src = ${JSON.stringify(question)}
      frame.addEventListener('load', resolve)
      document.body.append(frame)
    }).then(() => null)`)
    const framed = tab.frames().find((frame) => frame !== tab.mainFrame())
    assert.equal(await framed?.locator('#password').count(), 0)
    const read = await tab.evaluate(
      (url) =>
        fetch(url, { credentials: 'include' }).then(
          (response) => response.text(),
          () => 'hidden',
        ),
      question,
    )
    assert.equal(read, 'hidden')
  })

  for (const width of [360, 1280]) {
    test(`nothing is cut off at ${String(width)} pixels`, async () => {
      const tab = await (await browser.newContext({ viewport: { width, height: 780 } })).newPage()
      await tab.goto(
        `${server.origin}/oauth/v2/auth?scope=ZohoCRM.modules.ALL,${'x'.repeat(180)}&client_id=${client}&response_type=token&redirect_uri=${origin}/redirect.html`,
      )
      await tab.click('button[type=submit]')
      await tab.waitForSelector('text=asks for access')
      const [wide, seen] = await tab.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]')
      assert.ok(wide <= seen, `${String(wide)} > ${String(seen)}`)
    })
  }
})
