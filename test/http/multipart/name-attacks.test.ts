// Attack classes that use names, at the level of the parser.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formOf, refusal } from './reading.ts'

const disposition = (parameters: string) => `Content-Disposition: form-data; ${parameters}`

describe('class 10: CR, LF, NUL and their like in a name', () => {
  const spoilt: Record<string, string> = {
    'a bare CR': 'a\rb',
    'a CR LF': 'a\r\nSet-Cookie: x',
    'a bare LF': 'a\nb',
    'a NUL': 'a.exe\0.pdf',
    'an escape': 'a\x1b[2Jb',
    'a DEL': 'a\x7fb',
    'a tab': 'a\tb',
  }
  for (const [name, value] of Object.entries(spoilt)) {
    test(`${name}, in a file name and a field name`, async () => {
      const inFile = await refusal(formOf(disposition(`name="f"; filename="${value}"`), 'x'))
      const inName = await refusal(formOf(disposition(`name="${value}"`), 'x'))
      assert.deepEqual([inFile.code, inName.code], ['invalid_input', 'invalid_input'])
      assert.doesNotMatch(inFile.message + inName.message, /\p{Cc}/u)
    })
  }

  test('percent-encoded in filename*', async () => {
    for (const code of ['%0d', '%0A', '%00', '%1B']) {
      const fault = await refusal(formOf(disposition(`name="f"; filename*=UTF-8''a${code}b`), 'x'))
      assert.equal(fault.reason, 'control')
    }
  })

  test('in a header that nobody reads', async () => {
    assert.equal((await refusal(formOf(`X: \0\r\n${disposition('name="f"')}`, 'x'))).reason, 'control')
  })
})

describe('class 11: what two parsers could read in two ways', () => {
  const ambiguous = [
    disposition('name="a"; name="b"'),
    disposition('name="a"; NAME=a'),
    disposition('name="f"; filename="a.txt"; filename="b.exe"'),
    disposition('name="f"; filename="a.txt"; FileName=b.exe'),
    disposition("name=\"f\"; filename*=UTF-8''a; filename*=UTF-8''b"),
    disposition('name="f"; filename="a"; filename="b.exe'),
    `${disposition('name="a"')}\r\n${disposition('name="b"')}`,
    `${disposition('name="a"')}\r\nContent-Type: text/plain\r\ncontent-type: text/html`,
  ]
  for (const head of ambiguous) {
    test(head.slice(0, 90), async () => {
      const fault = await refusal(formOf(head, 'x'))
      assert.ok(fault.reason === 'ambiguous' || fault.reason === 'disposition', String(fault.reason))
    })
  }
})
