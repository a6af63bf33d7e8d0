import { boundaryFault } from './diagnosis.ts'

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const DASH = 45

/** RFC 2046 allows white space after a boundary; real clients send little or none. */
const MAX_PADDING = 64

/** RFC 2046, section 5.1.1: at most 70 of these, and no space at the end. A longer one would only cost CPU time. */
const LEGAL = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/

/** Ends at a quote or white space; anything after it is ignored. */
const BOUNDARY = /[;,\s]boundary\s*=\s*(?:"([^"]*)"|([^\s;"]*))/gi

/** The form that nearly all clients send: matches without a search, and only legal boundaries. */
const USUAL = /^multipart\/form-data; ?boundary=([0-9A-Za-z'()+_\-.:?]{1,70})$/

/** The boundary of a Content-Type. Throws a Fault that says why if it is not a form or has no legal boundary. */
export function boundaryOf(contentType: string | undefined): string {
  const usual = contentType === undefined ? null : USUAL.exec(contentType)
  if (usual?.[1] !== undefined) return usual[1]
  const type =
    contentType
      ?.trim()
      .split(/[;,\s]/, 1)[0]
      ?.toLowerCase() ?? ''
  if (contentType === undefined || type === '') throw boundaryFault.noType()
  if (type !== 'multipart/form-data') throw boundaryFault.otherType(type)
  const boundaries = new Set(Array.from(contentType.matchAll(BOUNDARY), ([, quoted, bare]) => quoted ?? unquoted(bare)))
  const [boundary] = boundaries
  if (boundary === undefined || boundary === '') throw boundaryFault.missing()
  if (boundaries.size > 1) throw boundaryFault.several()
  if (!LEGAL.test(boundary)) throw boundaryFault.illegal(boundary)
  return boundary
}

/** Two Content-Types joined into one header leave a comma after the first one's boundary. */
function unquoted(value: string | undefined): string {
  return value?.replace(/,+$/, '') ?? ''
}

export const MORE = -1
export const CLOSING = -2
export const NO_BOUNDARY = -3

/** End of the boundary line whose boundary ends at `from`; MORE if more bytes are needed, NO_BOUNDARY if it is content. */
export function afterBoundary(bytes: Buffer, from: number): number {
  if (bytes[from] === DASH) {
    if (from + 1 === bytes.length) return MORE
    return bytes[from + 1] === DASH ? CLOSING : NO_BOUNDARY
  }
  let at = from
  while (at - from < MAX_PADDING && (bytes[at] === SPACE || bytes[at] === TAB)) at++
  if (at === bytes.length) return MORE
  if (bytes[at] === LF) return at + 1
  if (bytes[at] !== CR) return NO_BOUNDARY
  if (at + 1 === bytes.length) return MORE
  return bytes[at + 1] === LF ? at + 2 : NO_BOUNDARY
}
