import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { boundaryOf } from '../../../src/http/multipart/boundary.ts'
import { readParts } from '../../../src/http/multipart/parts.ts'
import { BOUNDARY, chunked, faultOf, formOf, refusal } from './reading.ts'

const part = (head: string, content = 'x') => formOf(head, content).toString()
const file = 'Content-Disposition: form-data; name="file"; filename="a.txt"'
const open = `--${BOUNDARY}\r\n`

/** [what is wrong, the body, the reason, what the sentence must say] */
const bodies: readonly (readonly [string, string, string, RegExp])[] = [
  ['an empty body', '', 'empty', /body is empty.*form was expected/],
  ['JSON', '{"f_1":{}}', 'not_form', /is JSON \(it begins with "\{"f_1":\{\}\}"\)/],
  ['a JSON list', ' \n[1]', 'not_form', /is JSON/],
  ['JSON null', 'null', 'not_form', /begins with "null" where "--X-TEST-BOUNDARY" was expected/],
  ['another boundary', '--OTHER\r\n\r\nx', 'boundary_mismatch', /"--OTHER".*"X-TEST-BOUNDARY".*"--X-TEST-BOUNDARY"/],
  ['a boundary cut short', '--X-TEST', 'boundary_mismatch', /"--X-TEST"/],
  ['a long preamble', `${'.'.repeat(20_000)}\r\n${open}`, 'not_form', /begins with "\.{60}\.\.\."/],
  ['a file sent as it is', '\x89PNG\r\n\x1a\n', 'not_form', /begins with/],
  ['an end in mid-part', `${open}${file}\r\n\r\n12345`, 'truncated', /Part 1 \("file"\).*after 5 bytes/],
  ['an end in a boundary', `${open}${file}\r\n\r\n12\r\n--X`, 'truncated', /after 2 bytes/],
  ['an end in headers', `${open}${file}`, 'truncated', /headers of part 1/],
  [
    'an end behind a boundary',
    `${open}${file}\r\n\r\n12\r\n${open}`,
    'unclosed',
    /after part 1 .*"--X-TEST-BOUNDARY--"/,
  ],
  ['an end in the last dashes', `${open}${file}\r\n\r\n12\r\n--${BOUNDARY}-`, 'unclosed', /after part 1/],
  ['bare LF everywhere', part(file).replaceAll('\r', ''), 'line_ends', /Part 1 \("file"\).*CR LF/],
  ['no Content-Disposition', part('Content-Type: text/plain'), 'disposition', /Part 1 has no Content-Disposition/],
  ['no headers', `${open}\r\nx\r\n--${BOUNDARY}--`, 'disposition', /Part 1 has no Content-Disposition/],
  ['another disposition', part('Content-Disposition: attachment; name=f'), 'disposition', /"attachment"/],
  ['no name', part('Content-Disposition: form-data; filename="a"'), 'name', /Part 1 has no name/],
  ['an empty name', part('Content-Disposition: form-data; name=""'), 'name', /Part 1 has no name/],
  ['an open quote', part('Content-Disposition: form-data; name="f'), 'disposition', /quote that is never closed/],
  ['no header at all', part(`${file}\r\nhello`), 'headers', /the line "hello"/],
  ['base64', part(`${file}\r\nContent-Transfer-Encoding: base64`), 'encoding', /\("file"\).*"base64"/],
  ['an unreadable filename*', part(`${file.split(';', 2).join(';')}; filename*=x'y`), 'filename', /"x'y"/],
  ['long headers', part(`${file}\r\nX: ${'y'.repeat(9000)}`), 'headers', /Part 1 has more than 8192 bytes/],
  ['headers without end', `${open}${'y: z\r\n'.repeat(9000)}`, 'headers', /more than 8192 bytes/],
]

describe('what is wrong with a form is said in one sentence', () => {
  for (const [name, body, reason, says] of bodies) {
    test(name, async () => {
      const fault = await refusal(body)
      assert.deepEqual([fault.code, fault.reason], ['invalid_input', reason])
      assert.match(fault.message, says)
      assert.match(fault.message, /^[A-Z].*\.$/s)
      assert.doesNotMatch(fault.message, /\p{Cc}/u)
      assert.ok(fault.message.length < 450, `${fault.message.length} characters`)
    })
  }

  test('the second part is called the second', async () => {
    const fault = await refusal(`${open}${file}\r\n\r\nx\r\n${open}\r\n\r\n`)
    assert.match(fault.message, /Part 2/)
    assert.deepEqual([fault.subject, fault.details], ['part', { part: 2 }])
  })

  test('one part too many', async () => {
    const one = `${open}${file}\r\n\r\nx\r\n`
    const fault = await refusal(`${one.repeat(4)}--${BOUNDARY}--`, { maxParts: 3 })
    assert.equal(fault.reason, 'parts')
    assert.match(fault.message, /more than 3 parts/)
  })

  test('a text that is too long', async () => {
    for await (const text of readParts(chunked(formOf(file, 'x'.repeat(100))), { boundary: BOUNDARY })) {
      const fault = await faultOf(text.text(99))
      assert.deepEqual([fault.code, fault.subject, fault.reason], ['too_large', 'part', 'text'])
      assert.match(fault.message, /Part 1 \("file"\).*at most 99 bytes/)
    }
  })

  test("a client's text is echoed short and harmless", async () => {
    const fault = await refusal(part(`Content-Disposition: \u202e\u0085${'z'.repeat(500)}; name=f`))
    const [echo = ''] = /"(.*)"; write/.exec(fault.message) ?? []
    assert.ok(echo.length < 100)
    assert.ok(echo.includes('\\u{202e}'))
  })
})

describe('what is wrong with a Content-Type', () => {
  const cases: readonly (readonly [string | undefined, string, RegExp])[] = [
    [undefined, 'not_form', /no Content-Type/],
    ['', 'not_form', /no Content-Type/],
    ['application/json', 'not_form', /"application\/json", but a form was expected/],
    ['multipart/mixed; boundary=x', 'not_form', /"multipart\/mixed"/],
    ['multipart/form-data', 'boundary', /without a boundary/],
    ['multipart/form-data; boundary=', 'boundary', /without a boundary/],
    ['multipart/form-data; boundary=""', 'boundary', /without a boundary/],
    ['multipart/form-data; xboundary=abc', 'boundary', /without a boundary/],
    ['multipart/form-data; boundary=a; boundary=b', 'boundary', /several/],
    ['multipart/form-data; boundary="a "', 'boundary', /not legal/],
    ['multipart/form-data; boundary=a[b]', 'boundary', /"a\[b\]" is not legal/],
    [`multipart/form-data; boundary=${'x'.repeat(71)}`, 'boundary', /1 to 70/],
  ]
  for (const [header, reason, says] of cases) {
    test(String(header).slice(0, 60), async () => {
      const fault = await faultOf((async () => boundaryOf(header))())
      assert.deepEqual([fault.code, fault.subject, fault.reason], ['invalid_input', 'body', reason])
      assert.match(fault.message, says)
    })
  }
})
