/** Metadata that the SDKs read before they use records: modules, fields and related lists. */
import { actorOf } from '../../core/access/actor.ts'
import { Fault } from '../../core/model/fault.ts'
import { madeAt } from '../../core/model/ids.ts'
import type { Module } from '../../core/model/model.ts'
import type { Answer, Call } from '../../http/contracts.ts'
import { fieldRows } from './field-wire.ts'
import { moduleNamed } from './modules.ts'
import { modifiedSince, notModified } from './if-modified-since.ts'
import { nothing, zohoJson, zohoTime } from './wire.ts'

/** With If-Modified-Since only newer modules, and 304 if there are none. */
export async function listModules(call: Call): Promise<Answer> {
  const since = modifiedSince(call)
  const all = await call.services.records.modules(actorOf(call.caller))
  const modules = since === null ? all : all.filter(({ id }) => madeAt(id) > since)
  if (modules.length === 0) return since === null ? nothing : notModified
  return zohoJson(200, { modules: modules.map(moduleRow) })
}

export async function getModule(call: Call): Promise<Answer> {
  const { module } = await moduleNamed(call, call.params['name'] ?? '')
  return zohoJson(200, { modules: [moduleRow(module, 0)] })
}

export async function listFields(call: Call): Promise<Answer> {
  return zohoJson(200, { fields: fieldRows(await requestedModule(call)) })
}

/** Attachments are the only related list here. */
export async function listRelatedLists(call: Call): Promise<Answer> {
  const module = await requestedModule(call)
  const attachments = {
    id: String(BigInt(module.id) + 999_000n),
    api_name: 'Attachments',
    name: 'Attachments',
    display_label: 'Attachments',
    module: null,
    href: `${module.name}/{ENTITYID}/Attachments`,
    type: 'default',
    sequence_number: '1',
    visible: true,
  }
  return zohoJson(200, { related_lists: [attachments] })
}

/** The module that `?module=` names. */
async function requestedModule(call: Call): Promise<Module> {
  const name = call.query.get('module')?.trim() ?? ''
  if (name === '')
    throw new Fault('invalid_input', 'parameter', 'The query parameter module is missing: module=Leads.', {
      reason: 'missing',
      details: { name: 'module' },
    })
  return (await moduleNamed(call, name)).module
}

/** The SDKs dereference `generated_type` for every module that is `api_supported`. */
function moduleRow(module: Module, index: number): object {
  const yes = { viewable: true, creatable: true, editable: true, deletable: true, show_as_tab: true, visible: true }
  return {
    id: module.id,
    api_name: module.name,
    module_name: module.plural,
    singular_label: module.singular,
    plural_label: module.plural,
    generated_type: module.custom ? 'custom' : 'default',
    api_supported: true,
    ...yes,
    visibility: 1,
    quick_create: true,
    convertable: module.name === 'Leads',
    scoring_supported: false,
    feeds_required: false,
    webform_supported: false,
    emailTemplate_support: false,
    inventory_template_supported: false,
    presence_sub_menu: false,
    triggers_supported: false,
    sequence_number: index + 1,
    business_card_field_limit: 5,
    profiles: [],
    parent_module: {},
    arguments: [],
    web_link: null,
    modified_by: null,
    modified_time: zohoTime(madeAt(module.id)),
  }
}
