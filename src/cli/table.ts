import { once } from 'node:events'
import type { Pages } from '../client/client.ts'
import type { Options } from './options.ts'

export interface Column<T> {
  readonly title: string
  readonly value: (item: T) => string
  readonly right?: boolean
}

/** Prints a list of any length as a JSON array, or as a table with column widths per page. At most `most` items. */
export async function printList<T>(
  options: Options,
  list: Pages<T>,
  columns: readonly Column<T>[],
  most = Number.POSITIVE_INFINITY,
): Promise<void> {
  const isJson = options['json'] === true
  let count = 0
  for await (const { items } of list.pages()) {
    const shown = items.slice(0, most - count)
    const lines = isJson ? shown.map((item) => JSON.stringify(item)) : linesOf(shown, columns, count === 0)
    if (isJson) for (const line of lines) await write(`${count++ === 0 ? '[\n' : ',\n'}  ${line}`)
    else {
      count += shown.length
      if (shown.length > 0) await write(`${lines.join('\n')}\n`)
    }
    if (count >= most) break
  }
  if (isJson) await write(count === 0 ? '[]\n' : '\n]\n')
}

/** Prints one line per item. */
export async function printLines<T>(list: Pages<T>, lineOf: (item: T) => string, most: number): Promise<void> {
  let left = most
  for await (const { items } of list.pages()) {
    const shown = items.slice(0, left)
    left -= shown.length
    if (shown.length > 0) await write(`${shown.map(lineOf).join('\n')}\n`)
    if (left <= 0) return
  }
}

/** Columns separated by two spaces; titles only on a terminal, so that scripts read rows alone. */
export function linesOf<T>(items: readonly T[], columns: readonly Column<T>[], isFirst = true): string[] {
  const rows = items.map((item) => columns.map(({ value }) => printable(value(item))))
  const titled = isFirst && process.stdout.isTTY ? [columns.map(({ title }) => title.toUpperCase()), ...rows] : rows
  const widths = columns.map((_, index) => Math.max(0, ...titled.map((row) => [...(row[index] ?? '')].length)))
  return titled.map((row) =>
    row
      .map((cell, index) => {
        const padding = ' '.repeat((widths[index] ?? 0) - [...cell].length)
        return columns[index]?.right === true ? padding + cell : cell + padding
      })
      .join('  ')
      .trimEnd(),
  )
}

/** Replaces control and bidirectional characters: untrusted names must not control the terminal. */
export function printable(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '\uFFFD')
}

/** Waits for `drain` if the reader is slower. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}
