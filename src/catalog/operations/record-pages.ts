import { sql, type SqlBool } from 'kysely'
import type { RecordPage } from '../../core/ports/catalog.ts'
import type { CrmRecord, ModuleId, OrganizationId, RecordId, UserId } from '../../core/model/model.ts'
import { type RecordRow, recordOf } from '../rows.ts'
import { all, type Db, type Op, type Params, type Step, statement } from '../statement.ts'
import { literally } from './pattern.ts'
import { visibleRecords } from './records.ts'

type Bounds = {
  organization: OrganizationId
  module: ModuleId
  after: RecordId
  pattern: string
  since: number
  user: UserId
  offset: number
  limit: number
}

/** Bound where the shape has no use for it. */
const NONE = '' as RecordId
const NOBODY = '' as UserId

/** One statement per shape of page, so that each has the index of its own order. */
const shapes = new Map<string, (bounds: Bounds) => Step<RecordRow>>()

for (const sort of ['created', 'modified'] as const) {
  for (const order of ['asc', 'desc'] as const) {
    for (const isAfter of [false, true]) {
      for (const isSearch of [false, true]) {
        for (const isSince of [false, true]) {
          for (const isKept of [false, true]) {
            const shape = { sort, order, isAfter, isSearch, isSince, isKept }
            shapes.set(
              nameOf(shape),
              statement((db, p: Params<Bounds>) => pageOf(db, p, shape)),
            )
          }
        }
      }
    }
  }
}

interface Shape {
  readonly sort: RecordPage['sort']
  readonly order: RecordPage['order']
  readonly isAfter: boolean
  readonly isSearch: boolean
  readonly isSince: boolean
  readonly isKept: boolean
}

function nameOf({ sort, order, isAfter, isSearch, isSince, isKept }: Shape): string {
  return `${sort} ${order} ${isAfter} ${isSearch} ${isSince} ${isKept}`
}

function pageOf(db: Db, p: Params<Bounds>, { sort, order, isAfter, isSearch, isSince, isKept }: Shape) {
  let query = visibleRecords(db)
    .where('r.organization', '=', p('organization'))
    .where('r.module', '=', p('module'))
    .limit(p('limit'))
    .offset(p('offset'))
  if (isAfter) query = query.where('r.id', order === 'desc' ? '<' : '>', p('after'))
  if (isSearch) query = query.where((where) => sql<SqlBool>`${where.ref('r.search')} like ${p('pattern')} escape '\\'`)
  if (isSince) query = query.where('r.modified_at', '>', p('since'))
  if (isKept)
    query = query.where((where) => where.or([where('r.created_by', '=', p('user')), where.exists(below(db, p))]))
  if (sort === 'modified') query = query.orderBy('r.modified_at', order)
  return query.orderBy('r.id', order)
}

/** Whether the role of the record's owner (`c`, as visibleRecords joins it) is below the user's. */
function below(db: Db, p: Params<Bounds>) {
  return db
    .selectFrom('user as u')
    .innerJoin('role as mine', (on) =>
      on.onRef('mine.organization', '=', 'u.organization').onRef('mine.id', '=', 'u.role'),
    )
    .innerJoin('role as theirs', (on) => on.onRef('theirs.organization', '=', 'mine.organization'))
    .select('u.id')
    .where('u.organization', '=', p('organization'))
    .where('u.id', '=', p('user'))
    .whereRef('theirs.id', '!=', 'mine.id')
    .where((where) => sql<SqlBool>`${where.ref('theirs.id')} = ${sql.ref('c.role')}`)
    .where((where) => sql<SqlBool>`${where.ref('theirs.path')} like ${where.ref('mine.path')} || '%'`)
}

export function* records(page: RecordPage): Op<{ readonly records: readonly CrmRecord[]; readonly more: boolean }> {
  const { organization, module, sort, order, offset, limit, after, search, changedAfter, visibleTo } = page
  const shape = {
    isAfter: after !== null,
    isSearch: search !== null,
    isSince: changedAfter !== null,
    isKept: visibleTo !== null,
  }
  const select = shapes.get(nameOf({ sort, order, ...shape }))
  if (select === undefined) throw new Error(`Records cannot be sorted by "${sort}", "${order}".`)
  const pattern = search === null ? '' : `%${literally(search.toLowerCase())}%`
  const bounds = { after: after ?? NONE, since: changedAfter ?? 0, user: visibleTo ?? NOBODY, offset, limit: limit + 1 }
  const rows = yield* all(select({ organization, module, pattern, ...bounds }))
  return { records: rows.slice(0, limit).map(recordOf), more: rows.length > limit }
}
