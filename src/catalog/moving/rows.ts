/** Rows of any table as they are: read by pages and by key, put in place and taken away, many with one statement. */
import { type RawBuilder, sql } from 'kysely'
import { all, type Bindable, type Bindings, type Op, run, type Step, statement } from '../statement.ts'
import type { MovedTable } from './tables.ts'

export type Row = Readonly<Record<string, Bindable>>
export type Key = readonly string[]

/** How many rows one statement takes; each table has one prepared for each. */
const SIZES = [64, 8, 1] as const

type Write = (p: (name: string) => RawBuilder<unknown>) => RawBuilder<unknown>

const made = new Map<string, (bindings: Bindings) => Step<Row>>()

function prepared(name: string, write: Write): (bindings: Bindings) => Step<Row> {
  const present = made.get(name)
  if (present !== undefined) return present
  const step = statement<Bindings, Row>((db, p) => {
    const raw = write(p) as RawBuilder<Row>
    return { compile: () => raw.compile(db) }
  })
  made.set(name, step)
  return step
}

export function keyOf({ key }: MovedTable, row: Row): Key {
  return key.map((column) => String(row[column]))
}

/** In order of key, from after one on. */
export function* page(table: MovedTable, after: Key | null, limit: number): Op<readonly Row[]> {
  const columns = sql.join(table.key.map((column) => sql.ref(column)))
  const select = prepared(`page ${table.name} ${after === null ? 'first' : 'next'}`, (p) => {
    const bounds = sql.join(table.key.map((_, at) => p(`k${at}`)))
    const where = after === null ? sql`` : sql`where (${columns}) > (${bounds})`
    return sql`select * from ${sql.table(table.name)} ${where} order by ${columns} limit ${p('limit')}`
  })
  return yield* all(select({ limit, ...bound(after ?? [], '') }))
}

export function* rowsOf(table: MovedTable, keys: readonly Key[]): Op<readonly Row[]> {
  const rows: Row[] = []
  for (const some of inSizes(keys)) {
    const select = prepared(
      `rows ${table.name} ${some.length}`,
      (p) => sql`select * from ${sql.table(table.name)} where ${among(table, some.length, p)}`,
    )
    rows.push(...(yield* all(select(boundAll(some)))))
  }
  return rows
}

export function* removeRows(table: MovedTable, keys: readonly Key[]): Op<void> {
  for (const some of inSizes(keys)) {
    const remove = prepared(
      `remove ${table.name} ${some.length}`,
      (p) => sql`delete from ${sql.table(table.name)} where ${among(table, some.length, p)}`,
    )
    yield* run(remove(boundAll(some)))
  }
}

/** Whatever of these rows others may want to have is nobody's now; `putRows` must follow. */
export function* freeRows(table: MovedTable, keys: readonly Key[]): Op<void> {
  if (table.frees.length === 0) return
  const values = sql.join(table.frees.map(([column, value]) => sql`${sql.ref(column)} = ${sql.raw(value)}`))
  for (const some of inSizes(keys)) {
    const free = prepared(
      `free ${table.name} ${some.length}`,
      (p) => sql`update ${sql.table(table.name)} set ${values} where ${among(table, some.length, p)}`,
    )
    yield* run(free(boundAll(some)))
  }
}

export function* putRows(table: MovedTable, rows: readonly Row[]): Op<void> {
  const [first] = rows
  if (first === undefined) return
  const columns = Object.keys(first)
  for (const some of inSizes(rows)) {
    const put = prepared(`put ${table.name} ${some.length}`, (p) => {
      const tuples = some.map((_, at) => sql`(${sql.join(columns.map((__, column) => p(`r${at}c${column}`)))})`)
      return sql`insert into ${sql.table(table.name)} (${sql.join(columns.map((column) => sql.ref(column)))})
        values ${sql.join(tuples)} ${onConflict(table, columns)}`
    })
    const values = some.flatMap((row, at) =>
      columns.map((column, index) => [`r${at}c${index}`, row[column] ?? null] as const),
    )
    yield* run(put(Object.fromEntries(values)))
  }
}

function onConflict({ key }: MovedTable, columns: readonly string[]): RawBuilder<unknown> {
  const others = columns.filter((column) => !key.includes(column))
  const target = sql.join(key.map((column) => sql.ref(column)))
  if (others.length === 0) return sql`on conflict (${target}) do nothing`
  const values = sql.join(others.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`))
  return sql`on conflict (${target}) do update set ${values}`
}

export function* countRows({ name }: MovedTable): Op<number> {
  const count = prepared(`count ${name}`, () => sql`select count(*) as n from ${sql.table(name)}`)
  const [row] = yield* all(count({}))
  return Number(row?.['n'] ?? 0)
}

/** Each key's columns in a comparison of their own, which every engine answers from the primary key. */
function among({ key }: MovedTable, count: number, p: (name: string) => RawBuilder<unknown>): RawBuilder<unknown> {
  const one = (at: number) =>
    sql`(${sql.join(
      key.map((column, index) => sql`${sql.ref(column)} = ${p(`r${at}k${index}`)}`),
      sql` and `,
    )})`
  return sql.join(
    Array.from({ length: count }, (_, at) => one(at)),
    sql` or `,
  )
}

function boundAll(keys: readonly Key[]): Bindings {
  return Object.assign({}, ...keys.map((key, at) => bound(key, `r${at}`))) as Bindings
}

function bound(key: Key, prefix: string): Bindings {
  return Object.fromEntries(key.map((value, at) => [`${prefix}k${at}`, value]))
}

function* inSizes<T>(items: readonly T[]): Generator<readonly T[]> {
  let at = 0
  for (const size of SIZES) {
    for (; items.length - at >= size; at += size) yield items.slice(at, at + size)
  }
}
