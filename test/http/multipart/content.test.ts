import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readParts } from '../../../src/http/multipart/parts.ts'
import { BOUNDARY, chunked, formOf, readAll, readSplit } from './reading.ts'

const head = 'Content-Disposition: form-data; name="f"; filename="f"'

describe('content that looks like a boundary, split at every offset', () => {
  const contents = [
    '',
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    'x\r',
    'x\r\n-',
    'x\r\n--',
    `\r\n--${BOUNDARY.slice(0, -1)}`,
    `\r\n--${BOUNDARY}x`,
    `\r\n--${BOUNDARY}-x`,
    `\r\n--${BOUNDARY} x`,
    `\r\n--${BOUNDARY}\rx`,
    `\r\n--${BOUNDARY}${' '.repeat(65)}`,
    `\r\n\r\n--${BOUNDARY}2\r\n--${BOUNDARY.slice(0, 3)}\r\n--`,
    `\n--${BOUNDARY}\n`,
    `--${BOUNDARY}x`,
    `-${BOUNDARY}--`,
    `x--${BOUNDARY}--`,
    `\r\r\n--\r\n--${BOUNDARY.slice(0, 4)}\r`,
    '\0\xff\xfe\r\n',
  ]
  for (const content of contents) {
    test(JSON.stringify(content).slice(0, 70), async () => {
      const body = Buffer.concat([
        Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n`),
        Buffer.from(content, 'latin1'),
        Buffer.from(`\r\n--${BOUNDARY}\r\n${head}\r\n\r\nnext\r\n--${BOUNDARY}--\r\n`),
      ])
      const parts = await readSplit(body)
      assert.deepEqual(
        parts.map((part) => part.content),
        [content, 'next'],
      )
    })
  }
})

describe('a part', () => {
  const two = Buffer.concat([
    formOf(head, 'one').subarray(0, -4),
    Buffer.from(`\r\n${head}\r\n\r\ntwo\r\n--${BOUNDARY}--`),
  ])

  test('is passed over when nobody reads it, or reads only some of it', async () => {
    const seen: string[] = []
    for await (const part of readParts(chunked(two.subarray(0, 90), two.subarray(90)), { boundary: BOUNDARY })) {
      seen.push(part.name + part.index)
      if (part.index === 2) assert.equal(await part.text(), 'two')
    }
    assert.deepEqual(seen, ['f1', 'f2'])
  })

  test('can be skipped, and read no more', async () => {
    for await (const part of readParts(chunked(two), { boundary: BOUNDARY })) {
      await part.skip()
      await assert.rejects(part.text(), /passed over/)
    }
  })

  test('that was read is empty the second time', async () => {
    for await (const part of readParts(chunked(two), { boundary: BOUNDARY })) {
      assert.equal((await part.text()).length, 3)
      assert.equal(await part.text(), '')
    }
  })

  test('is text of any length up to the limit', async () => {
    const long = 'ä'.repeat(32_768)
    for await (const part of readParts(chunked(formOf(head, long)), { boundary: BOUNDARY })) {
      assert.equal(await part.text(), long)
    }
  })

  test('is handed on uncopied', async () => {
    const body = formOf(head, 'x'.repeat(1000))
    for await (const part of readParts(chunked(body), { boundary: BOUNDARY })) {
      for await (const chunk of part.bytes) assert.equal(chunk.buffer, body.buffer)
    }
  })

  test('arrives whole from chunks of any kind', async () => {
    const body = formOf(head, 'x'.repeat(5))
    const empty = new Uint8Array()
    const parts = await readAll(chunked(empty, new Uint8Array(body.subarray(0, 20)), empty, body.subarray(20), empty))
    assert.equal(parts[0]?.content, 'xxxxx')
  })
})
