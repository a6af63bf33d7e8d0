import type { Answer, Call, Route } from '../../http/contracts.ts'
import { id, newModule } from './bodies.ts'
import { pageOf } from './cursor.ts'
import { moduleIn, ORGANIZATION_PATH, contextOf, scope } from './context.ts'
import { pageQuery } from './queries.ts'
import { moduleWire } from './model-wire.ts'
import { bodyOf, queryOf } from './validation.ts'
import { module, modules } from './wire.ts'

const tag = 'Modules and fields'

export const moduleRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ORGANIZATION_PATH}/modules`,
    operation: 'list modules',
    needs: scope('modules.read'),
    about: {
      tag,
      description: 'The standard ones and its own, with how many records each holds. At most 1,000 are listed.',
      query: pageQuery,
      answers: { 200: { description: 'A page of modules', schema: modules } },
    },
    answer: list,
  },
  {
    method: 'POST',
    path: `${ORGANIZATION_PATH}/modules`,
    operation: 'create a module',
    needs: scope('modules.write'),
    about: {
      tag,
      body: { type: 'application/json', schema: newModule },
      answers: { 201: { description: 'The new module', schema: module } },
    },
    answer: create,
  },
  {
    method: 'GET',
    path: `${ORGANIZATION_PATH}/modules/:module`,
    operation: 'get a module',
    needs: scope('modules.read'),
    about: { tag, answers: { 200: { description: 'The module', schema: module } } },
    answer: async (call) => ({ status: 200, json: moduleWire(await moduleIn(call, await contextOf(call))) }),
  },
  {
    method: 'DELETE',
    path: `${ORGANIZATION_PATH}/modules/:module`,
    operation: 'delete a module',
    needs: scope('modules.write'),
    about: {
      tag,
      description: 'With its fields, its records and their attachments. A standard module stays: 409.',
      answers: { 204: { description: 'It is gone', schema: null } },
    },
    answer: remove,
  },
]

async function list(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const query = queryOf(pageQuery, call)
  const all = await call.services.records.modules(actor)
  return { status: 200, json: pageOf(all.map(moduleWire), query, id) }
}

async function create(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { name, singular, plural } = await bodyOf(newModule, call)
  const words = { ...(singular === undefined ? {} : { singular }), ...(plural === undefined ? {} : { plural }) }
  return { status: 201, json: moduleWire(await call.services.organizations.addModule(actor, name, words)) }
}

async function remove(call: Call): Promise<Answer> {
  const context = await contextOf(call)
  await call.services.organizations.removeModule(context.actor, await moduleIn(call, context))
  return { status: 204 }
}
