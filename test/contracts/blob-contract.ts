// What every blob store must keep to, whatever lies behind it.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import type { BlobStore, ByteRange } from '../../src/core/contracts.ts'
import { newBlobKey } from '../../src/core/ids.ts'
import type { BlobKey } from '../../src/core/model.ts'

export const never = new AbortController().signal

export interface OpenedBlobs {
  readonly store: BlobStore
  close(): Promise<void>
}

export async function* pieces(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk
}

/** A body cut into odd sizes. */
export async function* oddly(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7919 + 13) % 70_001) {
    yield bytes.subarray(at, at + size)
  }
}

export async function read(store: BlobStore, key: BlobKey, range?: ByteRange): Promise<Buffer | null> {
  const stream = await store.open(key, range)
  if (stream === null) return null
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

export async function keysOf(store: BlobStore, from?: BlobKey): Promise<BlobKey[]> {
  const keys: BlobKey[] = []
  for await (const { key } of store.list(from)) keys.push(key)
  return keys
}

/** `open` is called once; a test leaves what it put. */
export function blobContract(name: string, open: () => Promise<OpenedBlobs>): void {
  describe(`blobs: ${name}`, () => {
    let opened: OpenedBlobs
    let store: BlobStore
    before(async () => {
      opened = await open()
      store = opened.store
    })
    after(() => opened.close())

    const put = async (...chunks: readonly Uint8Array[]) => {
      const key = newBlobKey()
      await store.put(key, pieces(...chunks), never)
      return key
    }

    test('gives back what was put: nothing, a byte, megabytes in odd pieces', async () => {
      assert.equal((await read(store, await put()))?.length, 0)
      assert.deepEqual(await read(store, await put(Buffer.from([7]))), Buffer.from([7]))
      const large = randomBytes(5_000_011)
      const key = newBlobKey()
      await store.put(key, oddly(large), never)
      assert.ok(large.equals((await read(store, key)) ?? Buffer.alloc(0)))
    })

    test('takes single bytes and empty chunks', async () => {
      const bytes = randomBytes(3000)
      const chunks = Array.from(bytes, (_, at) => [Buffer.alloc(0), bytes.subarray(at, at + 1)]).flat()
      assert.deepEqual(await read(store, await put(...chunks)), bytes)
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
        assert.deepEqual(await read(store, key, { start, end }), bytes.subarray(start, end + 1))
      }
    })

    test('is null where there is nothing', async () => {
      assert.equal(await store.open(newBlobKey()), null)
      assert.equal(await store.open(newBlobKey(), { start: 0, end: 5 }), null)
    })

    test('removes, twice without an error', async () => {
      const key = await put(Buffer.from('gone'))
      await store.remove(key)
      await store.remove(key)
      assert.equal(await store.open(key), null)
      assert.ok(!(await keysOf(store)).includes(key))
    })

    test('keeps nothing of a put whose source fails', async () => {
      const key = newBlobKey()
      const failing = async function* () {
        yield randomBytes(1_000_000)
        throw new Error('the client went away')
      }
      await assert.rejects(store.put(key, failing(), never), /the client went away/)
      assert.equal(await store.open(key), null)
      await store.put(key, pieces(Buffer.from('again')), never)
      assert.equal(String(await read(store, key)), 'again')
    })

    test('gives up at once when aborted, even while the source is silent', async () => {
      const key = newBlobKey()
      const abort = new AbortController()
      let told = false
      const silent: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => {
          const first = [randomBytes(1_000_000)]
          return {
            next: async () => ({ done: false, value: first.pop() ?? (await new Promise<never>(() => undefined)) }),
            return: async () => ({ done: (told = true), value: undefined }),
          }
        },
      }
      const putting = store.put(key, silent, abort.signal)
      await delay(30)
      abort.abort(new Error('enough'))
      await assert.rejects(putting, /enough/)
      assert.equal(told, true)
      assert.equal(await store.open(key), null)
      await assert.rejects(store.put(key, pieces(Buffer.from('x')), abort.signal), /enough/)
    })

    test('aborted behind the last byte, it keeps all or nothing', async () => {
      for (let turn = 0; turn < 20; turn++) {
        const key = newBlobKey()
        const abort = new AbortController()
        const putting = store.put(key, pieces(Buffer.from('whole')), abort.signal).then(
          () => 'whole',
          () => undefined,
        )
        await delay(turn / 5)
        abort.abort(new Error('enough'))
        assert.equal((await read(store, key))?.toString(), await putting)
      }
    })

    test('writes a key once', async () => {
      const key = await put(Buffer.from('first'))
      await assert.rejects(store.put(key, pieces(Buffer.from('second')), never), { code: 'EEXIST' })
      assert.equal(String(await read(store, key)), 'first')
      const contested = newBlobKey()
      const puts = ['a', 'b', 'c', 'd'].map((text) => store.put(contested, pieces(Buffer.from(text)), never))
      const results = await Promise.allSettled(puts)
      const won = results.findIndex((result) => result.status === 'fulfilled')
      assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1)
      assert.equal(String(await read(store, contested)), 'abcd'[won])
    })

    test('lists in order, with sizes and times, from after a key on', async () => {
      const began = Date.now()
      const mine = await Promise.all(Array.from({ length: 40 }, (_, size) => put(Buffer.alloc(size))))
      const keys = await keysOf(store)
      assert.deepEqual(keys, [...keys].sort())
      assert.ok(mine.every((key) => keys.includes(key)))
      for await (const { key, size, modified } of store.list()) {
        if (mine.includes(key)) assert.equal(size, mine.indexOf(key))
        assert.ok(modified.getTime() > began - 60_000 && modified.getTime() < Date.now() + 60_000)
      }
      for (const at of [0, 17, keys.length - 1]) assert.deepEqual(await keysOf(store, keys[at]), keys.slice(at + 1))
      assert.deepEqual(await keysOf(store, '0'.repeat(32) as BlobKey), keys)
      assert.deepEqual(await keysOf(store, 'f'.repeat(32) as BlobKey), [])
    })

    test('takes many at a time and mixes nothing up', async () => {
      const bodies = Array.from({ length: 60 }, (_, index) => randomBytes(index * 5003))
      const keys = await Promise.all(
        bodies.map(async (body) => {
          const key = newBlobKey()
          await store.put(key, oddly(body), never)
          return key
        }),
      )
      const hash = (bytes: Buffer | null) =>
        createHash('sha256')
          .update(bytes ?? 'missing')
          .digest('hex')
      const found = await Promise.all(keys.map((key) => read(store, key)))
      assert.deepEqual(found.map(hash), bodies.map(hash))
    })

    test('class 14: a key that is a path is refused', async () => {
      const bad = [
        '',
        '../../etc/passwd',
        '/etc/passwd',
        'A'.repeat(32),
        'a'.repeat(31),
        `${'a'.repeat(32)}\n`,
        '.',
        'a/'.repeat(16),
      ]
      for (const key of bad as BlobKey[]) {
        await assert.rejects(store.put(key, pieces(), never), /Not a blob key/)
        await assert.rejects(store.open(key), /Not a blob key/)
        await assert.rejects(store.remove(key), /Not a blob key/)
        if (key !== '') await assert.rejects(keysOf(store, key), /Not a blob key/)
      }
    })
  })
}
