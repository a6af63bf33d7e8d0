import { partFault } from './part-diagnosis.ts'
import { controlIn, extendedName, plainName, withoutFolders } from './filename.ts'
import { readParameters, trimmed } from './parameters.ts'
import type { Parameter } from './parameters.ts'

/** A part's parsed headers. */
export interface PartHead {
  readonly name: string
  readonly filename: string | null
  readonly type: string | null
  readonly encoding: string
  readonly digest: string | null
  readonly isFile: boolean
}

const DISPOSITION = 'content-disposition'
const TYPE = 'content-type'
const ENCODING = 'content-transfer-encoding'
const DIGEST = 'x-dossier-sha256'
const READ = new Set([DISPOSITION, TYPE, ENCODING, DIGEST])

/** Parses the headers of part `index`, given without the blank line. Throws a Fault that says what is wrong. */
export function readHead(block: Buffer, index: number): PartHead {
  const headers = readHeaders(block.toString('latin1'), index)
  const disposition = headers.get(DISPOSITION)
  if (disposition === undefined) throw partFault.noDisposition(index)
  const parameters = readDisposition(disposition, index)
  const name = readName(parameters, index)
  const type = headers.get(TYPE)
  const named = parameters.some((parameter) => parameter.name === 'filename' || parameter.name === 'filename*')
  return {
    name,
    filename: named ? readFilename(parameters, index, name) : null,
    type: trimmed(type?.split(';', 1)[0] ?? '').toLowerCase() || null,
    encoding: readEncoding(headers.get(ENCODING), index, name),
    digest: headers.get(DIGEST) ?? null,
    isFile: named || type !== undefined,
  }
}

function readHeaders(text: string, index: number): Map<string, string> {
  const headers = new Map<string, string>()
  // A line that begins with white space continues the previous one (RFC 5322, folding).
  for (const line of text.replace(/\r?\n(?=[ \t])/g, '').split('\n')) {
    const header = line.endsWith('\r') ? line.slice(0, -1) : line
    if (header === '') continue
    const control = controlIn(header.replaceAll('\t', ' '))
    if (control !== null) throw partFault.control(index, control)
    const colon = header.indexOf(':')
    if (colon < 1) throw partFault.noHeader(index, plainName(header))
    const name = trimmed(header.slice(0, colon)).toLowerCase()
    if (!READ.has(name)) continue
    if (headers.has(name)) throw partFault.twice(index, name)
    headers.set(name, trimmed(header.slice(colon + 1)))
  }
  return headers
}

function readDisposition(disposition: string, index: number): Parameter[] {
  const end = disposition.search(/;|$/)
  const type = trimmed(disposition.slice(0, end))
  if (type.toLowerCase() !== 'form-data') throw partFault.otherDisposition(index, plainName(type))
  const parameters = readParameters(disposition.slice(end))
  if (parameters === null) throw partFault.openQuote(index)
  return parameters
}

function readName(parameters: readonly Parameter[], index: number): string {
  const value = only(parameters, 'name', index)
  if (value === null) throw partFault.noName(index)
  const name = plainName(value)
  if (name === '') throw partFault.noName(index)
  const control = controlIn(name)
  if (control !== null) throw partFault.control(index, control)
  return name
}

/** `filename*` has precedence over `filename` (RFC 6266, section 4.3). */
function readFilename(parameters: readonly Parameter[], index: number, name: string): string | null {
  const extended = only(parameters, 'filename*', index)
  const plain = only(parameters, 'filename', index)
  const filename = (extended === null ? null : extendedName(extended)) ?? (plain === null ? null : plainName(plain))
  if (filename === null) throw partFault.unreadableFilename(index, name, extended ?? '')
  const control = controlIn(filename)
  if (control !== null) throw partFault.control(index, control)
  return withoutFolders(filename)
}

/** Rejects duplicates: parsers differ in which of the two they use. */
function only(parameters: readonly Parameter[], name: string, index: number): string | null {
  const [first, second] = parameters.filter((parameter) => parameter.name === name)
  if (second !== undefined) throw partFault.twice(index, name)
  return first?.value ?? null
}

function readEncoding(value: string | undefined, index: number, name: string): string {
  const encoding = value?.toLowerCase() || '7bit'
  if (encoding === '7bit' || encoding === '8bit' || encoding === 'binary') return encoding
  throw partFault.encoding(index, name, plainName(encoding))
}
