import { z } from 'zod'
import type { SavedRecord } from '../../core/catalog.ts'
import { Fault } from '../../core/fault.ts'
import type { CrmRecord, Json, Module, RecordId } from '../../core/model.ts'
import type { RecordSave } from '../../core/records.ts'
import type { Answer, Call } from '../../http/contracts.ts'
import { idsOf } from './ids.ts'
import { mandatoryFieldOf, moduleOf } from './modules.ts'
import { propertiesOf, recordRow } from './record-wire.ts'
import { deleted, failed, listAnswer, nothing, pageOf, written, zohoJson } from './wire.ts'

type Item = Readonly<Record<string, Json>>

const MOST = 100
const body = z.object({ data: z.array(z.unknown()).min(1) })
const item = z.record(z.string(), z.json())

/** Either a save to make, or what is wrong with the item. */
type Planned = { readonly save: RecordSave } | { readonly failure: object }

export async function insert(call: Call): Promise<Answer> {
  const { module } = await moduleOf(call)
  return write(call, module, 'record added', (fields) => {
    const mandatory = mandatoryFieldOf(module)
    if (isBlank(fields[mandatory]))
      return { failure: failed('MANDATORY_NOT_FOUND', 'required field not found', { api_name: mandatory }) }
    return { save: { change: null, properties: propertiesOf(module, fields) } }
  })
}

export async function updateMany(call: Call): Promise<Answer> {
  const { module } = await moduleOf(call)
  return write(call, module, 'record updated', (fields) => {
    if (typeof fields['id'] !== 'string')
      return { failure: failed('MANDATORY_NOT_FOUND', 'required field not found', { api_name: 'id' }) }
    return planUpdate(module, fields['id'] as RecordId, fields)
  })
}

export async function updateOne(call: Call): Promise<Answer> {
  const { module } = await moduleOf(call)
  return write(call, module, 'record updated', (fields) =>
    planUpdate(module, (call.params['record'] ?? '') as RecordId, fields),
  )
}

export async function listRecords(call: Call): Promise<Answer> {
  const { actor, module } = await moduleOf(call)
  if (call.query.has('ids')) {
    const found = await Promise.all(
      (idsOf(call) as RecordId[]).map((id) => call.desk.records.find(actor, module.id, id).catch(() => null)),
    )
    const records = found.filter((record) => record !== null)
    return listAnswer(rowsOf(records, module), call.query, { page: 1, perPage: MOST }, false)
  }
  const page = pageOf(call.query)
  const sort = call.query.get('sort_by') === 'Modified_Time' ? 'modified' : 'created'
  const order = call.query.get('sort_order') === 'asc' ? 'asc' : 'desc'
  const { records, more } = await call.desk.records.list(actor, module.id, {
    sort,
    order,
    offset: (page.page - 1) * page.perPage,
    limit: page.perPage,
  })
  return listAnswer(rowsOf(records, module), call.query, page, more)
}

/** v2 answers an unknown id with 204. */
export async function getRecord(call: Call): Promise<Answer> {
  const { actor, module } = await moduleOf(call)
  const record = await call.desk.records
    .find(actor, module.id, (call.params['record'] ?? '') as RecordId)
    .catch((error: unknown) => {
      if (error instanceof Fault && error.subject === 'record') return null
      throw error
    })
  return record === null ? nothing : zohoJson(200, { data: rowsOf([record], module) })
}

export async function removeRecord(call: Call): Promise<Answer> {
  const { actor, module } = await moduleOf(call)
  const id = (call.params['record'] ?? '') as RecordId
  const removed = await call.desk.records.remove(actor, module.id, [id])
  return removed.length === 0 ? zohoJson(400, { data: [unknownId({ id })] }) : zohoJson(200, { data: [deleted(id)] })
}

export async function removeRecords(call: Call): Promise<Answer> {
  const { actor, module } = await moduleOf(call)
  const ids = idsOf(call) as RecordId[]
  const removed = new Set(await call.desk.records.remove(actor, module.id, ids))
  return zohoJson(200, { data: ids.map((id) => (removed.has(id) ? deleted(id) : unknownId({ id }))) })
}

/** Each item of `data` stands for itself; the status says whether all, some or none went well. */
async function write(call: Call, module: Module, message: string, plan: (fields: Item) => Planned): Promise<Answer> {
  const { actor } = await moduleOf(call)
  const planned = (await itemsOf(call)).map((candidate): Planned => {
    const fields = item.safeParse(candidate)
    return fields.success
      ? plan(fields.data)
      : { failure: failed('INVALID_DATA', 'invalid data', { expected_data_type: 'jsonobject' }) }
  })
  const outcomes = [
    ...(await call.desk.records.save(
      actor,
      module.id,
      planned.flatMap((one) => ('save' in one ? [one.save] : [])),
    )),
  ]
  const data = planned.map((one) => ('failure' in one ? one.failure : said(outcomes.shift(), message)))
  const good = data.filter((entry) => 'code' in entry && entry.code === 'SUCCESS').length
  return zohoJson(good === data.length ? (message === 'record added' ? 201 : 200) : good === 0 ? 400 : 207, { data })
}

async function itemsOf(call: Call): Promise<readonly unknown[]> {
  const parsed = body.safeParse(await call.json())
  if (!parsed.success)
    throw new Fault(
      'invalid_input',
      'body',
      'The body must be a JSON object {"data":[{...}]} with at least one record.',
      { reason: 'json' },
    )
  if (parsed.data.data.length > MOST)
    throw new Fault(
      'invalid_input',
      'parameter',
      `data holds ${String(parsed.data.data.length)} records; at most ${String(MOST)} go in one call.`,
    )
  return parsed.data.data
}

function planUpdate(module: Module, id: RecordId, fields: Item): Planned {
  const mandatory = mandatoryFieldOf(module)
  if (Object.hasOwn(fields, mandatory) && isBlank(fields[mandatory]))
    return { failure: failed('INVALID_DATA', 'invalid data', { api_name: mandatory }) }
  return { save: { change: id, properties: propertiesOf(module, fields) } }
}

function said(outcome: SavedRecord | undefined, message: string): object {
  if (outcome !== undefined && 'record' in outcome && outcome.outcome !== 'duplicate')
    return written(outcome.record, message)
  return unknownId({})
}

function unknownId(details: object): object {
  return failed('INVALID_DATA', 'the id given seems to be invalid', details)
}

function rowsOf(records: readonly CrmRecord[], module: Module): Record<string, unknown>[] {
  return records.map((record) => recordRow(record, module))
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}
