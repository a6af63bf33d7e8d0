import type { OrganizationId } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { id, newOrganization, organizationChange } from './bodies.ts'
import { cursorOf, valuesOf } from './cursor.ts'
import { ORGANIZATION } from '../../core/access/authorize.ts'
import { operatorOf, ORGANIZATION_PATH, contextOf, scope } from './context.ts'
import { pageQuery } from './queries.ts'
import { moduleNames } from './context.ts'
import { organizationWire, timeOf } from './model-wire.ts'
import { bodyOf, queryOf } from './validation.ts'
import { organization, organizations, usage, type UsageWire } from './wire.ts'

const tag = 'Organizations'
const ALL = '/api/v1/organizations'

export const organizationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: ALL,
    operation: 'list organizations',
    needs: scope('organizations.read'),
    about: {
      tag,
      description: "In the order of their making. A token of one organization lists that one; an operator's lists all.",
      query: pageQuery,
      answers: { 200: { description: 'A page of organizations', schema: organizations } },
    },
    answer: list,
  },
  {
    method: 'POST',
    path: ALL,
    operation: 'create an organization',
    needs: scope('organizations.write'),
    about: {
      tag,
      description:
        "With the standard modules (Leads, Contacts, Deals, …) and its first user. For operators' tokens alone.",
      body: { type: 'application/json', schema: newOrganization },
      answers: { 201: { description: 'The new organization', schema: organization } },
    },
    answer: create,
  },
  {
    method: 'GET',
    path: ORGANIZATION_PATH,
    operation: 'get an organization',
    needs: scope('organizations.read'),
    about: { tag, answers: { 200: { description: 'The organization', schema: organization } } },
    answer: async (call) => ({ status: 200, json: organizationWire((await contextOf(call)).organization) }),
  },
  {
    method: 'PATCH',
    path: ORGANIZATION_PATH,
    operation: 'change an organization',
    needs: scope('organizations.write'),
    about: {
      tag,
      body: { type: 'application/json', schema: organizationChange },
      answers: { 200: { description: 'The organization as it is now', schema: organization } },
    },
    answer: change,
  },
  {
    method: 'DELETE',
    path: ORGANIZATION_PATH,
    operation: 'delete an organization',
    needs: scope('organizations.write'),
    about: {
      tag,
      description:
        "With its modules, records, attachments, users and tokens: gone at once, its bytes removed after. For operators' tokens alone; there is no way back.",
      answers: { 204: { description: 'It is gone', schema: null } },
    },
    answer: remove,
  },
  {
    method: 'GET',
    path: `${ORGANIZATION_PATH}/usage`,
    operation: "get an organization's usage",
    needs: scope('usage.read'),
    about: {
      tag,
      description: 'Counted anew for each call; photos count as attachments.',
      answers: { 200: { description: 'What it holds, by module', schema: usage } },
    },
    answer: usageOf,
  },
]

async function list(call: Call): Promise<Answer> {
  const { limit, cursor } = queryOf(pageQuery, call)
  const own = call.caller.organization
  if (own !== null) return { status: 200, json: { items: [organizationWire(own)], next: null } }
  const after = cursor === undefined ? null : (valuesOf(id, cursor) as OrganizationId)
  const found = await call.services.organizations.list(operatorOf(call), after, limit + 1)
  const items = found.slice(0, limit).map(organizationWire)
  return { status: 200, json: { items, next: found.length > limit ? cursorOf(items.at(-1)?.id) : null } }
}

async function create(call: Call): Promise<Answer> {
  const actor = operatorOf(call)
  await call.services.gate.authorize(actor, 'organizations.manage', ORGANIZATION)
  const { agency, properties, ...body } = await bodyOf(newOrganization, call)
  const made = await call.services.organizations.create(actor, {
    ...body,
    ...(agency === undefined ? {} : { agency }),
    ...(properties === undefined ? {} : { properties }),
  })
  return { status: 201, json: organizationWire(made) }
}

async function change(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { name, properties } = await bodyOf(organizationChange, call)
  const changed = await call.services.organizations.change(actor, {
    ...(name === undefined ? {} : { name }),
    ...(properties === undefined ? {} : { properties }),
  })
  return { status: 200, json: organizationWire(changed) }
}

async function remove(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  await call.services.organizations.remove(actor)
  return { status: 204 }
}

async function usageOf(call: Call): Promise<Answer> {
  const context = await contextOf(call)
  const modules = await call.services.records.modules(context.actor)
  const names = await moduleNames(call, context)
  const counted = await call.services.organizations.usage(context.actor)
  const of = new Map(counted.modules.map((one) => [one.module, one]))
  const none = { attachments: 0, bytes: 0 }
  const { attachments, bytes } = of.get(null) ?? none
  const rows = modules.map(({ id, records }) => {
    const found = of.get(id) ?? none
    return { module: names.get(id) ?? '', records, attachments: found.attachments, bytes: found.bytes }
  })
  const answer: UsageWire = {
    at: timeOf(Date.now()),
    records: sum(rows.map((row) => row.records)),
    attachments: sum(rows.map((row) => row.attachments)) + attachments,
    bytes: sum(rows.map((row) => row.bytes)) + bytes,
    storedBytes: counted.stored,
    unfiled: { attachments, bytes },
    modules: rows,
  }
  return { status: 200, json: answer }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
