// Forms read to the end, and the refusals of those that can't be.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { Fault } from '../../../src/core/model/fault.ts'
import { readParts } from '../../../src/http/multipart/parts.ts'
import type { ReadPartsOptions } from '../../../src/http/multipart/parts.ts'

export const BOUNDARY = 'X-TEST-BOUNDARY'

/** A part with its bytes as latin1, so that a difference can be read. */
export interface ReadPart {
  readonly name: string
  readonly filename: string | null
  readonly type: string | null
  readonly encoding: string
  readonly isFile: boolean
  readonly content: string
}

type Options = Partial<ReadPartsOptions>

export async function readAll(source: AsyncIterable<Uint8Array>, options: Options = {}): Promise<ReadPart[]> {
  const parts: ReadPart[] = []
  for await (const part of readParts(source, { boundary: BOUNDARY, ...options })) {
    const { name, filename, type, encoding, isFile } = part
    const chunks: Uint8Array[] = []
    for await (const chunk of part.bytes) chunks.push(chunk)
    parts.push({ name, filename, type, encoding, isFile, content: Buffer.concat(chunks).toString('latin1') })
  }
  return parts
}

export async function* chunked(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk
}

export function bytewise(body: Buffer): AsyncIterable<Uint8Array> {
  return chunked(...Array.from(body, (_, at) => body.subarray(at, at + 1)))
}

/** Reads a body in one piece, in single bytes and split into two at every offset, and wants the same each time. */
export async function readSplit(body: Buffer, options: Options = {}): Promise<ReadPart[]> {
  const whole = await readAll(chunked(body), options)
  assert.deepEqual(await readAll(Readable.from([body]), options), whole, 'as a stream')
  assert.deepEqual(await readAll(bytewise(body), options), whole, 'in single bytes')
  for (let at = 1; at < body.length; at++) {
    const parts = await readAll(chunked(body.subarray(0, at), body.subarray(at)), options)
    assert.deepEqual(parts, whole, `split at ${at}`)
  }
  return whole
}

/** What a part of this Content-Disposition, or of these header lines, is read as. */
export async function readHeaders(...lines: readonly string[]): Promise<ReadPart> {
  const [part] = await readAll(chunked(formOf(lines.join('\r\n'), 'content')))
  assert.ok(part)
  return part
}

/** A form of one part. */
export function formOf(head: string, content: string): Buffer {
  return Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n${content}\r\n--${BOUNDARY}--\r\n`)
}

/** The Fault that reading a body ends with, the same however the body is split. */
export async function refusal(body: string | Buffer, options: Options = {}): Promise<Fault> {
  const bytes = Buffer.from(body)
  const fault = await faultOf(readAll(chunked(bytes), options))
  const again = await faultOf(readAll(bytewise(bytes), options))
  assert.deepEqual([again.message, again.reason], [fault.message, fault.reason])
  return fault
}

export async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const thrown: unknown = await work.then(
    () => assert.fail('nothing was refused'),
    (error: unknown) => error,
  )
  assert.ok(thrown instanceof Fault, String(thrown))
  return thrown
}
