// Every call that an upload makes fails in every way: the answer is a clear no in the dialect's voice, the next upload
// goes in without a restart, what was acknowledged is there, and nothing is left over.
import assert from 'node:assert/strict'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import type { Server } from '../e2e/support/server.ts'
import { missing, need } from '../support/require.ts'
import { highlevelClient, openAccount, Refused, textOf, zohoClient, zohoHeaders, type Account } from './clients.ts'
import { inspect } from './inspection.ts'
import { createLedger } from './ledger.ts'
import { mustRefuse } from './refusal.ts'
import { openStage, type Rule, type Stage } from './shim.ts'
import { inFolder, mustBeTidy } from './tidiness.ts'

type Fault = 'ENOSPC' | 'EIO' | 'EMFILE' | 'EROFS'
type Step = readonly [name: string, call: Rule['call'], path: string]

const { errno } = constants
const LARGE: readonly Step[] = [
  ['opening the temporary file', 'open', 'data/blobs/incoming/*'],
  ['writing its bytes', 'write', 'data/blobs/incoming/*'],
  ['flushing them', 'sync', 'data/blobs/incoming/*'],
  ['linking it to its key', 'link', 'data/blobs/*'],
  ['flushing its folder', 'sync', 'data/blobs/[0-9a-f][0-9a-f]'],
]
/** What Node is told passes on; SQLite passes on only that the disk is full, and only of a write. */
const CASES = [
  ...LARGE.flatMap((step) =>
    (['ENOSPC', 'EIO', 'EMFILE', 'EROFS'] as const).map(
      (fault) => [step, fault, fault === 'EIO' ? 500 : 503, 'zoho', 300_000] as const,
    ),
  ),
  ...(['ENOSPC', 'EIO', 'EROFS'] as const).flatMap((fault) => [
    [
      ['writing the commit', 'write', 'data/catalog.db-wal'],
      fault,
      fault === 'ENOSPC' ? 503 : 500,
      'highlevel',
      9_000,
    ] as const,
    [['flushing the commit', 'sync', 'data/catalog.db-wal'], fault, 503, 'zoho', 9_000] as const,
  ]),
] as const

const skip = missing('gcc')
const ledger = createLedger()
let stage: Stage
let server: Server
let account: Account
let count = 0

const name = () => `${String(count++)}.txt`
const large = () => textOf(`large ${String(count)} `, 300_000)
const zoho = () => zohoClient(server.origin, account, ledger, 0)
const fail = (call: Rule['call'], path: string, fault: Fault, calls?: number) => {
  stage.arm({ action: 'fail', call, path, errno: errno[fault], ...(calls === undefined ? {} : { count: calls }) })
}

before(async () => {
  if (skip !== false) return
  need('gcc')
  stage = openStage()
  server = await stage.start()
  account = await openAccount(server, 1)
  await zoho().upload(name(), large())
})
after(async () => {
  if (skip !== false) return
  await server.kill()
  stage.remove()
})

describe('a call fails, and then no more', { skip }, () => {
  for (const [[what, call, path], fault, status, dialect, size] of CASES) {
    test(`${what}: ${fault} is ${String(status)} (${dialect})`, async () => {
      const client = (dialect === 'zoho' ? zohoClient : highlevelClient)(server.origin, account, ledger, 0)
      fail(call, path, fault)
      const refused = await client.upload(name(), textOf(`${String(count)} `, size)).catch((error: unknown) => error)
      stage.arm()
      mustRefuse(refused, dialect, status)
      await client.upload(name(), textOf(`${String(count)} `, size))
    })
  }

  test('after a flush that failed nothing more is written until all of the log is known to be on the disk', async () => {
    const [uncertain, unwritten] = [name(), name()]
    fail('sync', 'data/catalog.db-wal', 'EIO')
    for (const each of [uncertain, unwritten])
      mustRefuse(
        await zoho()
          .upload(each, textOf(each, 9_000))
          .catch((error: unknown) => error),
        'zoho',
        503,
      )
    stage.arm()
    assert.deepEqual(rowsNamed(stage.data, uncertain, unwritten), [uncertain])
    fail('sync', 'data/catalog.db-wal', 'EIO', 1)
    mustRefuse(
      await zoho()
        .upload(name(), textOf('again', 9_000))
        .catch((error: unknown) => error),
      'zoho',
      503,
    )
    await zoho().upload(name(), textOf('and well', 9_000))
  })

  test('all that was acknowledged is there, and nothing is left over', async () => {
    await inspect(server, account, ledger)
  })
})

describe('what is not an upload', { skip }, () => {
  test('a download that finds no handle is asked to come again', async () => {
    const { place } = await zoho().upload(name(), large())
    const url = server.origin + (place?.path ?? '')
    fail('open', 'data/blobs/??/*', 'EMFILE')
    const response = await fetch(url, { headers: zohoHeaders(account) })
    stage.arm()
    mustRefuse(new Refused(response.status, await response.text(), response.headers), 'zoho', 503)
    assert.equal((await fetch(url, { headers: zohoHeaders(account) })).status, 200)
  })

  test('a download of a file that lost its end breaks off', async () => {
    const { place, name } = await zoho().upload(
      `short-${String(count)}.txt`,
      textOf(`short ${String(count++)} `, 300_000),
    )
    const path = join(stage.data, 'blobs', blobOf(stage.data, name))
    const whole = readFileSync(path)
    truncateSync(path, 200_000)
    const response = await fetch(server.origin + (place?.path ?? ''), {
      headers: zohoHeaders(account),
      signal: AbortSignal.timeout(5_000),
    })
    await assert.rejects(response.bytes(), { name: 'TypeError' })
    writeFileSync(path, whole)
  })

  test('bytes that cannot be removed are removed later', async () => {
    const [first, second] = [await zoho().upload(name(), large()), await zoho().upload(name(), large())]
    fail('unlink', 'data/blobs/??/*', 'EIO')
    await zoho().remove(first)
    stage.arm()
    await assert.rejects(mustBeTidy(inFolder(server.folder), 0))
    await zoho().remove(second)
    await mustBeTidy(inFolder(server.folder))
  })
})

describe('the server ends while a fault lasts', { skip }, () => {
  test('killed after the flush of a commit failed: the row is there with its bytes, or neither is', async () => {
    fail('sync', 'data/catalog.db-wal', 'EIO')
    mustRefuse(
      await zoho()
        .upload(name(), large())
        .catch((error: unknown) => error),
      'zoho',
      503,
    )
    await server.kill()
    stage.arm()
    server = await stage.start()
    await inspect(server, account, ledger)
  })

  test('stopped while its log cannot be carried over', async () => {
    await zoho().upload(name(), large())
    stage.arm(
      { action: 'fail', call: 'write', path: 'data/catalog.db', errno: errno.EIO },
      { action: 'fail', call: 'sync', path: 'data/catalog.db', errno: errno.EIO },
    )
    await server.stop()
    stage.arm()
    server = await stage.start()
    await inspect(server, account, ledger)
  })
})

/** Where the bytes of the upload of that name lie. */
function blobOf(data: string, name: string): string {
  const [{ blob } = { blob: '' }] = attachments(data).filter((row) => row.name === name)
  return join(blob.slice(0, 2), blob)
}

function rowsNamed(data: string, ...names: string[]): string[] {
  return attachments(data).flatMap(({ name }) => (names.includes(name) ? [name] : []))
}

function attachments(data: string): { name: string; blob: string }[] {
  const database = new Database(join(data, 'catalog.db'), { readonly: true })
  try {
    return database.prepare('select name, blob from attachment').all() as { name: string; blob: string }[]
  } finally {
    database.close()
  }
}
