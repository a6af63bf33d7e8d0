// A disk store against planted links and a full disk.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { openDiskBlobs } from '../../src/blobs/disk.ts'
import type { BlobStore } from '../../src/core/ports/contracts.ts'
import { newBlobKey } from '../../src/core/model/ids.ts'
import { missing, need } from '../support/require.ts'
import { filesIn, megabytes, never, pieces, read } from './blob-reading.ts'

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
