import type { SavedRecord } from '../../core/ports/catalog.ts'
import { Fault } from '../../core/model/fault.ts'
import { holdsFiles } from '../../core/crm/fields.ts'
import type { AttachmentId, CrmRecord, Field, Module, RecordId } from '../../core/model/model.ts'
import type { RecordSave } from '../../core/crm/records.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { id, newRecord, recordChange, type NewRecordWire, type RecordChangeWire } from './bodies.ts'
import { cursorOf, valuesOf } from './cursor.ts'
import { moduleIn, moduleNames, ORGANIZATION_PATH, contextOf, scope, type OrganizationContext } from './context.ts'
import { recordQuery } from './queries.ts'
import { entryWire, recordWire } from './model-wire.ts'
import { bodyOf, queryOf } from './validation.ts'
import { record, records, recordWithEntries } from './wire.ts'

const tag = 'Records'
const ONE = `${ORGANIZATION_PATH}/records/:record`

export const recordRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ORGANIZATION_PATH}/modules/:module/records`,
    operation: 'list records',
    needs: scope('records.read'),
    about: {
      tag,
      description: 'Newest first unless asked otherwise.',
      query: recordQuery,
      answers: { 200: { description: 'A page of records', schema: records } },
    },
    answer: list,
  },
  {
    method: 'POST',
    path: `${ORGANIZATION_PATH}/modules/:module/records`,
    operation: 'create a record',
    needs: scope('records.write'),
    about: {
      tag,
      description:
        '`name`, `firstName`, `lastName`, `email`, `phone` and the other well-known properties are shown by every dialect; others are kept as they are.',
      body: { type: 'application/json', schema: newRecord },
      answers: { 201: { description: 'The new record', schema: record } },
    },
    answer: create,
  },
  {
    method: 'GET',
    path: ONE,
    operation: 'get a record',
    needs: scope('records.read'),
    about: {
      tag,
      answers: { 200: { description: 'The record, with what its file fields hold', schema: recordWithEntries } },
    },
    answer: async (call) => answerWith(call, await recordIn(call), 200),
  },
  {
    method: 'PATCH',
    path: ONE,
    operation: 'change a record',
    needs: scope('records.write'),
    about: {
      tag,
      body: { type: 'application/json', schema: recordChange },
      answers: { 200: { description: 'The record as it is now', schema: recordWithEntries } },
    },
    answer: change,
  },
  {
    method: 'DELETE',
    path: ONE,
    operation: 'delete a record',
    needs: scope('records.write'),
    about: {
      tag,
      description: 'With its attachments.',
      answers: { 204: { description: 'It is gone', schema: null } },
    },
    answer: remove,
  },
]

interface Found {
  readonly context: OrganizationContext
  readonly record: CrmRecord
  /** The name of its module. */
  readonly module: string
}

/** The record that the path names. Fault: `not_found`. */
export async function recordIn(call: Call): Promise<Found> {
  const context = await contextOf(call)
  const found = await call.services.records.find(context.actor, null, (call.params['record'] ?? '') as RecordId)
  const module = (await moduleNames(call, context)).get(found.module)
  // Its module is being removed, and the record with it.
  if (module === undefined) throw recordUnknown(found.id)
  return { context, record: found, module }
}

async function list(call: Call): Promise<Answer> {
  const context = await contextOf(call)
  const { limit, cursor, order, search } = queryOf(recordQuery, call)
  const module = await moduleIn(call, context)
  const after = cursor === undefined ? null : (valuesOf(id, cursor) as RecordId)
  const query = { limit, order, after, search: search ?? null }
  const { records, more } = await call.services.records.list(context.actor, module.id, query)
  const items = records.map((one) => recordWire(one, module.name))
  return { status: 200, json: { items, next: more ? cursorOf(items.at(-1)?.id) : null } }
}

async function create(call: Call): Promise<Answer> {
  const context = await contextOf(call)
  const module = await moduleIn(call, context)
  const body = await bodyOf(newRecord, call)
  const made = await save(call, context, module.id, {
    change: null,
    ...(await changesOf(call, context, module.id, body)),
  })
  return { status: 201, json: recordWire(made, module.name) }
}

async function change(call: Call): Promise<Answer> {
  const found = await recordIn(call)
  const { context } = found
  const inModule = found.record.module
  const body = await bodyOf(recordChange, call)
  const changes = await changesOf(call, context, inModule, body)
  const saved = await save(call, context, inModule, { change: found.record.id, ...changes })
  return answerWith(call, { ...found, record: saved }, 200)
}

async function remove(call: Call): Promise<Answer> {
  const { context, record } = await recordIn(call)
  const removed = await call.services.records.remove(context.actor, record.module, [record.id])
  if (removed.length === 0) throw recordUnknown(record.id)
  return { status: 204 }
}

async function answerWith(call: Call, { context, record, module }: Found, status: number): Promise<Answer> {
  const entries = await call.services.records.entries(context.actor, record.id)
  return { status, json: { ...recordWire(record, module), entries: entries.map(entryWire) } }
}

type Changes = Omit<RecordSave, 'change'>

async function changesOf(
  call: Call,
  { actor }: OrganizationContext,
  module: Module['id'],
  { properties, values, files }: NewRecordWire | RecordChangeWire,
): Promise<Changes> {
  const fields =
    values === undefined && files === undefined
      ? new Map<string, Field>()
      : new Map((await call.services.fields.list(actor, module)).map((one) => [String(one.id), one]))
  for (const key of Object.keys(values ?? {})) mustHold(fields, key, 'values')
  return {
    properties: properties ?? {},
    values: values ?? {},
    files: Object.entries(files ?? {}).map(([key, attachments]) => ({
      field: mustHold(fields, key, 'files').id,
      entries: [...new Set(attachments)].map((one) => ({ key: one, target: { attachment: one as AttachmentId } })),
    })),
  }
}

/**
 * Fault: `invalid_input` for a field that the module does not have, or one that holds the other kind (values or files).
 */
function mustHold(fields: ReadonlyMap<string, Field>, key: string, what: 'values' | 'files'): Field {
  const found = fields.get(key)
  if (found === undefined)
    throw new Fault('invalid_input', 'field', `/${what}: the record's module has no field ${key.slice(0, 40)}.`)
  if (holdsFiles(found) === (what === 'files')) return found
  const other = what === 'files' ? 'values' : 'files'
  throw new Fault(
    'invalid_input',
    'field',
    `/${what}: the field ${key} is of type ${found.type}; name it under ${other} instead.`,
  )
}

async function save(
  call: Call,
  { actor }: OrganizationContext,
  module: Module['id'],
  change: RecordSave,
): Promise<CrmRecord> {
  const [saved] = await call.services.records.save(actor, module, [change])
  return mustBeSaved(saved, change.change)
}

function mustBeSaved(saved: SavedRecord | undefined, id: RecordId | null): CrmRecord {
  switch (saved?.outcome) {
    case 'created':
    case 'updated':
      return saved.record
    case 'bad_reference':
      throw new Fault(
        'invalid_input',
        'attachment',
        `/files/${saved.field}: there is no attachment ${saved.key.slice(0, 40)} in this organization that could go there.`,
      )
    default:
      throw recordUnknown(id ?? '')
  }
}

function recordUnknown(id: string): Fault {
  return new Fault('not_found', 'record', `There is no record ${id.slice(0, 40)} here: it was never made, or removed.`)
}
