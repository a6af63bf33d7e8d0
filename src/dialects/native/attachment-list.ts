import { z } from 'zod'
import type { AttachmentFilter, AttachmentPage } from '../../core/ports/attachment-page.ts'
import { extensionsOf } from '../../core/files/media-types.ts'
import type { AttachmentId, FieldId, RecordId, Sha256 } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { id } from './bodies.ts'
import { cursorOf, valuesOf } from './cursor.ts'
import { ORGANIZATION_PATH, contextOf, scope, type OrganizationContext } from './context.ts'
import { attachmentQuery, recordAttachmentQuery } from './queries.ts'
import { recordIn } from './records.ts'
import { attachmentWire } from './model-wire.ts'
import { queryOf } from './validation.ts'
import { attachments } from './wire.ts'

const tag = 'Attachments'
const answers = { 200: { description: 'A page of attachments', schema: attachments } }

export const attachmentListRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ORGANIZATION_PATH}/records/:record/attachments`,
    operation: "list a record's attachments",
    needs: scope('attachments.read'),
    about: { tag, description: 'Newest first unless asked otherwise.', query: recordAttachmentQuery, answers },
    answer: listOfRecord,
  },
  {
    method: 'GET',
    path: `${ORGANIZATION_PATH}/attachments`,
    operation: 'list attachments',
    needs: scope('attachments.read'),
    about: {
      tag,
      description: 'All of the organization, wherever they are; the filters narrow it down together.',
      query: attachmentQuery,
      answers,
    },
    answer: listAll,
  },
]

type Query = z.output<typeof recordAttachmentQuery>

async function listOfRecord(call: Call): Promise<Answer> {
  const { context, record } = await recordIn(call)
  return page(call, context, queryOf(recordAttachmentQuery, call), { record: record.id, module: null })
}

async function listAll(call: Call): Promise<Answer> {
  const context = await contextOf(call)
  const { record, module, ...query } = queryOf(attachmentQuery, call)
  const inModule = module === undefined ? null : await call.services.records.module(context.actor, module)
  return page(call, context, query, {
    record: record === undefined ? null : record === 'none' ? 'own' : (record as RecordId),
    module: inModule && inModule.id,
  })
}

async function page(
  call: Call,
  { actor }: OrganizationContext,
  query: Query,
  where: Pick<AttachmentPage, 'record' | 'module'>,
): Promise<Answer> {
  const { sort, order, limit, cursor } = query
  const after = cursor === undefined ? null : afterOf(cursor, sort, order)
  const filter = filterOf(query)
  const criteria = { ...where, filter, sort, order, after, limit }
  const { attachments, more } = await call.services.attachments.page(actor, criteria)
  const last = attachments.at(-1)
  const value = last === undefined || sort === 'created' ? '' : last[sort]
  const next = more && last !== undefined ? cursorOf([sort, order, value, last.id]) : null
  return { status: 200, json: { items: attachments.map(attachmentWire), next } }
}

/** Rejects a cursor of another sort order, which would point to an arbitrary position. */
function afterOf(cursor: string, sort: Query['sort'], order: Query['order']): AttachmentPage['after'] {
  const value = sort === 'size' ? z.int().min(0) : z.string().max(500)
  const [, , reached, last] = valuesOf(z.tuple([z.literal(sort), z.literal(order), value, id]), cursor)
  return { value: reached, id: last as AttachmentId }
}

function filterOf(query: Query): AttachmentFilter {
  return {
    field: (query.field ?? null) as FieldId | null,
    kind: query.kind ?? null,
    extensions: query.type === undefined ? null : extensionsOf(query.type),
    name: query.name ?? null,
    minSize: query.minSize ?? null,
    maxSize: query.maxSize ?? null,
    createdFrom: query.createdFrom ?? null,
    createdUntil: query.createdUntil ?? null,
    hash: (query.sha256 ?? null) as Sha256 | null,
  }
}
