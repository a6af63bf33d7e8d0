import { ORGANIZATION, type Gate } from '../access/authorize.ts'
import { ALWAYS, createOperations, open, type Open, type Operation, type Requirement } from '../access/operation.ts'
import type { Usage } from '../ports/attachment-page.ts'
import type { Catalog, OrganizationChange } from '../ports/catalog.ts'
import { Fault } from '../model/fault.ts'
import type { Module, ModuleId, Organization, OrganizationId, Properties, User, UserId } from '../model/model.ts'

/** The modules of every new organization: API name, singular, plural. */
const STANDARD_MODULES = [
  ['Leads', 'Lead', 'Leads'],
  ['Accounts', 'Account', 'Accounts'],
  ['Contacts', 'Contact', 'Contacts'],
  ['Deals', 'Deal', 'Deals'],
  ['Campaigns', 'Campaign', 'Campaigns'],
  ['Tasks', 'Task', 'Tasks'],
  ['Cases', 'Case', 'Cases'],
  ['Events', 'Event', 'Events'],
  ['Calls', 'Call', 'Calls'],
  ['Solutions', 'Solution', 'Solutions'],
  ['Products', 'Product', 'Products'],
  ['Vendors', 'Vendor', 'Vendors'],
  ['Price_Books', 'Price Book', 'Price Books'],
  ['Quotes', 'Quote', 'Quotes'],
  ['Sales_Orders', 'Sales Order', 'Sales Orders'],
  ['Purchase_Orders', 'Purchase Order', 'Purchase Orders'],
  ['Invoices', 'Invoice', 'Invoices'],
  ['Notes', 'Note', 'Notes'],
] as const

interface OrganizationRequest {
  readonly name: string
  readonly agency?: string
  readonly properties?: Properties
  readonly user: { readonly name: string; readonly email: string }
}

export interface Organizations {
  /** With the standard modules and one user, in whose name its tokens act. */
  readonly create: Operation<[request: OrganizationRequest], Organization>
  /** Every organization, in order of id. */
  readonly list: Operation<[after: OrganizationId | null, limit: number], readonly Organization[]>
  /** The actor's own. Fault: `not_found` about `organization`. */
  readonly change: Operation<[change: OrganizationChange], Organization>
  /** The actor's own, with everything that it has; its bytes are removed afterwards. Fault: `not_found` about `organization`. */
  readonly remove: Operation<[], void>
  /** Counted anew for each call. */
  readonly usage: Operation<[], Usage>
  /** A custom module; `singular` and `plural` are its API name unless given. Faults: `invalid_input`, or `conflict` when the name is taken. */
  readonly addModule: Operation<[name: string, words?: ModuleWords], Module>
  /** With its records and fields. Fault: `conflict` for a module that every organization has. */
  readonly removeModule: Operation<[module: Module], void>
  /** Fault: `not_found` about `organization`. For what acts before an actor within it is known: operators, consent, token endpoints. */
  readonly find: Open<(id: OrganizationId) => Promise<Organization>>
  /** In whose name tokens without a user act. */
  readonly firstUser: Open<(id: OrganizationId) => Promise<User | null>>
  /** Of one agency, in order of id, at most `limit`. */
  readonly ofAgency: Open<(agency: string, limit: number) => Promise<readonly Organization[]>>
  /** The origins of all registered redirect URIs. */
  readonly redirectOrigins: Open<() => Promise<ReadonlySet<string>>>
}

interface ModuleWords {
  readonly singular?: string
  readonly plural?: string
}

interface OrganizationsParts {
  readonly catalog: Catalog
  readonly gate: Gate
  readonly newId: () => string
  readonly now: () => number
  /** Removes what nothing refers to any more: cached identities and unreferenced bytes. */
  readonly collect: () => Promise<void>
}

const SERVER: Requirement = ['organizations.manage', ORGANIZATION]
const MODULES: Requirement = ['modules.manage', ORGANIZATION]

export function createOrganizations({ catalog, gate, newId, now, collect }: OrganizationsParts): Organizations {
  const { operation } = createOperations(gate)
  const newOrganization = ({ name, agency, properties, user }: OrganizationRequest) => ({
    id: newId() as OrganizationId,
    name,
    agency: agency ?? newId(),
    properties: properties ?? {},
    at: now(),
    modules: STANDARD_MODULES.map(([api, singular, plural]) => ({
      ...{ id: newId() as ModuleId, name: api, singular, plural, custom: false },
    })),
    user: { id: newId() as UserId, ...user },
  })
  return {
    create: operation(SERVER, async (_actor, request) => catalog.createOrganization(newOrganization(request)), ALWAYS),
    list: operation(SERVER, async (_actor, after, limit) => catalog.organizations(after, limit), ALWAYS),
    change: operation(['organization.change', ORGANIZATION], async ({ organization }, change) =>
      mustExist(await catalog.updateOrganization(organization, change), organization),
    ),
    remove: operation(
      SERVER,
      async ({ organization }) => {
        mustExist((await catalog.removeOrganization(organization, now())) || null, organization)
        await collect()
      },
      ALWAYS,
    ),
    usage: operation(['usage.view', ORGANIZATION], async ({ organization }) => catalog.usage(organization)),
    addModule: operation(MODULES, async ({ organization }, name, { singular, plural } = {}) => {
      mustBeModuleName(name)
      const words = name.replaceAll('_', ' ')
      const own = { id: newId() as ModuleId, name, singular: singular ?? words, plural: plural ?? words, custom: true }
      const module = await catalog.createModule(organization, own)
      if (module === null) throw new Fault('conflict', 'module', `There is a module ${name} already.`)
      return module
    }),
    removeModule: operation(MODULES, async ({ organization }, { id, name }) => {
      if (!(await catalog.removeModule(organization, id, now()))) throw isStandard(name)
      await collect()
    }),
    find: open('the caller has proved elsewhere which organizations it may act in', async (id) =>
      mustExist(await catalog.organization(id), id),
    ),
    firstUser: open('as for find', (id) => catalog.firstUser(id)),
    ofAgency: open('as for find', (agency, limit) => catalog.organizationsOf(agency, limit)),
    redirectOrigins: open('CORS is decided before a caller is known', async () => {
      const origins = (await catalog.redirectUris()).map((uri) => URL.parse(uri)?.origin)
      return new Set(origins.filter((origin) => origin !== undefined && origin !== 'null') as string[])
    }),
  }
}

function mustBeModuleName(name: string): void {
  if (/^[A-Za-z][A-Za-z0-9_]{0,49}$/.test(name)) return
  throw new Fault(
    'invalid_input',
    'module',
    `"${name.slice(0, 60)}" is no module name: a letter, then up to 49 letters, digits and underscores.`,
  )
}

function isStandard(name: string): Fault {
  return new Fault('conflict', 'module', `The module ${name} is one that every organization has; it cannot be removed.`)
}

function mustExist<T>(found: T | null, id: OrganizationId): T {
  if (found === null) throw new Fault('not_found', 'organization', `There is no organization ${id.slice(0, 40)} here.`)
  return found
}
