/**
 * A move goes in steps, each of which reads the old catalog at one moment and ends with a transaction in the new one:
 * afterwards all that was reached is there as it was at that moment. So every step can be the last before a kill, rows
 * that refer to each other are never apart, and the old catalog holds no moment for long.
 */
import { createHash } from 'node:crypto'
import type { BlobRow } from '../../core/ports/inspection.ts'
import type { BlobKey } from '../../core/model/model.ts'
import { blobOf } from '../operations/inspection.ts'
import type { BlobTable } from '../schema.ts'
import type { MovingEnd, Run } from './end.ts'
import { changes, mark, saveCursor, type Change } from './marks.ts'
import { freeRows, type Key, keyOf, page, putRows, removeRows, type Row, rowsOf } from './rows.ts'
import { TABLES, type MovedTable } from './tables.ts'

const PAGE = 500
/** Of rows that hold bytes, up to 64 KiB each. */
const BYTES_PAGE = 100
const STEP_MS = 2_000
/** More than so many blobs that changed are not remembered one by one. */
const MOST_BLOBS = 20_000

/** Up to where rows are copied: whole tables, and of the next one what is not behind `after`. */
interface Cursor {
  readonly table: number
  readonly after: Key | null
  /** How many rows that were. */
  readonly rows: number
}

const BEGINNING: Cursor = { table: 0, after: null, rows: 0 }

export interface Stepped {
  readonly place: Cursor
  /** Changes that were brought over. */
  readonly changes: number
  /** Blobs of the store whose rows changed; null: too many. */
  readonly blobs: readonly BlobRow[] | null
}

interface StepParts {
  readonly from: MovingEnd
  /** Null: the catalog stays, and only which blobs changed is asked. */
  readonly to: MovingEnd | null
  readonly signal: AbortSignal
  /** Bytes of a small file are not what its row says; whether that was accepted is decided later. */
  readonly wrong: (row: BlobRow, found: string) => void
  /** After so long it ends, having brought a page at least; 2,000 milliseconds unless told. */
  readonly stepMs?: number
  /** Looks at both sides while they are the same. */
  readonly compare?: (read: Run) => Promise<void>
}

export function isComplete({ table }: Cursor): boolean {
  return table >= TABLES.length
}

export async function step({ from, to, signal, wrong, stepMs = STEP_MS, compare }: StepParts): Promise<Stepped> {
  return from.moment(async (read) => {
    const brought = createBrought()
    const place = to === null ? await look(read, brought) : await to.write((write) => bring(read, write))
    await compare?.(read)
    await forget(read, from)
    return { place, changes: brought.count, blobs: brought.blobs() }

    async function bring(source: Run, write: Run): Promise<Cursor> {
      const reached = cursorIn((await write(mark()))?.place ?? null)
      await takeAway(source, write, reached)
      await putInPlace(source, write, reached, brought)
      const next = await goOn(source, write, reached)
      await write(saveCursor(JSON.stringify(next)))
      return next
    }
  })

  async function goOn(read: Run, write: Run, reached: Cursor): Promise<Cursor> {
    let { table: at, after, rows: count } = reached
    const until = Date.now() + stepMs
    do {
      if (at >= TABLES.length) break
      signal.throwIfAborted()
      const table = mustTable(at)
      const limit = table.name === 'blob_bytes' ? BYTES_PAGE : PAGE
      const rows = await read(page(table, after, limit))
      await mustBeWhole(read, table, rows)
      await write(putRows(table, rows))
      count += rows.length
      const last = rows.at(-1)
      if (last === undefined || rows.length < limit) [at, after] = [at + 1, null]
      else after = keyOf(table, last)
    } while (Date.now() < until)
    return { table: at, after, rows: count }
  }

  async function putInPlace(read: Run, write: Run, reached: Cursor, brought: Brought): Promise<void> {
    for (const [at, table] of TABLES.entries()) {
      for await (const rows of changed(read, table)) {
        signal.throwIfAborted()
        const own = rows.keys.filter((key) => isReached(reached, at, key))
        const present = await read(rowsOf(table, own))
        await mustBeWhole(read, table, present)
        await write(putRows(table, present))
        brought.add(table, rows.keys.length, present)
      }
    }
  }

  /** Small files are hashed on their way. */
  async function mustBeWhole(read: Run, table: MovedTable, rows: readonly Row[]): Promise<void> {
    if (table.name !== 'blob_bytes') return
    const blobs = await read(
      rowsOf(
        mustTable(BLOBS),
        rows.map((row) => keyOf(table, row)),
      ),
    )
    const byKey = new Map(blobs.map((row) => [row['key'], blobIn(row)]))
    for (const { key, bytes } of rows) {
      const blob = byKey.get(key ?? null)
      const found = createHash('sha256')
        .update(bytes as Uint8Array)
        .digest('hex')
      if (blob !== undefined && blob.hash !== found) wrong(blob, found)
    }
  }
}

/** From the last table to the first: what is gone, and what of the others is in their neighbours' way. */
async function takeAway(read: Run, write: Run, reached: Cursor): Promise<void> {
  for (const [at, table] of [...TABLES.entries()].reverse()) {
    for await (const { keys } of changed(read, table)) {
      const own = keys.filter((key) => isReached(reached, at, key))
      const present = new Set((await read(rowsOf(table, own))).map((row) => textOf(keyOf(table, row))))
      await write(
        removeRows(
          table,
          own.filter((key) => !present.has(textOf(key))),
        ),
      )
      await write(
        freeRows(
          table,
          own.filter((key) => present.has(textOf(key))),
        ),
      )
    }
  }
}

/** Where the catalog stays, only the bytes go. */
async function look(read: Run, brought: Brought): Promise<Cursor> {
  const table = mustTable(BLOBS)
  for (const other of TABLES) {
    for await (const { keys } of changed(read, other))
      brought.add(other, keys.length, other === table ? await read(rowsOf(table, keys)) : [])
  }
  return { table: TABLES.length, after: null, rows: 0 }
}

interface Brought {
  readonly count: number
  add(table: MovedTable, changes: number, present: readonly Row[]): void
  blobs(): readonly BlobRow[] | null
}

function createBrought(): Brought {
  const blobs = new Map<BlobKey, BlobRow>()
  let count = 0
  let areTooMany = false
  return {
    get count() {
      return count
    },
    add(table, more, present) {
      count += more
      if (table.name !== 'blob') return
      for (const row of present.map(blobIn)) {
        if (row.place === 'store' && row.claimedAt === null && !areTooMany) blobs.set(row.key, row)
      }
      areTooMany ||= blobs.size > MOST_BLOBS
      if (areTooMany) blobs.clear()
    },
    blobs: () => (areTooMany ? null : [...blobs.values()]),
  }
}

/** These and no others: a neighbour's change may become visible later than one that it was written before. */
async function forget(read: Run, from: MovingEnd): Promise<void> {
  for (const { name } of TABLES) {
    for await (const some of changesOf(read, name)) {
      const keys = some.map(({ id }) => [name, id])
      await from.write((write) => write(removeRows(CHANGES, keys)))
    }
  }
}

/** The keys of rows that changed, each page's once. */
async function* changed(read: Run, { name }: MovedTable): AsyncGenerator<{ readonly keys: readonly Key[] }> {
  for await (const some of changesOf(read, name)) {
    const keys = new Map(some.map(({ key }) => [textOf(key), key]))
    yield { keys: [...keys.values()] }
  }
}

async function* changesOf(read: Run, name: string): AsyncGenerator<readonly Change[]> {
  for (let after = ''; ;) {
    const some = await read(changes(name, after, PAGE))
    if (some.length > 0) yield some
    if (some.length < PAGE) return
    after = some.at(-1)?.id ?? after
  }
}

function isReached({ table, after }: Cursor, at: number, key: Key): boolean {
  if (at !== table) return at < table
  return after !== null && inOrder(key, after) <= 0
}

/** By bytes, as both engines sort. */
function inOrder(one: Key, other: Key): number {
  for (const [at, part] of one.entries()) {
    const order = Buffer.compare(Buffer.from(part), Buffer.from(other[at] ?? ''))
    if (order !== 0) return order
  }
  return 0
}

export function cursorIn(place: string | null): Cursor {
  return place === null ? BEGINNING : (JSON.parse(place) as Cursor)
}

const CHANGES: MovedTable = { name: 'move_change', key: ['moved_table', 'id'], frees: [] }

const BLOBS = TABLES.findIndex(({ name }) => name === 'blob')

function mustTable(at: number): MovedTable {
  const table = TABLES[at]
  if (table === undefined) throw new Error('There is no such table.')
  return table
}

function blobIn(row: Row): BlobRow {
  return blobOf(row as unknown as { [K in keyof BlobTable]: BlobTable[K] })
}

function textOf(key: Key): string {
  return JSON.stringify(key)
}
