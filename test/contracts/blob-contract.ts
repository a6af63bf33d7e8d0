// What every blob store must keep to, whatever lies behind it.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { BlobStore } from '../../src/core/ports/contracts.ts'
import { newBlobKey } from '../../src/core/model/ids.ts'
import type { BlobKey } from '../../src/core/model/model.ts'
import { keysOf, never, oddly, pieces, read } from './blob-reading.ts'
import { testRefusals } from './blob-refusals.ts'

export interface OpenedBlobs {
  readonly store: BlobStore
  close(): Promise<void>
}

/** `open` is called once; a test leaves what it put. */
export function blobContract(name: string, open: () => Promise<OpenedBlobs>): void {
  describe(`blobs: ${name}`, () => {
    let opened: OpenedBlobs
    before(async () => {
      opened = await open()
    })
    after(() => opened.close())
    testKeeping(() => opened.store)
    testRefusals(() => opened.store)
  })
}

function testKeeping(store: () => BlobStore): void {
  const put = async (...chunks: readonly Uint8Array[]) => {
    const key = newBlobKey()
    await store().put(key, pieces(...chunks), never)
    return key
  }

  test('gives back what was put: nothing, a byte, megabytes in odd pieces', async () => {
    assert.equal((await read(store(), await put()))?.length, 0)
    assert.deepEqual(await read(store(), await put(Buffer.from([7]))), Buffer.from([7]))
    const large = randomBytes(5_000_011)
    const key = newBlobKey()
    await store().put(key, oddly(large), never)
    assert.ok(large.equals((await read(store(), key)) ?? Buffer.alloc(0)))
  })

  test('takes single bytes and empty chunks', async () => {
    const bytes = randomBytes(3000)
    const chunks = Array.from(bytes, (_, at) => [Buffer.alloc(0), bytes.subarray(at, at + 1)]).flat()
    assert.deepEqual(await read(store(), await put(...chunks)), bytes)
  })

  test('gives a range, both ends included', async () => {
    const bytes = randomBytes(600_000)
    const key = await put(bytes)
    for (const [start, end] of [
      [0, 0],
      [1, 4],
      [262_143, 262_145],
      [599_999, 599_999],
      [10, 599_999],
    ] as const) {
      assert.deepEqual(await read(store(), key, { start, end }), bytes.subarray(start, end + 1))
    }
  })

  test('is null where there is nothing', async () => {
    assert.equal(await store().open(newBlobKey()), null)
    assert.equal(await store().open(newBlobKey(), { start: 0, end: 5 }), null)
  })

  test('removes, twice without an error', async () => {
    const key = await put(Buffer.from('gone'))
    await store().remove(key)
    await store().remove(key)
    assert.equal(await store().open(key), null)
    assert.ok(!(await keysOf(store())).includes(key))
  })

  test('lists in order, with sizes and times, from after a key on', async () => {
    const began = Date.now()
    const mine = await Promise.all(Array.from({ length: 40 }, (_, size) => put(Buffer.alloc(size))))
    const keys = await keysOf(store())
    assert.deepEqual(keys, [...keys].sort())
    assert.ok(mine.every((key) => keys.includes(key)))
    for await (const { key, size, modified } of store().list()) {
      if (mine.includes(key)) assert.equal(size, mine.indexOf(key))
      assert.ok(modified.getTime() > began - 60_000 && modified.getTime() < Date.now() + 60_000)
    }
    for (const at of [0, 17, keys.length - 1]) assert.deepEqual(await keysOf(store(), keys[at]), keys.slice(at + 1))
    assert.deepEqual(await keysOf(store(), '0'.repeat(32) as BlobKey), keys)
    assert.deepEqual(await keysOf(store(), 'f'.repeat(32) as BlobKey), [])
  })

  test('takes many at a time and mixes nothing up', async () => {
    const bodies = Array.from({ length: 60 }, (_, index) => randomBytes(index * 5003))
    const keys = await Promise.all(
      bodies.map(async (body) => {
        const key = newBlobKey()
        await store().put(key, oddly(body), never)
        return key
      }),
    )
    const hash = (bytes: Buffer | null) =>
      createHash('sha256')
        .update(bytes ?? 'missing')
        .digest('hex')
    const found = await Promise.all(keys.map((key) => read(store(), key)))
    assert.deepEqual(found.map(hash), bodies.map(hash))
  })
}
