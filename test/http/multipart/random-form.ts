// Well-formed forms of all shapes that any two good parsers must read alike.
import type { Chance } from './seeded.ts'

export interface RandomForm {
  readonly boundary: string
  readonly contentType: string
  readonly body: Buffer
}

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const NAMES = ['file', 'f_1', 'a b', 'ünïcode', '__proto__', '見積書', "it's", 'a=b', 'a;b', 'x'.repeat(300), '0']
const FILENAMES = [
  'a.txt',
  'Übersicht – 見積書 📎.pdf',
  'no extension',
  '.hidden',
  'semi;colon.txt',
  'a=b',
  'a,b',
  '(1)',
]
const TYPES = ['text/plain', 'application/octet-stream', 'image/jpeg', 'application/vnd.ms-excel', 'audio/x-foo+bar']

export function randomForm(chance: Chance): RandomForm {
  const dashes = '-'.repeat(chance.pick([0, 2, 4, 26]))
  const boundary = dashes + chance.text(`${ALPHANUMERIC}_-`, 1 + chance.below(40)) + chance.text(ALPHANUMERIC, 1)
  const parts = Array.from({ length: chance.below(6) }, () => randomPart(chance, boundary))
  // Only a first boundary at the very beginning or behind CR LF is understood by everybody.
  const opening = chance.pick(['', '', '', '\r\n', 'a preamble\r\n'])
  const closing = chance.pick(['\r\n', '\r\n', '', '\r\n\r\n', '\r\nan epilogue'])
  const body = Buffer.concat([Buffer.from(opening), ...parts, Buffer.from(`--${boundary}--${closing}`)])
  return { boundary, contentType: `multipart/form-data; boundary=${boundary}`, body }
}

function randomPart(chance: Chance, boundary: string): Buffer {
  const head = [`--${boundary}`, ...randomHeaders(chance), '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head), randomContent(chance, boundary), Buffer.from('\r\n')])
}

function randomHeaders(chance: Chance): string[] {
  const separator = chance.pick(['; ', '; ', ';'])
  const parameters = ['form-data', `name="${chance.pick(NAMES)}"`]
  const isFile = chance.below(3) > 0
  if (isFile) parameters.push(`filename="${chance.pick(['', '', 'C:\\dir\\', '/home/me/'])}${chance.pick(FILENAMES)}"`)
  const disposition = `${chance.pick(['Content-Disposition', 'content-disposition'])}: ${parameters.join(separator)}`
  const headers = [disposition]
  if (isFile) headers.push(`Content-Type: ${chance.pick(TYPES)}`)
  if (chance.below(5) === 0) headers.push(`Content-Transfer-Encoding: ${chance.pick(['binary', '8bit', '7bit'])}`)
  if (chance.below(5) === 0) headers.push(`Content-Length: ${chance.below(1e9)}`)
  return chance.below(2) === 0 ? headers : headers.reverse()
}

/** Binary, and full of what a boundary begins with, but never one. */
function randomContent(chance: Chance, boundary: string): Buffer {
  const traps = ['\r', '\n', '\r\n', '\r\n-', '\r\n--', '--', `--${boundary}`.slice(0, -1), '\r\n\r\n', '\0']
  const pieces = Array.from({ length: chance.below(12) }, () =>
    chance.below(2) === 0
      ? chance.bytes(chance.below(chance.pick([8, 8, 400])))
      : Buffer.from(chance.pick([...traps, `\r\n--${boundary}`.slice(0, 3 + chance.below(boundary.length))])),
  )
  const content = Buffer.concat(pieces)
  // Two pieces may make a boundary together, and the beginning stands behind a CR LF.
  return content.includes(`--${boundary}`) ? Buffer.from('too good') : content
}
