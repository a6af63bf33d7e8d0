// Records what each client sends into test/fixtures/requests. Run it where all of them are installed, after a change to
// one: node test/e2e/clients/record.ts [name ...]
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPage } from './browser.ts'
import { askedAbove, fixturePath, toTemplate } from './fixture.ts'
import { clients } from './index.ts'
import type { Client } from './index.ts'
import { openRecorder } from './recorder.ts'

const token = 'recorded-token'
const path = '/recorded/path'
const name = 'recorded-name.txt'

/** Requests that a client sends for one file, the upload last, as templates. */
async function record(client: Client, folder: string, content: string): Promise<string[]> {
  await writeFile(join(folder, name), content)
  const [recorder, page] = await Promise.all([openRecorder(), openPage()])
  const host = `127.0.0.1:${recorder.port}`
  try {
    await client.run({ url: `http://${host}${path}`, token, file: join(folder, name), page })
    const filling = { host, path, token, name, file: content, origin: page.origin }
    return recorder.requests.map((request) => toTemplate(request, filling))
  } finally {
    await Promise.all([recorder.close(), page.close()])
  }
}

async function write(client: Client, folder: string): Promise<void> {
  const requests = await record(client, folder, 'recorded-file')
  const upload = requests.at(-1) ?? ''
  await writeFile(fixturePath(client.name), upload, 'latin1')
  if (requests.length > 1) await writeFile(fixturePath(`${client.name}-preflight`), requests[0] ?? '', 'latin1')
  // Some ask before they send a large body; only their heads differ then.
  const large = await record(client, folder, 'x'.repeat(askedAbove + 1))
  const asks = (request: string) => /^expect:/im.test(request)
  if (asks(large.at(-1) ?? '') === asks(upload)) return
  await writeFile(fixturePath(`${client.name}-large`), large.at(-1) ?? '', 'latin1')
}

const wanted = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'dossier-record-'))
for (const client of clients) {
  if (wanted.length > 0 && !wanted.includes(client.name)) continue
  await write(client, folder)
  console.log(`recorded ${client.name}`)
}
await rm(folder, { recursive: true })
