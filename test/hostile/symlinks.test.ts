import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { countersOf, download, mustWork, upload, type Counter } from '../e2e/support/counter.ts'
import { form } from '../e2e/support/form.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createTenant, type Tenant } from '../e2e/support/tenant.ts'

const SECRET = "somebody else's file"

let base: string
let data: string
let outside: string
let tenant: Tenant

before(async () => {
  base = mkdtempSync(join(tmpdir(), 'dossier-symlinks-'))
  data = join(base, 'data')
  outside = join(base, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'secret.txt'), SECRET)
  await served(async (server) => {
    tenant = await createTenant(server)
  })
})
after(() => rmSync(base, { recursive: true, force: true }))

async function served(work: (server: Server, counters: readonly Counter[]) => Promise<void>): Promise<void> {
  const server = await startServer({ folder: data })
  try {
    await work(server, tenant === undefined ? [] : countersOf(server, tenant))
  } finally {
    await server.stop()
  }
}

const isUntouched = () => {
  assert.deepEqual(readdirSync(outside), ['secret.txt'])
  assert.equal(readFileSync(join(outside, 'secret.txt'), 'utf8'), SECRET)
}

test('class 16: symlink followed on write: in place of the folder of temporary files', async () => {
  rmSync(join(data, 'blobs', 'incoming'), { recursive: true })
  symlinkSync(outside, join(data, 'blobs', 'incoming'))
  await served(async (server, counters) => {
    // What lay in it was somebody's and is not cleared away with what an earlier run left behind.
    isUntouched()
    for (const counter of counters) await mustWork(server, counter)
  })
  isUntouched()
})

test('class 16: symlink followed on write: in place of a folder of blobs', async () => {
  const folder = join(data, 'blobs', 'ab')
  renameSync(folder, `${folder}.real`)
  symlinkSync(outside, folder)
  const start = startServer({ folder: data }).then((server) => server.stop())
  await assert.rejects(start, /symbolic link/)
  isUntouched()
  rmSync(folder)
  renameSync(`${folder}.real`, folder)
  await served(async (server, counters) => {
    for (const counter of counters) await mustWork(server, counter)
  })
})

test('class 16: symlink followed: in place of a file', async () => {
  await served(async (server, counters) => {
    for (const counter of counters) {
      const bytes = Buffer.alloc(100_000, counter.name)
      const answer = await upload(server, counter, form({ name: counter.partName(), filename: 'a.txt', bytes }))
      const url = counter.urlsOf(answer).at(-1) ?? ''
      const path = blobOf(bytes)
      renameSync(path, join(base, 'aside'))
      symlinkSync(join(outside, 'secret.txt'), path)
      const response = await fetch(url, { headers: counter.headers })
      assert.equal(response.status, 500)
      assert.doesNotMatch(await response.text(), /somebody|symlink|ELOOP|blobs/)
      // Neither does an upload of the same bytes write through it, nor a removal reach what it names.
      await upload(server, counter, form({ name: counter.partName(), filename: 'b.txt', bytes }))
      isUntouched()
      rmSync(path)
      renameSync(join(base, 'aside'), path)
      assert.ok((await download(url, counter)).equals(bytes))
      await mustWork(server, counter)
    }
  })
  isUntouched()
})

/** The file that holds these bytes. */
function blobOf(bytes: Buffer): string {
  const files = readdirSync(join(data, 'blobs'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const path = files
    .map(({ parentPath, name }) => join(parentPath, name))
    .find((one) => readFileSync(one).equals(bytes))
  assert.ok(path, 'no blob holds these bytes')
  return path
}
