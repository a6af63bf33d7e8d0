// A recorded request is kept as a template: the bytes that the client sent, with {placeholders} where this upload differed
// from any other. Boundaries and version numbers stay as they were recorded.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Latin-1 text, one character for each byte. */
export interface Filling {
  host: string
  path: string
  token: string
  /** The file's name as this client writes it. */
  name: string
  file: string
  /** Where the page comes from that a browser uploads from. */
  origin: string
}

/** libcurl asks before it sends a body that is larger than this. */
export const askedAbove = 1 << 20

// What curl 7.88 puts into one chunk.
const chunkSize = 0xfff4

export const latin1 = (text: string) => Buffer.from(text).toString('latin1')

export function fixturePath(name: string): string {
  return join(import.meta.dirname, '../../../fixtures/requests', `${name}.http`)
}

/** The template for a body of that many bytes. */
export function readFixture(client: string, bodySize: number): string {
  const large = fixturePath(`${client}-large`)
  return readFileSync(bodySize > askedAbove && existsSync(large) ? large : fixturePath(client), 'latin1')
}

/** A request as it was recorded -> its template. */
export function toTemplate(request: Buffer, filling: Filling): string {
  const [head, body] = cut(request.toString('latin1'))
  const whole = head.replace(/^(content-length: *)\d+/im, '$1{length}') + (isChunked(head) ? joinChunks(body) : body)
  // The file first: it is the only one that could hold the others.
  return (['file', 'name', 'token', 'path', 'origin', 'host'] as const).reduce(
    (text, key) => (filling[key] === '' ? text : text.replaceAll(filling[key], `{${key}}`)),
    whole,
  )
}

/** A template -> the head and the body to send. */
export function fill(template: string, filling: Filling): { head: string; body: Buffer } {
  const [head, body] = cut(template)
  const values = new Map<string, string>(Object.entries(filling))
  const put = (text: string) => text.replace(/\{(\w+)\}/g, (whole, key: string) => values.get(key) ?? whole)
  const bytes = Buffer.from(put(body), 'latin1')
  values.set('length', `${bytes.length}`)
  return { head: put(head), body: isChunked(head) ? splitChunks(bytes) : bytes }
}

function cut(request: string): [head: string, body: string] {
  const end = request.indexOf('\r\n\r\n') + 4
  return [request.slice(0, end), request.slice(end)]
}

const isChunked = (head: string) => /^transfer-encoding: *chunked/im.test(head)

function joinChunks(body: string): string {
  const parts: string[] = []
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.slice(at, end), 16)
    if (!(size > 0)) return parts.join('')
    parts.push(body.slice(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}

function splitChunks(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += chunkSize) {
    const chunk = bytes.subarray(at, at + chunkSize)
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}
