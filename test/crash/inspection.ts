/** What must hold after any crash, seen through the wire. */
import assert from 'node:assert/strict'
import { digestOfBody } from '../e2e/support/files.ts'
import type { Server } from '../e2e/support/server.ts'
import { zohoHeaders, type Account } from './clients.ts'
import type { Ledger, Upload } from './ledger.ts'
import { inFolder, mustBeTidy } from './tidiness.ts'

interface Row {
  readonly id: string
  readonly File_Name: string
}

/** The same, and what the data folder holds once it is swept. */
export async function inspect(...[server, ...others]: Parameters<typeof mustHold>): Promise<void> {
  await mustHold(server, ...others)
  await mustBeTidy(inFolder(server.folder))
}

/** All that was acknowledged is there, and nothing else; `only` narrows the downloads, never the lists. */
export async function mustHold(
  server: Server,
  account: Account,
  ledger: Ledger,
  only: (upload: Upload) => boolean = () => true,
): Promise<void> {
  const listed = await listedNames(server, account, ledger)
  for (const upload of ledger.uploads) {
    const present = listed.get(upload.name)
    if (upload.place !== null && upload.deletion === 'none')
      assert.ok(present, `${upload.name} was acknowledged and is not listed`)
    if (upload.deletion === 'acknowledged') assert.equal(present, undefined, `${upload.name} was deleted and is back`)
  }
  await Promise.all(
    lanes(ledger.uploads.filter(only), 8).map(async (lane) => {
      for (const upload of lane) await mustDownload(server, account, upload, listed.get(upload.name))
    }),
  )
}

/** What is listed by name, each once, and nothing that nobody sent. */
async function listedNames(server: Server, account: Account, ledger: Ledger): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const list of ledger.lists) {
    for (const { id, File_Name: name } of await rowsOf(server.origin + list, account)) {
      assert.ok(!found.has(name), `${name} is listed twice`)
      assert.equal(ledger.find(name)?.list, list, `${name} is listed where nobody sent it`)
      found.set(name, `${list}/${id}`)
    }
  }
  return found
}

async function rowsOf(url: string, account: Account): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (let page = 1; ; page++) {
    const response = await fetch(`${url}?per_page=200&page=${String(page)}`, { headers: zohoHeaders(account) })
    if (response.status === 204) return rows
    assert.equal(response.status, 200, await response.clone().text())
    const body = (await response.json()) as { data: Row[]; info: { more_records: boolean } }
    rows.push(...body.data)
    if (!body.info.more_records) return rows
  }
}

/** Listed means whole, acknowledged or not; and a place that was told is good for ever, or gone with its deletion. */
async function mustDownload(
  server: Server,
  account: Account,
  upload: Upload,
  listed: string | undefined,
): Promise<void> {
  if (listed !== undefined)
    assert.equal(await hashAt(server.origin + listed, account), upload.hash, `${upload.name} has other bytes`)
  if (upload.place === null || upload.place.path === listed) return
  const found = await hashAt(server.origin + upload.place.path, account)
  if (upload.deletion === 'none') assert.equal(found, upload.hash, `${upload.name} does not open where it should`)
  else assert.ok(listed !== undefined || !/^[0-9a-f]{64}$/.test(found), `${upload.name} was deleted and opens`)
}

async function hashAt(url: string, account: Account): Promise<string> {
  // A file that is shorter than its row says would be waited for.
  const signal = AbortSignal.timeout(10_000)
  const response = await fetch(url, { headers: url.includes('/crm/') ? zohoHeaders(account) : {}, signal })
  try {
    const { sha256 } = await digestOfBody(response)
    return response.status === 200 ? sha256 : `status ${String(response.status)}`
  } catch (error) {
    return `broken off: ${String(error)}`
  }
}

function lanes<T>(items: readonly T[], count: number): T[][] {
  return Array.from({ length: count }, (_, lane) => items.filter((_item, index) => index % count === lane))
}
