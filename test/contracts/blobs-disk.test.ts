import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openDiskBlobs } from '../../src/blobs/disk.ts'
import type { BlobStore } from '../../src/core/ports/contracts.ts'
import { newBlobKey } from '../../src/core/model/ids.ts'
import { filesIn, keysOf, megabytes, never, pieces, read } from './blob-reading.ts'

let folder: string
let store: BlobStore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dossier-blobs-'))
  store = await openDiskBlobs(folder)
})

afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const linux = process.platform === 'linux' ? false : 'needs /proc'
const openFiles = () => readdirSync('/proc/self/fd').length

/** Descriptors are closed in the background: as many as before, soon. */
async function closesAll(before: number): Promise<void> {
  for (let turn = 0; turn < 100 && openFiles() > before; turn++) await delay(10)
  assert.ok(openFiles() <= before, `${openFiles()} descriptors, ${before} before`)
}

describe('blobs on disk', () => {
  test('lie in a folder of their first two characters, and are for their owner only', async () => {
    const key = newBlobKey()
    await store.put(key, pieces(Buffer.from('x')), never)
    const path = join(folder, key.slice(0, 2), key)
    assert.equal(String(await readFile(path)), 'x')
    assert.equal((await lstat(path)).mode & 0o777, 0o600)
    assert.deepEqual(await filesIn(folder), [key])
  })

  test('class 5: a failed or cancelled put leaves no file', { skip: linux }, async () => {
    const before = openFiles()
    const abort = new AbortController()
    const failing = async function* () {
      yield* megabytes(12)
      throw new Error('the client went away')
    }
    const cancelled = async function* () {
      yield* megabytes(12)
      abort.abort(new Error('enough'))
      yield Buffer.alloc(1)
    }
    await assert.rejects(store.put(newBlobKey(), failing(), never), /the client went away/)
    await assert.rejects(store.put(newBlobKey(), cancelled(), abort.signal), /enough/)
    assert.deepEqual(await filesIn(folder), [])
    await closesAll(before)
  })

  test('what an earlier process left half-written is cleared at open', async () => {
    const key = newBlobKey()
    await store.put(key, pieces(Buffer.from('kept')), never)
    await store.close()
    await writeFile(join(folder, 'incoming', `${newBlobKey()}-0123456789abcdef`), 'half')
    await mkdir(join(folder, 'incoming', 'odd'))
    store = await openDiskBlobs(folder)
    assert.deepEqual(await readdir(join(folder, 'incoming')), [])
    assert.deepEqual(await keysOf(store), [key])
  })

  test('a folder deep in nowhere is made', async () => {
    const deep = await openDiskBlobs(join(folder, 'incoming', 'a', 'b'))
    const key = newBlobKey()
    await deep.put(key, pieces(Buffer.from('x')), never)
    assert.equal(String(await read(deep, key)), 'x')
    await deep.close()
  })

  test('what is no blob is not listed', async () => {
    await writeFile(join(folder, '00', 'README'), 'x')
    await writeFile(join(folder, '00', 'f'.repeat(32)), 'in the wrong folder')
    await mkdir(join(folder, '00', '0'.repeat(32)))
    await symlink('/etc/passwd', join(folder, '00', `${'0'.repeat(31)}1`))
    assert.deepEqual(await keysOf(store), [])
  })

  test('memory stays bounded while 20 times 20 MB are put', async () => {
    await store.put(newBlobKey(), megabytes(20), never)
    const before = process.memoryUsage().rss
    await Promise.all(Array.from({ length: 20 }, () => store.put(newBlobKey(), megabytes(20), never)))
    const growth = (process.memoryUsage().rss - before) / 1_048_576
    assert.ok(growth < 200, `${growth.toFixed(0)} MiB more`)
  })

  test('class 3: a stream that ends half way closes its descriptor', { skip: linux }, async () => {
    const key = newBlobKey()
    await store.put(key, megabytes(2), never)
    const before = openFiles()
    for (let turn = 0; turn < 20; turn++) {
      const stream = await store.open(key)
      for await (const _chunk of stream ?? []) break
      const unread = await store.open(key)
      unread?.destroy()
      const failed = await store.open(key)
      failed?.on('error', () => undefined).destroy(new Error('the client went away'))
    }
    assert.equal((await read(store, key))?.length, 2 * 1_048_576)
    await assert.rejects(store.open(key, { start: 5, end: 4 }))
    await closesAll(before)
  })

  test('a range past the end reads what there is', async () => {
    const key = newBlobKey()
    await store.put(key, pieces(Buffer.from('abc')), never)
    assert.equal(String(await read(store, key, { start: 1, end: 100 })), 'bc')
    assert.equal(String(await read(store, key, { start: 3, end: 100 })), '')
  })
})
