/** Records: list, get and delete. */
import type { Actor } from '../../core/access/actor.ts'
import { Fault } from '../../core/model/fault.ts'
import type { CrmRecord, Module, RecordId } from '../../core/model/model.ts'
import type { Answer, Call } from '../../http/contracts.ts'
import { idsOf } from './ids.ts'
import { moduleOf } from './modules.ts'
import { recordRow } from './record-wire.ts'
import { modifiedSince, notModified } from './if-modified-since.ts'
import { deleted, listAnswer, nothing, pageOf, unknownRecord, zohoJson } from './wire.ts'

export async function listRecords(call: Call): Promise<Answer> {
  const { actor, module } = await moduleOf(call)
  if (call.query.has('ids')) return listByIds(call, actor, module)
  const page = pageOf(call.query)
  const sort = call.query.get('sort_by') === 'Modified_Time' ? 'modified' : 'created'
  const order = call.query.get('sort_order') === 'asc' ? 'asc' : 'desc'
  const since = modifiedSince(call)
  const { records, more } = await call.services.records.list(actor, module.id, {
    sort,
    order,
    offset: (page.page - 1) * page.perPage,
    limit: page.perPage,
    changedAfter: since,
  })
  if (since !== null && records.length === 0) return notModified
  return listAnswer(rowsOf(records, module), call.query, page, more)
}

/** v2 answers an unknown id with 204. */
export async function getRecord(call: Call): Promise<Answer> {
  const { actor, module } = await moduleOf(call)
  const record = await recordOrNull(call, actor, module, (call.params['record'] ?? '') as RecordId)
  if (record === null) return nothing
  const since = modifiedSince(call)
  if (since !== null && record.modifiedAt <= since) return notModified
  return zohoJson(200, { data: rowsOf([record], module) })
}

export async function removeRecord(call: Call): Promise<Answer> {
  const { actor, module } = await moduleOf(call)
  const id = (call.params['record'] ?? '') as RecordId
  const removed = await call.services.records.remove(actor, module.id, [id])
  return removed.length === 0 ? zohoJson(400, { data: [unknownRecord(id)] }) : zohoJson(200, { data: [deleted(id)] })
}

export async function removeRecords(call: Call): Promise<Answer> {
  const { actor, module } = await moduleOf(call)
  const ids = idsOf(call) as RecordId[]
  const removed = new Set(await call.services.records.remove(actor, module.id, ids))
  return zohoJson(200, { data: ids.map((id) => (removed.has(id) ? deleted(id) : unknownRecord(id))) })
}

/** In the order of `ids`; unknown ids are omitted. */
async function listByIds(call: Call, actor: Actor, module: Module): Promise<Answer> {
  const ids = idsOf(call) as RecordId[]
  const found = await Promise.all(ids.map((id) => recordOrNull(call, actor, module, id)))
  const records = found.filter((record) => record !== null)
  return listAnswer(rowsOf(records, module), call.query, { page: 1, perPage: 200 }, false)
}

async function recordOrNull(call: Call, actor: Actor, module: Module, id: RecordId): Promise<CrmRecord | null> {
  try {
    return await call.services.records.find(actor, module.id, id)
  } catch (error) {
    if (error instanceof Fault && error.code === 'not_found' && error.subject === 'record') return null
    throw error
  }
}

function rowsOf(records: readonly CrmRecord[], module: Module): Record<string, unknown>[] {
  return records.map((record) => recordRow(record, module))
}
