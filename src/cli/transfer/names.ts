/** What a file is called on its way there and back. Names of attachments have no folders, and are no paths to trust. */
import { basename, extname, relative, sep } from 'node:path'

/** Stands for the slash between folders in a name: no system reads it as one. rclone writes it the same way. */
const FOLDER_MARK = '\uFF0F'

const LONGEST_BYTES = 240

/** `2026/a.jpg` under a folder that was given becomes `2026／a.jpg`; a file that was given itself keeps its own name. */
export function attachmentNameOf(path: string, under: string | null): string {
  return under === null ? basename(path) : relative(under, path).split(sep).join(FOLDER_MARK)
}

/** The folders and the file name that an attachment is written to: never empty, never a way up or out. */
export function localPathOf(name: string, flat: boolean): readonly string[] {
  const parts = flat ? [name.replaceAll(FOLDER_MARK, '_')] : name.split(FOLDER_MARK)
  return parts.map((part) => safePart(part))
}

/** Gives each path that was taken before, whatever its case, a number: `a (2).txt`. */
export function createNumbering(): (path: readonly string[]) => readonly string[] {
  const taken = new Set<string>()
  return (path) => {
    const folders = path.slice(0, -1)
    const file = path.at(-1) ?? '_'
    for (let number = 1; ; number++) {
      const candidate = [...folders, number === 1 ? file : numbered(file, number)]
      const face = candidate.join('/').normalize('NFC').toLowerCase()
      if (taken.has(face)) continue
      taken.add(face)
      return candidate
    }
  }
}

function numbered(file: string, number: number): string {
  const extension = extname(file)
  return `${file.slice(0, file.length - extension.length)} (${String(number)})${extension}`
}

/** Control characters, the slashes, and what turns the direction of writing so that a name looks like another. */

const UNSAFE = /[\0-\x1f\x7f-\x9f/\\\u202a-\u202e\u2066-\u2069]/g
const UNSAFE_ON_WINDOWS = /[<>:"|?*]|[. ]$/g
const DEVICES_ON_WINDOWS = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

function safePart(part: string): string {
  const plain = part.replace(UNSAFE, '_')
  const named = process.platform === 'win32' ? forWindows(plain) : plain
  if (named === '' || named === '.' || named === '..') return '_'.repeat(named.length || 1)
  return shortened(named)
}

function forWindows(part: string): string {
  const plain = part.replace(UNSAFE_ON_WINDOWS, '_')
  return DEVICES_ON_WINDOWS.test(plain) ? `_${plain}` : plain
}

/** File systems count bytes: a name of 255 letters may have 1,000. The extension stays. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_BYTES) return name
  const extension = extname(name).slice(0, 20)
  let stem = ''
  for (const character of name.slice(0, name.length - extension.length)) {
    if (Buffer.byteLength(stem + character + extension) > LONGEST_BYTES) break
    stem += character
  }
  return stem + extension
}
