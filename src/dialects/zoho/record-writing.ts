/** Insert and update: each item of `data` succeeds or fails independently. */
import { z } from 'zod'
import type { Actor } from '../../core/access/actor.ts'
import type { SavedRecord } from '../../core/ports/catalog.ts'
import { Fault } from '../../core/model/fault.ts'
import type { Json, Module, RecordId } from '../../core/model/model.ts'
import type { RecordSave } from '../../core/crm/records.ts'
import type { Answer, Call } from '../../http/contracts.ts'
import { mandatoryFieldOf, moduleOf } from './modules.ts'
import { propertiesOf } from './record-wire.ts'
import { failed, unknownRecord, written, zohoJson } from './wire.ts'

type Item = Readonly<Record<string, Json>>

const MAX_RECORDS = 100
const body = z.object({ data: z.array(z.unknown()).min(1) })
const item = z.record(z.string(), z.json())

/** Either a save to make, or the error item. */
type Planned = { readonly save: RecordSave } | { readonly failure: object }

export async function insert(call: Call): Promise<Answer> {
  const { actor, module } = await moduleOf(call)
  const planned = await plannedOf(call, (fields) => planInsert(module, fields))
  return outcome(await save(call, actor, module, planned, 'record added'), 201)
}

export async function updateMany(call: Call): Promise<Answer> {
  const { actor, module } = await moduleOf(call)
  const planned = await plannedOf(call, (fields) => {
    if (typeof fields['id'] !== 'string')
      return { failure: failed('MANDATORY_NOT_FOUND', 'required field not found', { api_name: 'id' }) }
    return planUpdate(module, fields['id'] as RecordId, fields)
  })
  return outcome(await save(call, actor, module, planned, 'record updated'), 200)
}

export async function updateOne(call: Call): Promise<Answer> {
  const { actor, module } = await moduleOf(call)
  const id = (call.params['record'] ?? '') as RecordId
  const planned = await plannedOf(call, (fields, index) =>
    // The path names one record: further items of `data` fail instead of overwriting it.
    index === 0 ? planUpdate(module, id, fields) : { failure: unknownRecord(id) },
  )
  return outcome(await save(call, actor, module, planned, 'record updated'), 200)
}

/** The status says whether all, some or none of the items succeeded. */
function outcome({ data, succeeded }: { data: readonly object[]; succeeded: number }, whenAll: number): Answer {
  return zohoJson(succeeded === data.length ? whenAll : succeeded === 0 ? 400 : 207, { data })
}

async function save(
  call: Call,
  actor: Actor,
  module: Module,
  planned: readonly Planned[],
  message: string,
): Promise<{ data: readonly object[]; succeeded: number }> {
  const saves = planned.flatMap((one) => ('save' in one ? [one.save] : []))
  const outcomes = [...(await call.services.records.save(actor, module.id, saves))]
  let succeeded = 0
  const data = planned.map((one) => {
    if ('failure' in one) return one.failure
    const record = savedBy(outcomes.shift())
    if (record === null) return unknownRecord(one.save.change ?? '')
    succeeded++
    return written(record, message)
  })
  return { data, succeeded }
}

function savedBy(outcome: SavedRecord | undefined) {
  return outcome !== undefined && 'record' in outcome && outcome.outcome !== 'duplicate' ? outcome.record : null
}

/** Fault: `invalid_input` about the body when it is not `{"data":[...]}`, or holds too many items. */
async function plannedOf(call: Call, plan: (fields: Item, index: number) => Planned): Promise<readonly Planned[]> {
  const parsed = body.safeParse(await call.json())
  if (!parsed.success)
    throw new Fault(
      'invalid_input',
      'body',
      'The body must be a JSON object {"data":[{...}]} with at least one record.',
      { reason: 'json' },
    )
  const { data } = parsed.data
  if (data.length > MAX_RECORDS)
    throw new Fault(
      'invalid_input',
      'parameter',
      `data holds ${String(data.length)} records; at most ${String(MAX_RECORDS)} go in one call.`,
    )
  return data.map((candidate, index) => {
    const fields = item.safeParse(candidate)
    return fields.success
      ? plan(fields.data, index)
      : { failure: failed('INVALID_DATA', 'invalid data', { expected_data_type: 'jsonobject' }) }
  })
}

function planInsert(module: Module, fields: Item): Planned {
  const mandatory = mandatoryFieldOf(module)
  if (isBlank(fields[mandatory]))
    return { failure: failed('MANDATORY_NOT_FOUND', 'required field not found', { api_name: mandatory }) }
  return { save: { change: null, properties: propertiesOf(module, fields) } }
}

function planUpdate(module: Module, id: RecordId, fields: Item): Planned {
  const mandatory = mandatoryFieldOf(module)
  if (Object.hasOwn(fields, mandatory) && isBlank(fields[mandatory]))
    return { failure: failed('INVALID_DATA', 'invalid data', { api_name: mandatory }) }
  return { save: { change: id, properties: propertiesOf(module, fields) } }
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}
