import { type Compilable, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Schema } from './schema.ts'

export type Db = Kysely<Schema>
export type Bindable = string | number | null | Uint8Array
export type Bindings = Readonly<Record<string, Bindable>>

/** Stands in a statement for the value that a step will bring. */
class Marker {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** Names a parameter of a statement while it is being built. */
export interface Params<P> {
  <K extends keyof P & string>(name: K): RawBuilder<P[K]>
}

/** A statement as Kysely writes it, with markers where values go; engines compile it once and prepare it once per connection. */
export interface Template<R> {
  readonly build: (db: Db) => Compilable<R>
}

/** One statement to run with its values. */
export interface Step<R> {
  readonly template: Template<R>
  readonly bindings: Bindings
}

export type Rows = readonly unknown[]

/**
 * An operation: it yields steps and is handed their rows, so that an engine may run it in one go (SQLite)
 * or await each step (PostgreSQL). It decides before it writes, so that a refusal has nothing to take back.
 */
export type Op<T> = Generator<Step<unknown>, T, Rows>

export function statement<P extends Bindings, R>(
  build: (db: Db, p: Params<P>) => Compilable<R>,
): (bindings: P) => Step<R> {
  const template: Template<R> = {
    build: (db) => build(db, <K extends keyof P & string>(name: K) => sql<P[K]>`${new Marker(name)}`),
  }
  return (bindings) => ({ template, bindings })
}

/** A parameter for each column, under the column's own name. */
export function columns<P, K extends keyof P & string>(p: Params<P>, ...names: readonly K[]) {
  return Object.fromEntries(names.map((name) => [name, p(name)])) as { [N in K]: RawBuilder<P[N]> }
}

export interface Compiled {
  readonly sql: string
  /** The values in the order in which the statement takes them. */
  values(bindings: Bindings): unknown[]
}

export function compile(template: Template<unknown>, db: Db): Compiled {
  const { sql, parameters } = template.build(db).compile()
  return {
    sql,
    values: (bindings) => parameters.map((slot) => (slot instanceof Marker ? bindings[slot.name] : slot)),
  }
}

export function* all<R>(step: Step<R>): Op<readonly R[]> {
  return (yield step) as readonly R[]
}

export function* one<R>(step: Step<R>): Op<R | null> {
  const rows = (yield step) as readonly R[]
  return rows[0] ?? null
}

export function* run(step: Step<unknown>): Op<void> {
  yield step
}
