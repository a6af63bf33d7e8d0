/** Files and forms as tests send them, and what is said of the bytes that come back. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'

export const MEBIBYTE = 1_048_576
/** Umlauts, a dash, Chinese and a character outside the basic plane. */
export const UNICODE_NAME = 'Angebot – Übersicht 見積書 📎.txt'

export interface Digest {
  readonly size: number
  readonly sha256: string
}

/** Bytes that look different in every place: a lost, doubled or swapped piece changes their hash. Never held as a whole. */
export function* manyBytes(size: number): Generator<Buffer> {
  const piece = Buffer.alloc(64 * 1024 + 1)
  for (let at = 0; at < piece.length; at++) piece[at] = (at * 31 + (at >> 8) * 7) & 0xff
  for (let left = size, count = 0; left > 0; left -= piece.length, count++) {
    const copy = Buffer.from(piece.subarray(0, Math.min(left, piece.length)))
    if (copy.length >= 4) copy.writeUInt32BE(count)
    yield copy
  }
}

export async function digestOf(bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Digest> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of bytes) {
    hash.update(chunk)
    size += chunk.byteLength
  }
  return { size, sha256: hash.digest('hex') }
}

/** Of an answer's body, without holding it. */
export function digestOfBody(response: Response): Promise<Digest> {
  return digestOf(response.body === null ? [] : Readable.fromWeb(response.body as never))
}

export interface RawPart {
  /** Header lines without their ends. */
  readonly head: readonly string[]
  readonly body: string | Uint8Array
}

/** A form written byte for byte: for what no library would send. */
export function rawForm(...parts: readonly RawPart[]): RequestInit {
  const pieces = parts.flatMap(({ head, body }) => [
    Buffer.from(`--a-boundary\r\n${head.join('\r\n')}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ])
  return {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=a-boundary' },
    body: Buffer.concat([...pieces, Buffer.from('--a-boundary--\r\n')]),
  }
}

/** A part with a file whose name goes out as it is given, in UTF-8. */
export function rawFile(filename: string, body: string | Uint8Array = 'some bytes', name = 'file'): RawPart {
  return {
    head: [
      `Content-Disposition: form-data; name="${name}"; filename="${filename}"`,
      'Content-Type: application/octet-stream',
    ],
    body,
  }
}

/** A form as fetch makes it: texts, and files by `new File`. */
export function form(...entries: readonly (readonly [name: string, value: string | File])[]): RequestInit {
  const body = new FormData()
  for (const [name, value] of entries) body.append(name, value)
  return { method: 'POST', body }
}

/** A form with one large file, sent as it is made. */
export function streamedForm(name: string, filename: string, size: number): RequestInit {
  async function* bytes() {
    yield Buffer.from(`--a-boundary\r\n${rawFile(filename, '', name).head.join('\r\n')}\r\n\r\n`)
    yield* manyBytes(size)
    yield Buffer.from('\r\n--a-boundary--\r\n')
  }
  return {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=a-boundary' },
    body: Readable.toWeb(Readable.from(bytes())),
    duplex: 'half',
  }
}

export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly details?: object
}

/** Zoho's no: these four keys and no others, whatever went wrong. */
export async function mustRefuse(response: Response, { status, code, message, details = {} }: Refusal): Promise<void> {
  const text = await response.text()
  assert.equal(response.status, status, text)
  assert.equal(response.headers.get('content-type'), 'application/json;charset=UTF-8')
  assert.deepEqual(JSON.parse(text), { code, details, message, status: 'error' })
  assert.ok((response.headers.get('x-dossier-hint') ?? '') !== '', 'a refusal says in a header how to mend it')
}
