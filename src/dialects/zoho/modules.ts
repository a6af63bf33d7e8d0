/** Properties of Zoho CRM v2's modules: names, mandatory fields, photos. */
import { actorOf, type Actor } from '../../core/access/actor.ts'
import { Fault } from '../../core/model/fault.ts'
import type { Module } from '../../core/model/model.ts'
import type { Call } from '../../http/contracts.ts'

/** The reference page: "modules such as Documents and Projects are not supported in the current API". */
const UNSUPPORTED = new Set(['documents', 'projects'])

/** The mandatory field of each module, which is also the record's title. */
const MANDATORY: Readonly<Record<string, string>> = {
  leads: 'Last_Name',
  accounts: 'Account_Name',
  contacts: 'Last_Name',
  deals: 'Deal_Name',
  campaigns: 'Campaign_Name',
  tasks: 'Subject',
  cases: 'Subject',
  events: 'Event_Title',
  calls: 'Subject',
  solutions: 'Solution_Title',
  products: 'Product_Name',
  vendors: 'Vendor_Name',
  pricebooks: 'Price_Book_Name',
  quotes: 'Subject',
  salesorders: 'Subject',
  purchaseorders: 'Subject',
  invoices: 'Subject',
  notes: 'Note_Content',
}

const WITH_PHOTO = new Set(['leads', 'contacts', 'accounts', 'products', 'vendors'])

/**
 * Lower case without spaces and underscores: the form in which scopes name a module, and in which two spellings are
 * compared.
 */
export function wordOf(moduleName: string): string {
  return moduleName.toLowerCase().replace(/[\s_]/g, '')
}

/** Whether the module is one of Zoho's own; scopes name every other module `custom`. */
export function isStandard(word: string): boolean {
  return Object.hasOwn(MANDATORY, word)
}

export function mandatoryFieldOf(module: Module): string {
  return module.custom ? 'Name' : (MANDATORY[wordOf(module.name)] ?? 'Name')
}

export function mayHavePhoto(module: Module): boolean {
  return module.custom || WITH_PHOTO.has(wordOf(module.name))
}

/** The actor, and the module that the path names. */
export function moduleOf(call: Call): Promise<{ actor: Actor; module: Module }> {
  return moduleNamed(call, call.params['module'] ?? '')
}

export async function moduleNamed(call: Call, name: string): Promise<{ actor: Actor; module: Module }> {
  const actor = actorOf(call.caller)
  return { actor, module: await call.services.records.module(actor, mustBeSupported(name)) }
}

/**
 * The module's name in the path. Fault: `not_found` for a module that exists at Zoho but is not supported in this API.
 */
export function moduleNameOf(call: Call): string {
  return mustBeSupported(call.params['module'] ?? '')
}

function mustBeSupported(name: string): string {
  if (UNSUPPORTED.has(wordOf(name))) {
    throw new Fault('not_found', 'module', `The module ${name.slice(0, 60)} exists in Zoho CRM, but not in its API.`, {
      reason: 'unsupported',
    })
  }
  return name
}
