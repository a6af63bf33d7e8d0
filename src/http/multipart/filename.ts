// Decodes filenames from the encodings that clients use.
import { isUtf8 } from 'node:buffer'

const LEGACY = new TextDecoder('windows-1252')

/** A quoted or bare name: raw UTF-8, else the encoding of Windows and latin1 clients; browsers send `"` as `%22`. */
export function plainName(latin1: string): string {
  const text = /[^\0-\x7f]/.test(latin1) ? decode(Buffer.from(latin1, 'latin1')) : latin1
  return text.includes('%22') ? text.replaceAll('%22', '"') : text
}

/** RFC 5987's `UTF-8''na%C3%AFve.txt`; null if it is not in this format. */
export function extendedName(value: string): string | null {
  const [, charset, encoded] = /^([\w-]+)'[^']*'(.*)$/.exec(value) ?? []
  if (charset === undefined || encoded === undefined) return null
  if (/%(?![0-9a-f]{2})/i.test(encoded)) return null
  const latin1 = encoded.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  const bytes = Buffer.from(latin1, 'latin1')
  if (charset.toLowerCase() === 'iso-8859-1') return LEGACY.decode(bytes)
  return charset.toLowerCase() === 'utf-8' && isUtf8(bytes) ? bytes.toString('utf8') : null
}

/** Without folders, separated by / or \; null if no file name is left. */
export function withoutFolders(name: string): string | null {
  const bare = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  return bare === '' || bare === '.' || bare === '..' ? null : bare
}

/** The first control character, which a name must not contain; null if there is none. */
export function controlIn(text: string): string | null {
  return /[\0-\x1f\x7f]/.exec(text)?.[0] ?? null
}

function decode(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : LEGACY.decode(bytes)
}
