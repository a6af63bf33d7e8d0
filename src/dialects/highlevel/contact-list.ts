/** GET /contacts/: newest first; a page starts after a given contact. */
import { publicIdOf, idOfPublicId } from '../../core/model/ids.ts'
import type { CrmRecord, RecordId } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { contactUnknown, invalid } from './faults.ts'
import { contactsOf, mustBeOwnLocation, contextOf } from './context.ts'
import { scope } from './scopes.ts'
import { requiredSentences } from './validation.ts'
import { contactWire, type Wire } from './wire.ts'

export const contactListRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/contacts/',
    needs: scope('contacts.readonly'),
    operation: 'get-contacts',
    answer: listContacts,
  },
]

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

interface ListQuery {
  readonly locationId: string
  readonly limit: number
  readonly search: string | null
}

async function listContacts(call: Call): Promise<Answer> {
  const context = contextOf(call)
  const { locationId, ...parameters } = mustBeQuery(call.query)
  mustBeOwnLocation(context, locationId)
  const query = { ...parameters, after: cursorOf(call.query) }
  const module = await contactsOf(call, context)
  const { records, more } = await call.services.records.list(context.actor, module.id, query)
  const fields = await call.services.fields.list(context.actor, module.id)
  const contacts = records.map((record) => contactWire(record, fields, [], call.origin))
  // The total of a search is not computed: that would read every contact of the location.
  const count = query.search === null ? module.records : contacts.length
  return {
    status: 200,
    json: { contacts, count, meta: metaOf(call, count, more ? records.at(-1) : undefined), traceId: call.id },
  }
}

/** Fault: 422 with a sentence for each invalid parameter. */
function mustBeQuery(query: URLSearchParams): ListQuery {
  const locationId = query.get('locationId')
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  const startAfter = Number(query.get('startAfter') ?? 0)
  const messages = [
    ...(locationId === null || locationId === '' ? requiredSentences('locationId', locationId) : []),
    ...limitSentences(limit),
    ...(isTime(startAfter) ? [] : ['startAfter must be a number conforming to the specified constraints']),
  ]
  if (messages.length > 0) throw invalid(messages)
  return { locationId: locationId ?? '', limit, search: query.get('query')?.trim().slice(0, 200) || null }
}

function limitSentences(limit: number): readonly string[] {
  if (!Number.isInteger(limit)) return ['limit must be a number conforming to the specified constraints']
  if (limit > MAX_LIMIT) return [`limit must not be greater than ${String(MAX_LIMIT)}`]
  return limit < 1 ? ['limit must not be less than 1'] : []
}

/**
 * `startAfterId` is the id of the last contact of the previous page; `startAfter` alone is the time it was created,
 * with which record ids begin.
 */
function cursorOf(query: URLSearchParams): RecordId | null {
  const face = query.get('startAfterId')
  if (face !== null && face !== '') {
    const id = idOfPublicId(face) as RecordId | null
    if (id === null) throw contactUnknown(face)
    return id
  }
  const startAfter = query.get('startAfter')
  if (startAfter === null || startAfter === '') return null
  return `${startAfter.padStart(13, '0')}000000` as RecordId
}

function isTime(milliseconds: number): boolean {
  return Number.isInteger(milliseconds) && milliseconds >= 0 && milliseconds < 1e13
}

function metaOf(call: Call, total: number, last: CrmRecord | undefined): Wire {
  if (last === undefined) return { total, nextPageUrl: null }
  const next = new URLSearchParams(call.query)
  next.set('startAfter', String(last.createdAt))
  next.set('startAfterId', publicIdOf(last.id))
  return {
    total,
    nextPageUrl: `${call.origin}/contacts/?${next.toString()}`,
    startAfter: last.createdAt,
    startAfterId: publicIdOf(last.id),
  }
}
