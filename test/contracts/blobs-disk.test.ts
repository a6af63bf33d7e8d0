import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openDiskBlobs } from '../../src/blobs/disk.ts'
import type { BlobStore } from '../../src/core/contracts.ts'
import { newBlobKey } from '../../src/core/ids.ts'
import { missing, need } from '../require.ts'
import { keysOf, never, pieces, read } from './blob-contract.ts'

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

/** Every file below the folder. */
async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)
}

const linux = process.platform === 'linux' ? false : 'needs /proc'
const openFiles = () => readdirSync('/proc/self/fd').length

/** Descriptors are closed in the background: as many as before, soon. */
async function closesAll(before: number): Promise<void> {
  for (let turn = 0; turn < 100 && openFiles() > before; turn++) await delay(10)
  assert.ok(openFiles() <= before, `${openFiles()} descriptors, ${before} before`)
}

async function* megabytes(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count * 16; index++) yield randomBytes(65_536)
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

describe('class 16: a symbolic link is not followed', () => {
  test('where a blob is to be written', async () => {
    const key = newBlobKey()
    const outside = join(folder, 'outside')
    await symlink(outside, join(folder, key.slice(0, 2), key))
    await assert.rejects(store.put(key, pieces(Buffer.from('x')), never), { code: 'EEXIST' })
    assert.equal(existsSync(outside), false)
    assert.deepEqual(await readdir(join(folder, 'incoming')), [])
  })

  test('where a blob is read', async () => {
    const key = newBlobKey()
    await symlink('/etc/passwd', join(folder, key.slice(0, 2), key))
    await assert.rejects(store.open(key), { code: 'ELOOP' })
    await store.remove(key)
    assert.equal(await store.open(key), null)
    assert.ok(existsSync('/etc/passwd'))
  })

  test('in place of the folder of what is incoming', async () => {
    await store.close()
    const outside = await mkdtemp(join(tmpdir(), 'dossier-outside-'))
    await writeFile(join(outside, 'precious'), 'x')
    await rm(join(folder, 'incoming'), { recursive: true })
    await symlink(outside, join(folder, 'incoming'))
    store = await openDiskBlobs(folder)
    await store.put(newBlobKey(), pieces(Buffer.from('x')), never)
    assert.deepEqual(await readdir(outside), ['precious'])
    await rm(outside, { recursive: true })
  })
})

test(
  'class 33: a full disk refuses the put, keeps nothing of it and serves what it has',
  { skip: missing('tmpfs') },
  async () => {
    need('tmpfs')
    const mount = await mkdtemp(join(tmpdir(), 'dossier-full-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', mount])
    try {
      const small = await openDiskBlobs(mount)
      const key = newBlobKey()
      await small.put(key, pieces(randomBytes(100_000)), never)
      for (let turn = 0; turn < 3; turn++) {
        await assert.rejects(small.put(newBlobKey(), megabytes(20), never), { code: 'ENOSPC' })
        assert.deepEqual(await filesIn(mount), [key])
      }
      assert.equal((await read(small, key))?.length, 100_000)
      await small.put(newBlobKey(), pieces(randomBytes(100_000)), never)
      await small.close()
    } finally {
      execFileSync('umount', [mount])
      await rm(mount, { recursive: true })
    }
  },
)
