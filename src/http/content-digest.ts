/** `Content-Digest` (RFC 9530): a body is compared with the SHA-256 that the client announced before anything is attached. */
import { createHash, hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { mustMatch, sha256In } from '../core/files/checksum.ts'
import type { Sha256 } from '../core/model/model.ts'
import { bodySource } from './body-source.ts'
import type { Part } from './contracts.ts'
import { readParts, type ReadPartsOptions } from './multipart/parts.ts'

const LABEL = 'The body'

/** The announced SHA-256 of the body; null without one. Other algorithms are ignored, as the RFC allows. */
export function announcedDigest(request: IncomingMessage): Sha256 | null {
  const header = request.headers['content-digest']
  return header === undefined ? null : sha256In(String(header), 'body', 'The header Content-Digest')
}

export function checkWhole(expected: Sha256 | null, body: Buffer): void {
  if (expected !== null) mustMatch(expected, hash('sha256', body, 'hex') as Sha256, 'body', LABEL)
}

/** The form's parts; after the last one the rest of the body is read. Throws a Fault if the hash differs. */
export async function* partsOfChecked(
  request: IncomingMessage,
  expected: Sha256,
  options: ReadPartsOptions,
): AsyncGenerator<Part, void, undefined> {
  const digest = createHash('sha256')
  const source = bodySource(request, options.signal)
  const body = (async function* () {
    do {
      for (let chunk = source.take(); chunk !== null; chunk = source.take()) {
        digest.update(chunk)
        yield chunk
      }
    } while (await source.more())
  })()
  try {
    yield* readParts(body, options)
    for (let next = await body.next(); next.done !== true; next = await body.next());
    mustMatch(expected, digest.digest('hex') as Sha256, 'body', LABEL)
  } finally {
    source.release()
  }
}

/** Verified checksums: the body's digest in the RFC's format, and each announced file's in order, as hex. */
export function receiptHeaders(body: Sha256 | null, files: readonly Sha256[]): Record<string, string> {
  return {
    ...(body === null
      ? {}
      : { 'x-dossier-content-digest': `sha-256=:${Buffer.from(body, 'hex').toString('base64')}:` }),
    ...(files.length === 0 ? {} : { 'x-dossier-sha256': files.join(', ') }),
  }
}
