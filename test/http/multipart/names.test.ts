import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BOUNDARY, chunked, readAll, readHeaders } from './reading.ts'

const disposition = (parameters: string) => `Content-Disposition: form-data; name="f"; ${parameters}`

describe('file names as their owner knows them', () => {
  const cases: Record<string, string | null> = {
    'filename="plain.txt"': 'plain.txt',
    'filename=plain.txt': 'plain.txt',
    'filename=voilà': 'voilà',
    'filename=two words.txt; x=y': 'two words.txt',
    'filename="Angebot – Übersicht 見積書 📎.txt"': 'Angebot – Übersicht 見積書 📎.txt',
    'filename="a "quoted" name.txt"': 'a "quoted" name.txt',
    'filename="a "quoted""': 'a "quoted"',
    'filename="a";b".txt"': 'a";b".txt',
    'filename="a\\"b\\\\c.txt"': 'c.txt',
    'filename="a\\"b.txt"': 'a"b.txt',
    'filename="a%22b%22.txt"': 'a"b".txt',
    'filename="100%0A%20%2F.txt"': '100%0A%20%2F.txt',
    'filename="semi;colon=.txt"': 'semi;colon=.txt',
    'filename="C:\\dir\\new\\file.txt"': 'file.txt',
    'filename="\\\\server\\share\\file.txt"': 'file.txt',
    'filename="/home/me/file.txt"': 'file.txt',
    'filename="../../etc/passwd"': 'passwd',
    'filename="C:\\dir\\"': null,
    'filename=""': null,
    'filename="."': null,
    'filename="a/.."': null,
    'filename=" spaces kept "': ' spaces kept ',
    'filename="__proto__"': '__proto__',
    "filename*=UTF-8''na%C3%AFve%22.txt": 'naïve".txt',
    'filename*=utf-8\'en\'a%20b.txt; filename="fallback.txt"': 'a b.txt',
    'filename="fallback.txt"; filename*=UTF-8\'\'%E2%82%AC.txt': '€.txt',
    "filename*=iso-8859-1''%A3.txt": '£.txt',
    'filename*="UTF-8\'\'quoted.txt"': 'quoted.txt',
    'filename*=UTF-8\'\'%ff.txt; filename="fallback.txt"': 'fallback.txt',
    "filename*=UTF-8''..%2F..%5Cpasswd": 'passwd',
    'filename="x"; size=3; name*=UTF-8\'\'other': 'x',
  }
  for (const [parameters, filename] of Object.entries(cases)) {
    test(parameters, async () => {
      const part = await readHeaders(disposition(parameters))
      assert.deepEqual([part.name, part.filename, part.isFile], ['f', filename, true])
    })
  }

  test('bytes that are no UTF-8 are read as Windows writes them', async () => {
    const head = `--${BOUNDARY}\r\n${disposition('filename="\xdcbersicht \x96 \x80.txt"')}\r\n\r\nx\r\n--${BOUNDARY}--`
    const [part] = await readAll(chunked(Buffer.from(head, 'latin1')))
    assert.equal(part?.filename, 'Übersicht – €.txt')
  })
})

describe('what a part says of itself', () => {
  test('the type without parameters, in lower case', async () => {
    const part = await readHeaders(disposition('filename="x"'), 'Content-Type: Text/CSV; charset="utf-8"')
    assert.equal(part.type, 'text/csv')
  })

  test('a type makes a file of it, an empty one too', async () => {
    const typed = await readHeaders('Content-Disposition: form-data; name="f"', 'Content-Type: text/plain')
    const empty = await readHeaders('Content-Disposition: form-data; name="f"', 'Content-Type:')
    const bare = await readHeaders('Content-Disposition: form-data; name="f"')
    assert.deepEqual([typed.isFile, typed.filename, typed.type], [true, null, 'text/plain'])
    assert.deepEqual([empty.isFile, empty.type], [true, null])
    assert.deepEqual([bare.isFile, bare.type, bare.encoding], [false, null, '7bit'])
  })

  test('encodings that change nothing', async () => {
    for (const encoding of ['7bit', '8BIT', 'Binary']) {
      const part = await readHeaders(disposition('filename="x"'), `content-transfer-encoding: ${encoding}`)
      assert.equal(part.encoding, encoding.toLowerCase())
    }
  })

  test('field names are read as file names are', async () => {
    const part = await readHeaders('Content-Disposition: form-data; name="a %22Ü%22 C:\\b"')
    assert.equal(part.name, 'a "Ü" C:\\b')
  })
})
