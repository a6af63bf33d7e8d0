import { sql, type SqlBool } from 'kysely'
import type { RecordPage } from '../../core/catalog.ts'
import type { CrmRecord, ModuleId, OrganizationId, RecordId } from '../../core/model.ts'
import { type RecordRow, recordOf } from '../rows.ts'
import { all, type Db, type Op, type Params, type Step, statement } from '../statement.ts'
import { literally } from './pattern.ts'
import { visibleRecords } from './records.ts'

type Bounds = {
  organization: OrganizationId
  module: ModuleId
  after: RecordId
  pattern: string
  offset: number
  limit: number
}

/** Bound where the shape has no use for it. */
const NONE = '' as RecordId

/** One statement per shape of page, so that each has the index of its own order. */
const shapes = new Map<string, (bounds: Bounds) => Step<RecordRow>>()

for (const sort of ['created', 'modified'] as const) {
  for (const order of ['asc', 'desc'] as const) {
    for (const isAfter of [false, true]) {
      for (const isSearch of [false, true]) {
        const shape = { sort, order, isAfter, isSearch }
        shapes.set(
          nameOf(shape),
          statement((db, p: Params<Bounds>) => pageOf(db, p, shape)),
        )
      }
    }
  }
}

interface Shape {
  readonly sort: RecordPage['sort']
  readonly order: RecordPage['order']
  readonly isAfter: boolean
  readonly isSearch: boolean
}

function nameOf({ sort, order, isAfter, isSearch }: Shape): string {
  return `${sort} ${order} ${isAfter} ${isSearch}`
}

function pageOf(db: Db, p: Params<Bounds>, { sort, order, isAfter, isSearch }: Shape) {
  let query = visibleRecords(db)
    .where('r.organization', '=', p('organization'))
    .where('r.module', '=', p('module'))
    .limit(p('limit'))
    .offset(p('offset'))
  if (isAfter) query = query.where('r.id', order === 'desc' ? '<' : '>', p('after'))
  if (isSearch) query = query.where((where) => sql<SqlBool>`${where.ref('r.search')} like ${p('pattern')} escape '\\'`)
  if (sort === 'modified') query = query.orderBy('r.modified_at', order)
  return query.orderBy('r.id', order)
}

export function* records(page: RecordPage): Op<{ readonly records: readonly CrmRecord[]; readonly more: boolean }> {
  const { organization, module, sort, order, offset, limit, after, search } = page
  const select = shapes.get(nameOf({ sort, order, isAfter: after !== null, isSearch: search !== null }))
  if (select === undefined) throw new Error(`Records cannot be sorted by "${sort}", "${order}".`)
  const pattern = search === null ? '' : `%${literally(search.toLowerCase())}%`
  const rows = yield* all(select({ organization, module, after: after ?? NONE, pattern, offset, limit: limit + 1 }))
  return { records: rows.slice(0, limit).map(recordOf), more: rows.length > limit }
}
