import type { Module, Field, FieldId } from '../../core/model/model.ts'
import { Fault } from '../../core/model/fault.ts'
import { idOfPublicId } from '../../core/model/ids.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { changedField, newField } from './bodies.ts'
import { fieldChangeOf, fieldWire, keyOf, MODULES, newFieldOf, type Model } from './custom-field-wire.ts'
import { fieldUnknown, invalid } from './faults.ts'
import { mustBeOwnLocation, contextOf, type LocationContext } from './context.ts'
import { scope } from './scopes.ts'
import { mustBe } from './validation.ts'

const all = '/locations/:locationId/customFields'
const one = `${all}/:id`

export const customFieldRoutes: readonly Route[] = [
  route('GET', all, 'get-custom-fields', list),
  route('POST', all, 'create-custom-field', create),
  route('GET', one, 'get-custom-field', read),
  route('PUT', one, 'update-custom-field', change),
  route('DELETE', one, 'delete-custom-field', remove),
]

/** The catalog's limit for one list: a field beyond it could not be listed, so it is not created. */
const MAX_FIELDS = 1_000

function route(method: Route['method'], path: string, operation: string, answer: Route['answer']): Route {
  const name = method === 'GET' ? 'locations/customFields.readonly' : 'locations/customFields.write'
  return { method, path, operation, needs: scope(name), answer }
}

async function list(call: Call): Promise<Answer> {
  const models = modelsOf(call.query.get('model'))
  const context = here(call)
  const customFields = []
  for (const model of models) {
    const module = await moduleOf(call, context, model)
    const fields = await call.services.fields.list(context.actor, module.id)
    customFields.push(...fields.map((field) => fieldWire(field, model)))
  }
  return { status: 200, json: { customFields, traceId: call.id } }
}

async function create(call: Call): Promise<Answer> {
  const context = here(call)
  const body = mustBe(newField, await call.json())
  const model = body.model ?? 'contact'
  const module = await moduleOf(call, context, model)
  const key = await freeKey(call, context, module, keyFrom(model, body.fieldKey ?? ''), keyOf(model, body.name))
  const field = await call.services.fields.create(context.actor, newFieldOf(body, module.id, key))
  return { status: 201, json: { customField: fieldWire(field, model), traceId: call.id } }
}

async function read(call: Call): Promise<Answer> {
  const { field, model } = await mustFind(call, here(call))
  return { status: 200, json: { customField: fieldWire(field, model), traceId: call.id } }
}

async function change(call: Call): Promise<Answer> {
  const context = here(call)
  const { field, model } = await mustFind(call, context)
  const body = mustBe(changedField, await call.json())
  const changed = await call.services.fields.change(context.actor, field.id, fieldChangeOf(body, field))
  return { status: 200, json: { customField: fieldWire(changed, model), traceId: call.id } }
}

async function remove(call: Call): Promise<Answer> {
  const context = here(call)
  const { field } = await mustFind(call, context)
  await call.services.fields.remove(context.actor, field.id)
  return { status: 200, json: { succeded: true, traceId: call.id } }
}

function here(call: Call): LocationContext {
  const context = contextOf(call)
  mustBeOwnLocation(context, call.params['locationId'])
  return context
}

function modelsOf(name: string | null): readonly Model[] {
  if (name === 'all') return ['contact', 'opportunity']
  if (name === null || name === '' || name === 'contact') return ['contact']
  if (name === 'opportunity') return [name]
  throw invalid(['model must be one of the following values: contact, opportunity, all'])
}

function moduleOf(call: Call, context: LocationContext, model: Model): Promise<Module> {
  return call.services.records.module(context.actor, MODULES[model])
}

/** Fields of other modules are treated as unknown. */
async function mustFind(call: Call, context: LocationContext): Promise<{ field: Field; model: Model }> {
  const face = call.params['id'] ?? ''
  const id = idOfPublicId(face) as FieldId | null
  const field = id === null ? null : await fieldOrNull(call, context, id)
  for (const model of ['contact', 'opportunity'] as const)
    if (field?.module === (await moduleOf(call, context, model)).id) return { field, model }
  throw fieldUnknown(face)
}

async function fieldOrNull(call: Call, context: LocationContext, id: FieldId): Promise<Field | null> {
  try {
    return await call.services.fields.find(context.actor, id)
  } catch (error) {
    if (error instanceof Fault && error.code === 'not_found') return null
    throw error
  }
}

/** The requested key unchanged, or one derived from the name with the first free suffix `_1`, `_2`, and so on. */
async function freeKey(
  call: Call,
  context: LocationContext,
  module: Module,
  requested: string | null,
  made: string,
): Promise<string> {
  const fields = await call.services.fields.list(context.actor, module.id)
  if (fields.length >= MAX_FIELDS)
    throw new Fault(
      'invalid_input',
      'field',
      `There are ${String(MAX_FIELDS)} custom fields already, the most there may be.`,
    )
  if (requested !== null) return requested
  const taken = new Set(fields.map(({ key }) => key))
  let key = made
  for (let count = 1; taken.has(key); count++) key = `${made}_${String(count)}`
  return key
}

function keyFrom(model: Model, requested: string): string | null {
  if (requested.trim() === '') return null
  return keyOf(model, requested.startsWith(`${model}.`) ? requested.slice(model.length + 1) : requested)
}
