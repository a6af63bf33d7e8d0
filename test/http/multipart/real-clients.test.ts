import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { boundaryOf } from '../../../src/http/multipart/boundary.ts'
import { clientForms } from './client-forms.ts'
import { BOUNDARY, chunked, readAll, readSplit } from './reading.ts'

describe('forms of real clients, split at every offset', () => {
  for (const { client, contentType, body, parts } of clientForms) {
    test(client, async () => {
      assert.deepEqual(await readSplit(body, { boundary: boundaryOf(contentType) }), parts)
    })
  }
})

describe('tolerance, split at every offset', () => {
  const head = 'Content-Disposition: form-data; name="f"\r\n\r\n'
  const cases: Record<string, string> = {
    'a preamble': `This is a form.\r\n--X\r\nIgnore this.\r\n--${BOUNDARY}\r\n${head}content\r\n--${BOUNDARY}--\r\n`,
    'a leading LF': `\n--${BOUNDARY}\r\n${head}content\r\n--${BOUNDARY}--\r\n`,
    'an epilogue': `--${BOUNDARY}\r\n${head}content\r\n--${BOUNDARY}--\r\n--${BOUNDARY}\r\nnot a part`,
    'white space after boundaries': `--${BOUNDARY} \t \r\n${head}content\r\n--${BOUNDARY}-- \t`,
    'no CR LF at the end': `--${BOUNDARY}\r\n${head}content\r\n--${BOUNDARY}--`,
    'bare LF in headers': `--${BOUNDARY}\nContent-Disposition: form-data; name="f"\n\ncontent\r\n--${BOUNDARY}--\n`,
    'odd spellings': `--${BOUNDARY}\r\nCONTENT-disposition :Form-Data;NAME = f ;\r\n\r\ncontent\r\n--${BOUNDARY}--`,
    'folded headers': `--${BOUNDARY}\r\nContent-Disposition: form-data;\r\n\tname="f"\r\n\r\ncontent\r\n--${BOUNDARY}--`,
    'unknown headers': `--${BOUNDARY}\r\nContent-Length: 7\r\nX: y:z\r\n${head}content\r\n--${BOUNDARY}--`,
  }
  for (const [name, body] of Object.entries(cases)) {
    test(name, async () => {
      const parts = await readSplit(Buffer.from(body))
      assert.deepEqual(
        parts.map((part) => [part.name, part.content, part.isFile]),
        [['f', 'content', false]],
      )
    })
  }

  test('a form without parts', async () => {
    assert.deepEqual(await readSplit(Buffer.from(`--${BOUNDARY}--\r\n`)), [])
  })

  test('parts without content, with and without a line end of their own', async () => {
    const body = `--${BOUNDARY}\r\n${head}--${BOUNDARY}\r\n${head}\r\n--${BOUNDARY}\r\n${head}--${BOUNDARY}--`
    const parts = await readSplit(Buffer.from(body))
    assert.deepEqual(
      parts.map((part) => part.content),
      ['', '', ''],
    )
  })
})

describe('boundaryOf', () => {
  const good: Record<string, string> = {
    'multipart/form-data; boundary=abc': 'abc',
    'Multipart/Form-Data;BOUNDARY="a b"': 'a b',
    'multipart/form-data; charset=utf-8; boundary = abc ; x=y': 'abc',
    'multipart/form-data; boundary="abc" and junk': 'abc',
    'multipart/form-data; boundary=abc, multipart/form-data': 'abc',
    "multipart/form-data; boundary=----=_Part_1'()+_,-./:=?9": "----=_Part_1'()+_,-./:=?9",
    'multipart/form-data; boundary=abc; boundary=abc': 'abc',
    [`multipart/form-data; boundary=${'x'.repeat(70)}`]: 'x'.repeat(70),
  }
  for (const [header, boundary] of Object.entries(good)) {
    test(header.slice(0, 80), () => assert.equal(boundaryOf(header), boundary))
  }

  test('a quoted boundary with spaces is read', async () => {
    const body = Buffer.from('--a b\r\nContent-Disposition: form-data; name="f"\r\n\r\nc\r\n--a b--')
    const [part] = await readAll(chunked(body), { boundary: 'a b' })
    assert.equal(part?.content, 'c')
  })
})
