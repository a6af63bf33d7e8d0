/** Both catalogs of a move looked at side by side. */
import type { Bindable } from '../statement.ts'
import type { MovingEnd, Run } from './end.ts'
import { countRows, type Key, keyOf, page, type Row, rowsOf } from './rows.ts'
import { TABLES, type MovedTable } from './tables.ts'

const PAGE = 512
const BYTES_PAGE = 64

/** The two do not hold the same, which no move may end with. */
class NotTheSame extends Error {
  override readonly name = 'NotTheSame'

  constructor(what: string) {
    super(
      `The copy is not what it should be: ${what}. Somebody else may have written to the new catalog; empty it, and begin anew after: dossier move --undo.`,
    )
  }
}

/** Every row of the old catalog, as `read` sees it, is in the new one with the same values. Throws `NotTheSame`. */
export async function mustHoldAll(read: Run, to: MovingEnd, seen: (rows: number) => void): Promise<void> {
  await to.moment(async (readNew) => {
    for (const table of TABLES) {
      let after: Key | null = null
      for await (const rows of pagesOf(read, table)) {
        const others = await counterparts(readNew, table, rows, after)
        for (const row of rows) mustBeSame(table, row, others.get(textOf(table, row)))
        seen(rows.length)
        after = keyOf(table, rows.at(-1) ?? {})
      }
    }
  })
}

/** A page of the other side, which has the same order; where that does not fit, the very rows. */
async function counterparts(read: Run, table: MovedTable, rows: readonly Row[], after: Key | null) {
  const found = new Map((await read(page(table, after, rows.length))).map((row) => [textOf(table, row), row]))
  const absent = rows.filter((row) => !found.has(textOf(table, row)))
  for (const row of await read(
    rowsOf(
      table,
      absent.map((one) => keyOf(table, one)),
    ),
  ))
    found.set(textOf(table, row), row)
  return found
}

/** And has none besides. Nobody writes meanwhile. Throws `NotTheSame`. */
export async function mustCountSame(from: Pick<MovingEnd, 'read'>, to: MovingEnd): Promise<void> {
  for (const table of TABLES) {
    const [left, entered] = await Promise.all([from.read(countRows(table)), to.read(countRows(table))])
    if (left !== entered) throw new NotTheSame(`table ${table.name} has ${entered} rows instead of ${left}`)
  }
}

/** All rows there are. */
export async function countAll(end: Pick<MovingEnd, 'read'>): Promise<number> {
  let all = 0
  for (const table of TABLES) all += await end.read(countRows(table))
  return all
}

/** All rows of a table. */
export async function* pagesOf(read: Run, table: MovedTable): AsyncGenerator<readonly Row[]> {
  const limit = table.name === 'blob_bytes' ? BYTES_PAGE : PAGE
  for (let last: Row | undefined; ;) {
    const rows = await read(page(table, last === undefined ? null : keyOf(table, last), limit))
    if (rows.length > 0) yield rows
    if (rows.length < limit) return
    last = rows.at(-1)
  }
}

function mustBeSame(table: MovedTable, row: Row, other: Row | undefined): void {
  if (other === undefined) throw new NotTheSame(`a row of table ${table.name} is missing`)
  const column = Object.keys(row).find((name) => !isSame(row[name] ?? null, other[name] ?? null))
  if (column !== undefined) throw new NotTheSame(`a row of table ${table.name} differs in ${column}`)
}

function isSame(one: Bindable, other: Bindable): boolean {
  if (one instanceof Uint8Array) return other instanceof Uint8Array && Buffer.compare(one, other) === 0
  return typeof one === 'string' ? other !== null && plain(one) === plain(String(other)) : one === other
}

function textOf(table: MovedTable, row: Row): string {
  return JSON.stringify(keyOf(table, row).map(plain))
}

/** As PostgreSQL, which cannot hold a NUL, has it. */
function plain(text: string): string {
  return text.replaceAll('\0', '\ufffd')
}
