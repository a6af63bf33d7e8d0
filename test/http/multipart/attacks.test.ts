// Attack classes of size and form, at the level of the parser, each named as the list of classes names it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { boundaryOf } from '../../../src/http/multipart/boundary.ts'
import { processorTimeOf } from '../../support/processor-time.ts'
import { BOUNDARY, bytewise, chunked, faultOf, formOf, readAll, readHeaders, refusal } from './reading.ts'

const disposition = (parameters: string) => `Content-Disposition: form-data; ${parameters}`

describe('class 1: malformed part header or body', () => {
  const malformed = [
    `--${BOUNDARY}\r\n:\r\n\r\n`,
    `--${BOUNDARY}\r\n: x\r\n\r\nx\r\n--${BOUNDARY}--`,
    `--${BOUNDARY}\r\n=;=;"\r\n\r\n`,
    `--${BOUNDARY}\r\nContent-Disposition\r\n\r\n\r\n--${BOUNDARY}--`,
    `--${BOUNDARY}\r\nContent-Disposition: ;;;;\r\n\r\n\r\n--${BOUNDARY}--`,
    `--${BOUNDARY}\r\nContent-Disposition: form-data; =; name\r\n\r\n\r\n--${BOUNDARY}--`,
    `--${BOUNDARY}\r\n\tname="f"\r\n\r\n\r\n--${BOUNDARY}--`,
    `--${BOUNDARY}`,
    '--',
    '\r\n'.repeat(50),
  ]
  for (const body of malformed) {
    test(JSON.stringify(body).slice(0, 70), async () => {
      assert.equal((await refusal(body)).code, 'invalid_input')
    })
  }
})

test('class 2: empty or missing field name', async () => {
  for (const parameters of ['name=""', 'name=', 'name', 'filename="x"']) {
    assert.equal((await refusal(formOf(disposition(parameters), 'x'))).code, 'invalid_input', parameters)
  }
})

describe('class 6: unlimited parts and headers', () => {
  const part = `--${BOUNDARY}\r\n${disposition('name="f"')}\r\n\r\n\r\n`

  test('a hundred parts are read, one more is refused', async () => {
    const parts = await readAll(chunked(Buffer.from(`${part.repeat(100)}--${BOUNDARY}--`)))
    assert.equal(parts.length, 100)
    const fault = await faultOf(readAll(chunked(Buffer.from(part.repeat(100_000)))))
    assert.equal(fault.reason, 'parts')
  })

  test('headers are refused before they are all there', async () => {
    let given = 0
    const endless = async function* () {
      yield Buffer.from(`--${BOUNDARY}\r\n`)
      for (;;) yield Buffer.alloc(1024, given++ % 2 ? 'x' : ':\n')
    }
    assert.equal((await faultOf(readAll(endless()))).reason, 'headers')
    assert.ok(given < 12, `${given} KiB were read`)
  })

  test('a preamble is refused before it is all there', async () => {
    let given = 0
    const endless = async function* () {
      for (;;) yield Buffer.alloc(1024, given++ % 2 ? '-' : '\r\n')
    }
    assert.equal((await faultOf(readAll(endless()))).code, 'invalid_input')
    assert.ok(given < 20, `${given} KiB were read`)
  })
})

describe('class 7: oversized boundary burns CPU', () => {
  test('more than 70 characters are refused', async () => {
    const fault = await faultOf((async () => boundaryOf(`multipart/form-data; boundary=${'-'.repeat(15_000)}`))())
    assert.equal(fault.reason, 'boundary')
  })

  test('headers made to make a regular expression sweat', async () => {
    const headers = [' '.repeat(15_000), ';boundary'.repeat(1700), ';boundary ='.repeat(1400), '\t;'.repeat(7000)]
    const sweat = headers.map((header) => async () => boundaryOf(`multipart/form-data;${header}x`))
    for (const work of sweat) assert.ok((await processorTimeOf(work)) < 200)
  })

  test('quotes, semicolons and blanks by the thousand', async () => {
    const long = ['"', ';', '";a=', '" ', '\\"', '\\', ';x', 'filename*=', '%', '"; ', '";'].map((piece) =>
      piece.repeat(Math.floor(8000 / piece.length)),
    )
    for (const value of long) {
      const form = formOf(disposition(`name="f"; filename="${value}"`), 'x')
      assert.ok((await processorTimeOf(() => readAll(chunked(form)))) < 500, value.slice(0, 10))
    }
  })

  test('content that nearly ends at every byte', async () => {
    const boundary = '-'.repeat(70)
    const near = `\r\n--${boundary.slice(1)}`.repeat(30_000)
    const body = Buffer.from(`--${boundary}\r\n${disposition('name="f"')}\r\n\r\n${near}x\r\n--${boundary}--`)
    assert.ok((await processorTimeOf(() => readAll(chunked(body), { boundary }))) < 2000)
    const [part] = await readAll(bytewise(body.subarray(0, 20_000)), { boundary }).catch(() => [])
    assert.equal(part, undefined)
  })
})

test('class 8: __proto__ and constructor are names like others', async () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const part = await readHeaders(
      disposition(`name="${name}"; filename="${name}"; ${name}=x`),
      `${name}: polluted`,
      `Content-Type: ${name}`,
    )
    assert.deepEqual([part.name, part.filename, part.type], [name, name, name.toLowerCase()])
  }
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
})
