/** A file with conditional requests and ranges (RFC 9110, sections 13 and 14). */
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { ByteRange } from '../core/ports/contracts.ts'
import { Fault } from '../core/model/fault.ts'
import type { Attachment } from '../core/model/model.ts'
import type { Answer, IncomingHead } from './contracts.ts'
import { fileAnswer } from './file-answer.ts'

type Open = (range?: ByteRange) => Promise<Readable | Uint8Array>

/** The bytes of an attachment never change: their hash is a strong ETag, and its creation is their Last-Modified. */
export async function partAnswer(attachment: Attachment, head: IncomingHead, open: Open): Promise<Answer> {
  const tag = `"${attachment.hash}"`
  const modified = Math.floor(attachment.createdAt / 1000) * 1000
  const validators = {
    etag: tag,
    'last-modified': new Date(modified).toUTCString(),
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
  }
  mustStillMatch(head.headers, tag, modified)
  if (isUnchanged(head.headers, tag, modified)) return { status: 304, headers: validators }
  const range = head.method === 'GET' && mayBePart(head.headers, tag, modified) ? rangeOf(head, attachment) : null
  const stream = await open(range ?? undefined)
  const whole = fileAnswer(attachment, stream, { names: 'both' })
  if (range === null) return { ...whole, headers: { ...whole.headers, ...validators } }
  return {
    ...whole,
    status: 206,
    headers: {
      ...whole.headers,
      ...validators,
      'content-length': String(range.end - range.start + 1),
      'content-range': `bytes ${String(range.start)}-${String(range.end)}/${String(attachment.size)}`,
    },
  }
}

function mustStillMatch(headers: IncomingHttpHeaders, tag: string, modified: number): void {
  const match = headers['if-match']
  const since = timeIn(headers['if-unmodified-since'])
  const holds =
    match === undefined ? since === null || modified <= since : match.trim() === '*' || tagsIn(match).has(tag)
  if (!holds)
    throw new Fault('conflict', 'attachment', 'The file is not the one that the condition of the request names.', {
      reason: 'precondition',
    })
}

function isUnchanged(headers: IncomingHttpHeaders, tag: string, modified: number): boolean {
  const none = headers['if-none-match']
  if (none !== undefined) return none.trim() === '*' || tagsIn(none.replace(/W\//g, '')).has(tag)
  const since = timeIn(headers['if-modified-since'])
  return since !== null && modified <= since
}

/** If-Range: a part is sent only if the file is the one of which the client has a part. */
function mayBePart(headers: IncomingHttpHeaders, tag: string, modified: number): boolean {
  const condition = headers['if-range']
  if (condition === undefined) return true
  return String(condition).trim() === tag || timeIn(String(condition)) === modified
}

/**
 * Null: the whole file, also for several ranges or a header that does not follow RFC 9110, both of which a server may
 * ignore. Throws a Fault for a range outside the file.
 */
function rangeOf({ headers }: IncomingHead, { size }: Attachment): ByteRange | null {
  const match = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/.exec(headers.range?.trim() ?? '')
  if (match === null) return null
  const [, first, last, suffix] = match
  if (suffix !== undefined) {
    if (size === 0 || Number(suffix) === 0) throw outside(size)
    return { start: Math.max(0, size - Number(suffix)), end: size - 1 }
  }
  const start = Number(first)
  const end = last === undefined || last === '' ? Infinity : Number(last)
  if (end < start) return null
  if (start >= size) throw outside(size)
  return { start, end: Math.min(end, size - 1) }
}

function outside(size: number): Fault {
  return new Fault('invalid_input', 'parameter', `The range lies outside the file, which has ${String(size)} bytes.`, {
    reason: 'range',
    details: { size },
  })
}

function tagsIn(list: string): ReadonlySet<string> {
  return new Set(list.slice(0, 8_000).match(/"[^"]*"/g) ?? [])
}

/** An HTTP date in milliseconds since 1970; null if it is missing or invalid. */
function timeIn(date: string | undefined): number | null {
  const time = date === undefined ? NaN : Date.parse(date)
  return Number.isNaN(time) ? null : time
}
