import type { Readable } from 'node:stream'
import type { Attachment } from '../core/model/model.ts'
import type { Answer, SendOptions } from './contracts.ts'
import { mediaTypeOf } from '../core/files/media-types.ts'

/**
 * Headers against stored XSS: the file is saved and not displayed, its MIME type is not sniffed, and if a browser renders
 * it nevertheless, it does so in a sandbox without scripts and without the server's origin.
 */
export const FILE_SAFETY: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
}

export function fileAnswer(
  attachment: Attachment,
  content: Readable | Uint8Array,
  options: Pick<SendOptions, 'type' | 'names'>,
): Answer {
  return {
    status: 200,
    headers: {
      'content-type': options.type ?? mediaTypeOf(attachment.name),
      'content-length': String(attachment.size),
      'content-disposition': contentDisposition(attachment.name, options.names),
      ...FILE_SAFETY,
    },
    ...(content instanceof Uint8Array ? { bytes: content } : { stream: content }),
  }
}

/** RFC 6266. `extended` alone serves clients that take everything after the first `=` or the last `'` as the name. */
export function contentDisposition(name: string, names: 'extended' | 'both'): string {
  const extended = `filename*=UTF-8''${percentEncoded(name)}`
  if (names === 'extended') return `attachment; ${extended}`
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  return `attachment; filename="${plain}"; ${extended}`
}

/** Encodes everything but RFC 3986's unreserved characters; a lone surrogate, which has no UTF-8 form, as U+FFFD. */
function percentEncoded(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
