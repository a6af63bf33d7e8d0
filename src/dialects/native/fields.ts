import type { FieldChange } from '../../core/ports/catalog.ts'
import type { Field, FieldId, Module } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { fieldChange, id, newField } from './bodies.ts'
import { pageOf } from './cursor.ts'
import { moduleIn, moduleNames, ORGANIZATION_PATH, contextOf, scope, type OrganizationContext } from './context.ts'
import { pageQuery } from './queries.ts'
import { fieldWire } from './model-wire.ts'
import { bodyOf, queryOf } from './validation.ts'
import { field, fields } from './wire.ts'

const tag = 'Modules and fields'
const ONE = `${ORGANIZATION_PATH}/fields/:field`
/** Default maximum of files in one upload to a file field. */
const MAX_FILES = 15

export const fieldRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ORGANIZATION_PATH}/modules/:module/fields`,
    operation: 'list fields',
    needs: scope('modules.read'),
    about: {
      tag,
      description: 'Custom fields of a module, in their order. At most 1,000 are listed.',
      query: pageQuery,
      answers: { 200: { description: 'A page of fields', schema: fields } },
    },
    answer: list,
  },
  {
    method: 'POST',
    path: `${ORGANIZATION_PATH}/modules/:module/fields`,
    operation: 'create a field',
    needs: scope('modules.write'),
    about: {
      tag,
      description: 'A field of type `file` or `signature` holds files; any other holds a value.',
      body: { type: 'application/json', schema: newField },
      answers: { 201: { description: 'The new field', schema: field } },
    },
    answer: create,
  },
  {
    method: 'GET',
    path: ONE,
    operation: 'get a field',
    needs: scope('modules.read'),
    about: { tag, answers: { 200: { description: 'The field', schema: field } } },
    answer: read,
  },
  {
    method: 'PATCH',
    path: ONE,
    operation: 'change a field',
    needs: scope('modules.write'),
    about: {
      tag,
      body: { type: 'application/json', schema: fieldChange },
      answers: { 200: { description: 'The field as it is now', schema: field } },
    },
    answer: change,
  },
  {
    method: 'DELETE',
    path: ONE,
    operation: 'delete a field',
    needs: scope('modules.write'),
    about: {
      tag,
      description: 'The files that it held stay on their records.',
      answers: { 204: { description: 'It is gone', schema: null } },
    },
    answer: remove,
  },
]

async function list(call: Call): Promise<Answer> {
  const context = await contextOf(call)
  const query = queryOf(pageQuery, call)
  const module = await moduleIn(call, context)
  const all = await call.services.fields.list(context.actor, module.id)
  const { items, next } = pageOf(all, query, id)
  return { status: 200, json: { items: items.map((one) => fieldWire(one, module.name)), next } }
}

async function create(call: Call): Promise<Answer> {
  const context = await contextOf(call)
  const module = await moduleIn(call, context)
  const { key, type, ...body } = await bodyOf(newField, call)
  const isForFiles = type === 'file' || type === 'signature'
  const made = await call.services.fields.create(context.actor, {
    module: module.id,
    name: body.name,
    key: key ?? keyOf(module, body.name),
    type,
    placeholder: body.placeholder ?? '',
    position: body.position ?? 0,
    acceptedTypes: body.acceptedTypes ?? [],
    maxFiles: isForFiles ? (body.maxFiles ?? MAX_FILES) : 1,
    properties: body.properties ?? {},
  })
  return { status: 201, json: fieldWire(made, module.name) }
}

async function read(call: Call): Promise<Answer> {
  const context = await contextOf(call)
  return answerWith(call, context, await call.services.fields.find(context.actor, idIn(call)))
}

async function change(call: Call): Promise<Answer> {
  const context = await contextOf(call)
  const body = await bodyOf(fieldChange, call)
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as FieldChange
  return answerWith(call, context, await call.services.fields.change(context.actor, idIn(call), given))
}

async function remove(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  await call.services.fields.remove(actor, idIn(call))
  return { status: 204 }
}

async function answerWith(call: Call, context: OrganizationContext, found: Field): Promise<Answer> {
  const names = await moduleNames(call, context)
  return { status: 200, json: fieldWire(found, names.get(found.module) ?? '') }
}

function idIn({ params }: Call): FieldId {
  return (params['field'] ?? '') as FieldId
}

/**
 * `contact.passport_scan`: the module in the singular, then letters and digits of any script, joined by underscores.
 */
function keyOf({ singular }: Module, name: string): string {
  const slug = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 70)
  return `${slug(singular)}.${slug(name) || 'field'}`
}
