/** What shim.c wrote down, read back entry by entry. */
import { readFileSync } from 'node:fs'

export interface Entry {
  readonly kind: string
  /** An inode, or the number of a flush. */
  readonly a: number
  /** An offset, a size, or an inode. */
  readonly b: number
  readonly path: string
  readonly bytes: Buffer
  /** Where it ends in the journal. */
  readonly end: number
}

const NEWLINE = 10

export function readJournal(path: string): readonly Entry[] {
  const journal = readFileSync(path)
  const entries: Entry[] = []
  for (let at = 0; at < journal.length;) {
    const line = journal.indexOf(NEWLINE, at)
    const [kind = '', a, b, length, ...name] = journal.toString('utf8', at, line).split(' ')
    const end = line + 1 + Number(length)
    // The program was ended while it wrote this one.
    if (line < 0 || end > journal.length) break
    entries.push({
      kind,
      a: Number(a),
      b: Number(b),
      path: name.join(' '),
      bytes: journal.subarray(line + 1, end),
      end,
    })
    at = end
  }
  return entries
}
