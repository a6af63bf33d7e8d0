/** Lists of attachments by what they are. One statement per shape; what is not filtered by is bound to what holds for all. */
import { sql, type SqlBool } from 'kysely'
import { MOST_EXTENSIONS, type AttachmentFilter, type AttachmentPage } from '../../core/ports/attachment-page.ts'
import type { Attachment, AttachmentId, ModuleId, OrganizationId, RecordId } from '../../core/model/model.ts'
import { attachmentOf, type AttachmentRow } from '../rows.ts'
import { all, type Bindings, type Db, type Op, type Params, type Step, statement } from '../statement.ts'
import { visible } from './attachments.ts'
import { literally } from './pattern.ts'

interface Shape {
  readonly sort: AttachmentPage['sort']
  readonly order: AttachmentPage['order']
  readonly place: 'record' | 'own' | 'module' | 'any'
  readonly isFiltered: boolean
  readonly isTyped: boolean
  readonly isAfter: boolean
}

type Bounds = Bindings & {
  readonly organization: OrganizationId
  readonly record: RecordId
  readonly module: ModuleId
  readonly after: AttachmentId
  readonly limit: number
}

/** Bound where the shape has no use for it. */
const NONE = ''

const shapes = new Map<string, (bounds: Bounds) => Step<AttachmentRow>>()

export function* attachmentPage(
  page: AttachmentPage,
): Op<{ readonly attachments: readonly Attachment[]; readonly more: boolean }> {
  const rows = yield* all(selectOf(shapeOf(page))(boundsOf(page)))
  return { attachments: rows.slice(0, page.limit).map(attachmentOf), more: rows.length > page.limit }
}

/** Whether a page is read from an index alone, row after row. */
export function isShort({ record, module, sort, filter }: AttachmentPage): boolean {
  return record !== null && module === null && sort === 'created' && Object.values(filter).every((one) => one === null)
}

function shapeOf({ sort, order, record, module, filter, after }: AttachmentPage): Shape {
  const place = record === 'own' ? 'own' : record !== null ? 'record' : module !== null ? 'module' : 'any'
  const { extensions, ...others } = filter
  const isFiltered = Object.values(others).some((one) => one !== null)
  return { sort, order, place, isFiltered, isTyped: extensions !== null, isAfter: after !== null }
}

function selectOf(shape: Shape): (bounds: Bounds) => Step<AttachmentRow> {
  const key = Object.values(shape).join()
  const present = shapes.get(key)
  if (present !== undefined) return present
  const made = statement((db, p: Params<Bounds>) => pageOf(db, p, shape))
  shapes.set(key, made)
  return made
}

function pageOf(db: Db, p: Params<Bounds>, shape: Shape) {
  const { sort, order, place } = shape
  let query = visible(db)
    .where('a.organization', '=', p('organization'))
    .where('a.role', '=', 'attachment')
    .limit(p('limit'))
  if (place === 'own') query = query.where('a.record', 'is', null)
  if (place === 'record') query = query.where('a.record', '=', p('record'))
  if (place === 'module') query = query.where('r.module', '=', p('module'))
  for (const condition of conditionsOf(p, shape)) query = query.where(condition)
  const direction = sql.raw(order)
  const sorted = sort === 'created' ? query : query.orderBy(sql`${keyOf(sort)} ${direction}`)
  return sorted.orderBy('a.id', order)
}

function conditionsOf(p: Params<Bounds>, { sort, order, isFiltered, isTyped, isAfter }: Shape) {
  const conditions = []
  if (isFiltered) conditions.push(filteredBy(p))
  if (isTyped) {
    const patterns = Array.from({ length: MOST_EXTENSIONS }, (_, index) => p(`type${String(index)}`))
    const likes = patterns.map((pattern) => sql<SqlBool>`lower(a.name) like ${pattern} escape '\\'`)
    conditions.push(sql<SqlBool>`a.kind = 'file' and (${sql.join(likes, sql` or `)})`)
  }
  if (isAfter) {
    const than = sql.raw(order === 'desc' ? '<' : '>')
    const value = sort === 'name' ? sql`lower(${p('value')})` : p('value')
    conditions.push(
      sort === 'created'
        ? sql<SqlBool>`a.id ${than} ${p('after')}`
        : sql<SqlBool>`(${keyOf(sort)}, a.id) ${than} (${value}, ${p('after')})`,
    )
  }
  return conditions
}

function filteredBy(p: Params<Bounds>) {
  return sql<SqlBool>`a.size >= ${p('minSize')} and a.size <= ${p('maxSize')}
    and a.created_at >= ${p('createdFrom')} and a.created_at < ${p('createdUntil')}
    and a.kind in (${p('kind')}, ${p('otherKind')})
    and (${p('hash')} = '' or a.hash = ${p('hash')})
    and (${p('field')} = '' or a.field = ${p('field')})
    and lower(a.name) like lower(${p('pattern')}) escape '\\'`
}

function keyOf(sort: 'name' | 'size') {
  return sort === 'name' ? sql`lower(a.name)` : sql`a.size`
}

function boundsOf({ organization, record, module, filter, after, limit }: AttachmentPage): Bounds {
  return {
    organization,
    record: (record ?? NONE) as RecordId,
    module: module ?? (NONE as ModuleId),
    after: after?.id ?? (NONE as AttachmentId),
    value: after && after.value,
    limit: limit + 1,
    ...filterBounds(filter),
    ...typeBounds(filter.extensions),
  }
}

function filterBounds({ kind, name, ...filter }: AttachmentFilter): Bindings {
  return {
    minSize: filter.minSize ?? 0,
    maxSize: filter.maxSize ?? Number.MAX_SAFE_INTEGER,
    createdFrom: filter.createdFrom ?? 0,
    createdUntil: filter.createdUntil ?? Number.MAX_SAFE_INTEGER,
    kind: kind ?? 'file',
    otherKind: kind ?? 'link',
    hash: filter.hash ?? '',
    field: filter.field ?? '',
    pattern: name === null ? '%' : `%${literally(name)}%`,
  }
}

/** All slots are filled; those that are not needed repeat the first. */
function typeBounds(extensions: readonly string[] | null): Bindings {
  const patterns = (extensions ?? []).map((extension) => `%.${literally(extension)}`)
  const slots = Array.from({ length: MOST_EXTENSIONS }, (_, index) => patterns[index] ?? patterns[0] ?? null)
  return Object.fromEntries(slots.map((pattern, index) => [`type${String(index)}`, pattern]))
}
