// The browser client: a small page on an origin of its own, opened in Chromium, that uploads with XMLHttpRequest.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { chromium as findChromium } from '../../../support/require.ts'
import type { Outcome, Page, Upload } from './outcome.ts'

/** What the page offers to whoever drives it. */
interface PageWindow {
  upload(url: string, token: string): Promise<Outcome>
}

const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const flags = ['--no-sandbox', ...quiet, '--disable-component-update', '--disable-sync']

/** Serves the page. Its origin is known before the server under test starts, so that it can be allowed there. */
export async function openPage(): Promise<Page> {
  const html = await readFile(join(import.meta.dirname, 'browser.html'))
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections())
  return { origin: `http://127.0.0.1:${port}`, close }
}

/** Uploads from the given page, or from one of its own where the server allows every origin. */
export async function uploadFromBrowser({ url, token, file, page: given }: Upload): Promise<Outcome> {
  const page = given ?? (await openPage())
  const browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', headless: true, args: flags })
  try {
    const tab = await browser.newPage()
    await tab.goto(page.origin)
    await tab.setInputFiles('#attachment', file)
    const send = (call: { url: string; token: string }) =>
      (globalThis as unknown as PageWindow).upload(call.url, call.token)
    return await tab.evaluate(send, { url, token })
  } finally {
    await browser.close()
    if (given === undefined) await page.close()
  }
}
