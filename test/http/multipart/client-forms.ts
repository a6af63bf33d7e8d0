// Bodies as known clients write them, byte for byte, and what must be read from each.
import type { ReadPart } from './reading.ts'

export interface ClientForm {
  readonly client: string
  readonly contentType: string
  readonly body: Buffer
  readonly parts: readonly ReadPart[]
}

const PDF = '%PDF-1.4\r\n\r\n%\xe2\xe3\xcf\xd3\n--not a boundary\r'
const UNDICI = '----formdata-undici-048216735912'
const AXIOS = 'axios-1.21.1-boundary-Ub3kRp2XbW9fQ7tLzY0aMnCdE'
const DASHES = '--------------------------481973204859201837465029'

/** Text as UTF-8, `PDF` as the bytes that it stands for. */
function bytes(...pieces: readonly string[]): Buffer {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, piece === PDF ? 'latin1' : 'utf8')))
}

function file(name: string, filename: string | null, type: string | null, encoding = '7bit', content = PDF): ReadPart {
  return { name, filename, type, encoding, isFile: true, content }
}

function text(name: string, content: string): ReadPart {
  return { name, filename: null, type: null, encoding: '7bit', isFile: false, content }
}

export const clientForms: readonly ClientForm[] = [
  {
    client: 'the PHP sample: leading CRLF, no space before filename, no type, blank lines at the end',
    contentType: 'multipart/form-data;boundary=1700000000',
    body: bytes(
      '\r\n--1700000000\r\nContent-Disposition: form-data; name="file";filename="response.json"\r\n\r\n',
      PDF,
      '\r\n--1700000000--\r\n\r\n',
    ),
    parts: [file('file', 'response.json', null)],
  },
  {
    client: 'the C# sample: leading CRLF, dashes around the boundary, nothing after the last one',
    contentType: 'multipart/form-data; boundary=----FILEBOUNDARY----',
    body: bytes(
      '\r\n------FILEBOUNDARY----\r\n',
      'Content-Disposition: form-data; name="file"; filename="zoho.jpeg"\r\n',
      'Content-Type: application/octet-stream\r\n\r\n',
      PDF,
      '\r\n------FILEBOUNDARY------',
    ),
    parts: [file('file', 'zoho.jpeg', 'application/octet-stream')],
  },
  {
    client: 'Python requests: no types, raw UTF-8',
    contentType: 'multipart/form-data; boundary=3f2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d',
    body: bytes(
      '--3f2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d\r\nContent-Disposition: form-data; name="attachmentUrl"\r\n\r\n',
      'https://example.com/ä\r\n--3f2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d\r\n',
      'Content-Disposition: form-data; name="file"; filename="見積書.pdf"\r\n\r\n',
      PDF,
      '\r\n--3f2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d--\r\n',
    ),
    parts: [text('attachmentUrl', 'https://example.com/\xc3\xa4'), file('file', '見積書.pdf', null)],
  },
  {
    client: 'Java HttpClient 4: binary encoding, ? for what is not ASCII',
    contentType: 'multipart/form-data; boundary=vGh2kL-9_pQwErTyUiOpAsDfGhJkLz',
    body: bytes(
      '--vGh2kL-9_pQwErTyUiOpAsDfGhJkLz\r\n',
      'Content-Disposition: form-data; name="file"; filename="Angebot ? ?bersicht.pdf"\r\n',
      'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n',
      PDF,
      '\r\n--vGh2kL-9_pQwErTyUiOpAsDfGhJkLz--\r\n',
    ),
    parts: [file('file', 'Angebot ? ?bersicht.pdf', 'application/octet-stream', 'binary')],
  },
  {
    client: 'Ruby Net::HTTP set_form',
    contentType: 'multipart/form-data; boundary=x7Zq_S9bQ3kLm-T1u2V4wA',
    body: bytes(
      '--x7Zq_S9bQ3kLm-T1u2V4wA\r\nContent-Disposition: form-data; name="file"; filename="a \\"b\\".png"\r\n',
      'Content-Type: application/octet-stream\r\n\r\n',
      PDF,
      '\r\n--x7Zq_S9bQ3kLm-T1u2V4wA--\r\n',
    ),
    parts: [file('file', 'a "b".png', 'application/octet-stream')],
  },
  {
    client: 'curl -F: a file, a text and another file',
    contentType: 'multipart/form-data; boundary=------------------------d74496d66958873e',
    body: bytes(
      '--------------------------d74496d66958873e\r\nContent-Disposition: form-data; name="a"; filename="x.rar"\r\n',
      'Content-Type: application/octet-stream\r\n\r\n',
      PDF,
      '\r\n--------------------------d74496d66958873e\r\nContent-Disposition: form-data; name="note"\r\n\r\n',
      'two\r\nlines\r\n--------------------------d74496d66958873e\r\n',
      'Content-Disposition: form-data; name="b"; filename="empty.txt"\r\nContent-Type: text/plain\r\n\r\n',
      '\r\n--------------------------d74496d66958873e--\r\n',
    ),
    parts: [
      file('a', 'x.rar', 'application/octet-stream'),
      text('note', 'two\r\nlines'),
      file('b', 'empty.txt', 'text/plain', '7bit', ''),
    ],
  },
  {
    client: 'fetch and undici with FormData: quotes as %22',
    contentType: `multipart/form-data; boundary=${UNDICI}`,
    body: bytes(
      `--${UNDICI}\r\nContent-Disposition: form-data; name="Qx7_1"; filename="a %22b%22 📎.pdf"\r\n`,
      'Content-Type: application/pdf\r\n\r\n',
      PDF,
      `\r\n--${UNDICI}--\r\n`,
    ),
    parts: [file('Qx7_1', 'a "b" 📎.pdf', 'application/pdf')],
  },
  {
    client: 'form-data with a Buffer: a type, no filename',
    contentType: `multipart/form-data; boundary=${DASHES}`,
    body: bytes(
      `--${DASHES}\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: application/octet-stream\r\n\r\n`,
      PDF,
      `\r\n--${DASHES}--\r\n`,
    ),
    parts: [file('file', null, 'application/octet-stream')],
  },
  {
    client: 'form-data 3 with a bare quote in the name',
    contentType: `multipart/form-data; boundary=${DASHES}`,
    body: bytes(
      `--${DASHES}\r\nContent-Disposition: form-data; name="file"; filename="a "quoted" name.txt"\r\n`,
      'Content-Type: text/plain\r\n\r\n',
      PDF,
      `\r\n--${DASHES}--\r\n`,
    ),
    parts: [file('file', 'a "quoted" name.txt', 'text/plain')],
  },
  {
    client: 'axios with FormData',
    contentType: `multipart/form-data; boundary=${AXIOS}`,
    body: bytes(
      `--${AXIOS}\r\nContent-Disposition: form-data; name="f_1"; filename="scan.pdf"\r\n`,
      'Content-Type: application/pdf\r\n\r\n',
      PDF,
      `\r\n--${AXIOS}\r\nContent-Disposition: form-data; name="locationId"\r\n\r\nabc\r\n--${AXIOS}--\r\n\r\n`,
    ),
    parts: [file('f_1', 'scan.pdf', 'application/pdf'), text('locationId', 'abc')],
  },
]
