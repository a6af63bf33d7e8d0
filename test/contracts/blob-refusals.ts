// The puts that a blob store must refuse or give up, and what may be left of them: nothing.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { BlobStore } from '../../src/core/ports/contracts.ts'
import { newBlobKey } from '../../src/core/model/ids.ts'
import type { BlobKey } from '../../src/core/model/model.ts'
import { keysOf, never, pieces, read } from './blob-reading.ts'

export function testRefusals(store: () => BlobStore): void {
  test('keeps nothing of a put whose source fails', async () => {
    const key = newBlobKey()
    const failing = async function* () {
      yield randomBytes(1_000_000)
      throw new Error('the client went away')
    }
    await assert.rejects(store().put(key, failing(), never), /the client went away/)
    assert.equal(await store().open(key), null)
    await store().put(key, pieces(Buffer.from('again')), never)
    assert.equal(String(await read(store(), key)), 'again')
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
    const putting = store().put(key, silent, abort.signal)
    await delay(30)
    abort.abort(new Error('enough'))
    await assert.rejects(putting, /enough/)
    assert.equal(told, true)
    assert.equal(await store().open(key), null)
    await assert.rejects(store().put(key, pieces(Buffer.from('x')), abort.signal), /enough/)
  })

  test('aborted behind the last byte, it keeps all or nothing', async () => {
    for (let turn = 0; turn < 20; turn++) {
      const key = newBlobKey()
      const abort = new AbortController()
      const putting = store()
        .put(key, pieces(Buffer.from('whole')), abort.signal)
        .then(
          () => 'whole',
          () => undefined,
        )
      await delay(turn / 5)
      abort.abort(new Error('enough'))
      const outcome = await putting
      assert.equal((await read(store(), key))?.toString(), outcome)
    }
  })

  test('writes a key once', async () => {
    const key = newBlobKey()
    await store().put(key, pieces(Buffer.from('first')), never)
    await assert.rejects(store().put(key, pieces(Buffer.from('second')), never), { code: 'EEXIST' })
    assert.equal(String(await read(store(), key)), 'first')
    const contested = newBlobKey()
    const puts = ['a', 'b', 'c', 'd'].map((text) => store().put(contested, pieces(Buffer.from(text)), never))
    const results = await Promise.allSettled(puts)
    const won = results.findIndex((result) => result.status === 'fulfilled')
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1)
    assert.equal(String(await read(store(), contested)), 'abcd'[won])
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
      await assert.rejects(store().put(key, pieces(), never), /Not a blob key/)
      await assert.rejects(store().open(key), /Not a blob key/)
      await assert.rejects(store().remove(key), /Not a blob key/)
      if (key !== '') await assert.rejects(keysOf(store(), key), /Not a blob key/)
    }
  })
}
