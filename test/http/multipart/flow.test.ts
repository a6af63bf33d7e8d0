// How the parser treats its source: pulled, never destroyed, and never waited for in vain.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Fault } from '../../../src/core/model/fault.ts'
import { readParts } from '../../../src/http/multipart/parts.ts'
import { BOUNDARY, chunked, faultOf, formOf, readAll } from './reading.ts'

const CHUNK = 65_536
const head = 'Content-Disposition: form-data; name="f"; filename="f"'
const beginning = Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\nbeginning`)

/** A form without end, in chunks, that counts what was asked of it. */
class Endless extends Readable {
  given = 0
  override _read(): void {
    setImmediate(() => this.push(this.given++ === 0 ? beginning : Buffer.alloc(CHUNK, 'x')))
  }
}

async function readSlowly(source: AsyncIterable<Uint8Array>, chunks: number, given: () => number): Promise<void> {
  for await (const part of readParts(source, { boundary: BOUNDARY })) {
    let seen = 0
    for await (const chunk of part.bytes) {
      assert.ok(chunk.length <= 4 * CHUNK)
      await delay(2)
      assert.ok(given() <= seen + 4, `${given()} chunks were read when ${seen} were wanted`)
      if (++seen === chunks) break
    }
    break
  }
}

describe('back-pressure', () => {
  test('a stream is not read ahead of a slow consumer', async () => {
    const source = new Endless({ highWaterMark: CHUNK })
    await readSlowly(source, 20, () => source.given)
    source.destroy()
  })

  test('an iterable is not read ahead of a slow consumer', async () => {
    let given = 0
    const endless = async function* () {
      for (;;) yield given++ === 0 ? beginning : Buffer.alloc(CHUNK, 'x')
    }
    await readSlowly(endless(), 20, () => given)
  })

  test('nothing behind the closing boundary is asked for', async () => {
    const asked: string[] = []
    const source = async function* () {
      yield formOf(head, 'x')
      asked.push('more')
    }
    assert.equal((await readAll(source())).length, 1)
    assert.deepEqual(asked, [])
  })
})

describe('a consumer that leaves early', () => {
  test('leaves the stream whole, with no listener of ours', async () => {
    const source = Readable.from([beginning, Buffer.alloc(CHUNK), Buffer.alloc(CHUNK)], { objectMode: false })
    const listeners = () => source.eventNames().map((name) => [name, source.listenerCount(name)])
    const before = listeners()
    for await (const part of readParts(source, { boundary: BOUNDARY })) {
      for await (const _chunk of part.bytes) break
      break
    }
    assert.equal(source.destroyed, false)
    assert.deepEqual(listeners(), before)
    await once(source.resume(), 'end')
  })

  test('leaves an iterable unreturned', async () => {
    let returned = false
    const source = chunked(beginning, Buffer.alloc(CHUNK))
    const watched = { next: () => source.next(), return: async () => ((returned = true), source.return(undefined)) }
    const faulty = readParts({ [Symbol.asyncIterator]: () => watched }, { boundary: BOUNDARY, maxParts: 0 })
    assert.equal((await faultOf(faulty.next())).reason, 'parts')
    assert.equal(returned, false)
  })
})

describe('a source that dies', () => {
  const readOf = (source: Readable, signal?: AbortSignal) => readAll(source, signal && { signal })

  test('with an error of its own: it rises', async () => {
    const source = new Endless()
    setTimeout(() => source.destroy(new Error('the disk is on fire')), 5)
    await assert.rejects(readOf(source), /the disk is on fire/)
    const failing = async function* () {
      yield beginning
      throw new Error('the iterable too')
    }
    await assert.rejects(readAll(failing()), /the iterable too/)
  })

  test('without one, before, while or after it is waited for: aborted', async () => {
    for (const moment of ['before', 'while', 'between']) {
      const source = new Readable({ read: () => undefined })
      if (moment !== 'before') source.push(beginning)
      if (moment !== 'while') source.destroy()
      else setTimeout(() => source.destroy(), 5)
      const fault = await faultOf(readOf(source))
      assert.deepEqual([fault.code, fault.subject], ['aborted', 'request'], moment)
    }
  })

  test('by a signal, while it is silent', async () => {
    const silent = async function* () {
      yield beginning
      await new Promise(() => undefined)
    }
    for (const source of [new Readable({ read: () => undefined }), silent()]) {
      const ends = await faultOf(readAll(source, { signal: AbortSignal.timeout(10) }))
      assert.equal(ends.code, 'aborted')
    }
    const reason = new Fault('too_many', 'request', 'Enough.')
    const source = new Readable({ read: () => undefined })
    assert.equal(await faultOf(readOf(source, AbortSignal.abort(reason))), reason)
  })
})
