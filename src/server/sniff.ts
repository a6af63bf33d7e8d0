/** MIME type of a file from its first bytes: the file-type library for magic numbers, own rules for markup. */
import { fileTypeFromBuffer } from 'file-type'
import type { Sniff } from '../core/ports/contracts.ts'

export const sniff: Sniff = async (head) => {
  const found = await fileTypeFromBuffer(head)
  // file-type treats any text that begins with `<?xml` as XML, as the rule below does, but does not detect HTML.
  return found?.mime ?? markupIn(head)
}

const MARKUP = /^(?:<!doctype\s+html|<(?:html|head|body|script|iframe|object|embed|svg|meta|style)[\s>/]|<!--)/i

function markupIn(head: Uint8Array): string | null {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 512)).toString('latin1')
  const begin = text.replace(/^(?:\xef\xbb\xbf|[\s\0])+/, '')
  if (/^<\?xml\s/i.test(begin)) return 'application/xml'
  return MARKUP.test(begin) ? 'text/html' : null
}
