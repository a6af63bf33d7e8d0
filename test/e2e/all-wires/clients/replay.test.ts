// A replay stands in for a client only as long as both put the same bytes on the wire.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { missing, need } from '../../../support/require.ts'
import { openPage } from './browser.ts'
import { askedAbove } from './fixture.ts'
import { clients } from './index.ts'
import type { Client } from './index.ts'
import { openRecorder } from './recorder.ts'
import { replay } from './replay.ts'

// The recordings say text/plain, as curl and form-data guess from this ending.
const name = 'Angebot – Übersicht 見積書 📎.txt'
const path = '/crm/v2/Leads/1/Attachments'
const token = 'a-token'

for (const client of clients) {
  const skip = missing(client.tool, 'bookworm')
  test(`${client.name} and its replay send the same`, { skip }, async () => {
    need(client.tool, 'bookworm')
    await sendSame(client, Buffer.from('small\r\n--not-a-boundary\r\n{name}'))
    await sendSame(client, Buffer.alloc(askedAbove + 77_777, 'larger'))
  })
}

async function sendSame(client: Client, bytes: Buffer): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dossier-replay-'))
  const [recorder, page] = await Promise.all([openRecorder(), openPage()])
  const { requests, port } = recorder
  try {
    await writeFile(join(folder, name), bytes)
    const { status, body } = await client.run({
      url: `http://127.0.0.1:${port}${path}`,
      token,
      file: join(folder, name),
      page,
    })
    const sent = requests.length
    const host = '127.0.0.1'
    const { origin } = page
    const common = { host, port, path, token, bytes, name: client.nameAsSent(name), origin }
    if (sent > 1) await replay({ client: `${client.name}-preflight`, ...common })
    const replayed = await replay({ client: client.name, ...common })
    assert.deepEqual([replayed.status, replayed.body], [status, body])
    assert.equal(requests.length, sent * 2)
    for (const [at, request] of requests.slice(0, sent).entries()) {
      assert.equal(steady(requests[sent + at] ?? Buffer.alloc(0)), steady(request))
    }
  } finally {
    await Promise.all([recorder.close(), page.close(), rm(folder, { recursive: true })])
  }
}

/** Without what differs from one run to the next, or from one version to the next. */
function steady(request: Buffer): string {
  const text = request.toString('latin1')
  const boundary = /boundary=(\S+)/.exec(text)?.[1] ?? ' '
  // Apache's boundary has 30 to 40 characters, and stands twice in the body.
  const withoutBoundary = (_: string, name: string, length: string) =>
    name + String(Number(length) - 2 * boundary.length)
  return text
    .replaceAll(boundary, 'BOUNDARY')
    .replace(/^(content-length: *)(\d+)/im, withoutBoundary)
    .replace(/^(user-agent|sec-ch-ua): .*$/gim, '$1: VERSION')
}
