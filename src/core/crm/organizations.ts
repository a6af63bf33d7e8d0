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

export interface Organizations {
  /** Creates the standard modules and one user as well; tokens without a user act as that user. */
  create(organization: {
    name: string
    agency?: string
    properties?: Properties
    user: { name: string; email: string }
  }): Promise<Organization>
  /** Fault: `not_found` about `organization`. */
  find(id: OrganizationId): Promise<Organization>
  /** Fault: `not_found` about `organization`. */
  change(id: OrganizationId, change: OrganizationChange): Promise<Organization>
  /** Removes all its data as well; blobs are deleted afterwards. Fault: `not_found` about `organization`. */
  remove(id: OrganizationId): Promise<void>
  /** Computed from the rows on each call. */
  usage(id: OrganizationId): Promise<Usage>
  list(after: OrganizationId | null, limit: number): Promise<readonly Organization[]>
  firstUser(id: OrganizationId): Promise<User | null>
  modules(id: OrganizationId): Promise<readonly Module[]>
  /** Adds a custom module; labels default to its API name with spaces. Faults: `invalid_input`, `conflict` if the name is taken. */
  addModule(id: OrganizationId, name: string, words?: { singular?: string; plural?: string }): Promise<Module>
  /** Removes its records and fields as well. Fault: `conflict` for a standard module. */
  removeModule(module: Module): Promise<void>
  /** Of one agency, in order of id, at most `limit`. */
  ofAgency(agency: string, limit: number): Promise<readonly Organization[]>
  /** The origins of all registered redirect URIs. */
  redirectOrigins(): Promise<ReadonlySet<string>>
}

/** `collect` clears removed rows and deletes their blobs. */
export function createOrganizations(
  catalog: Catalog,
  newId: () => string,
  now: () => number,
  collect: () => Promise<void>,
): Organizations {
  return {
    create: ({ name, agency, properties, user }) =>
      catalog.createOrganization({
        id: newId() as OrganizationId,
        name,
        agency: agency ?? newId(),
        properties: properties ?? {},
        at: now(),
        modules: STANDARD_MODULES.map(([api, singular, plural]) => ({
          id: newId() as ModuleId,
          name: api,
          singular,
          plural,
          custom: false,
        })),
        user: { id: newId() as UserId, ...user },
      }),
    async find(id) {
      const organization = await catalog.organization(id)
      return mustExist(organization, id)
    },
    change: async (id, change) => mustExist(await catalog.updateOrganization(id, change), id),
    async remove(id) {
      mustExist((await catalog.removeOrganization(id, now())) || null, id)
      await collect()
    },
    usage: (id) => catalog.usage(id),
    list: (after, limit) => catalog.organizations(after, limit),
    firstUser: (id) => catalog.firstUser(id),
    modules: (id) => catalog.modules(id),
    async addModule(id, name, labels = {}) {
      if (!/^[A-Za-z][A-Za-z0-9_]{0,49}$/.test(name))
        throw new Fault(
          'invalid_input',
          'module',
          `"${name.slice(0, 60)}" is no module name: a letter, then up to 49 letters, digits and underscores.`,
        )
      const words = name.replaceAll('_', ' ')
      const module = await catalog.createModule(id, {
        id: newId() as ModuleId,
        name,
        singular: labels.singular ?? words,
        plural: labels.plural ?? words,
        custom: true,
      })
      if (module === null) throw new Fault('conflict', 'module', `There is a module ${name} already.`)
      return module
    },
    async removeModule({ organization, id, name }) {
      if (!(await catalog.removeModule(organization, id, now())))
        throw new Fault(
          'conflict',
          'module',
          `The module ${name} is one that every organization has; it cannot be removed.`,
        )
      await collect()
    },
    ofAgency: (agency, limit) => catalog.organizationsOf(agency, limit),
    async redirectOrigins() {
      const origins = (await catalog.redirectUris()).map((uri) => URL.parse(uri)?.origin)
      return new Set(origins.filter((origin) => origin !== undefined && origin !== 'null') as string[])
    },
  }
}

function mustExist<T>(found: T | null, id: OrganizationId): T {
  if (found === null) throw new Fault('not_found', 'organization', `There is no organization ${id.slice(0, 40)} here.`)
  return found
}
