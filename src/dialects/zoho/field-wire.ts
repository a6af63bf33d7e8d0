/** The fields of a module as listed by `settings/fields`: those that this dialect reads and writes on records. */
import type { Module } from '../../core/model/model.ts'
import { mandatoryFieldOf, mayHavePhoto, wordOf } from './modules.ts'
import { namesIn } from './record-wire.ts'

/** Zoho's `data_type` and `json_type`, and the maximum length of a text. */
interface Kind {
  readonly data: string
  readonly json: string
  readonly length: number
}

const TEXT: Kind = { data: 'text', json: 'string', length: 255 }

const KINDS: Readonly<Record<string, Kind>> = {
  Email: { data: 'email', json: 'string', length: 100 },
  Phone: { data: 'phone', json: 'string', length: 50 },
  Website: { data: 'website', json: 'string', length: 450 },
  Date_of_Birth: { data: 'date', json: 'string', length: 20 },
  Note_Content: { data: 'textarea', json: 'string', length: 32_000 },
  Owner: { data: 'ownerlookup', json: 'jsonobject', length: 120 },
  Created_By: { data: 'ownerlookup', json: 'jsonobject', length: 120 },
  Modified_By: { data: 'ownerlookup', json: 'jsonobject', length: 120 },
  Created_Time: { data: 'datetime', json: 'string', length: 120 },
  Modified_Time: { data: 'datetime', json: 'string', length: 120 },
  Record_Image: { data: 'profileimage', json: 'string', length: 255 },
}

/** Fields that the server sets on every record. */
const SERVER_WRITTEN = ['Owner', 'Created_By', 'Modified_By', 'Created_Time', 'Modified_Time']
const PERSONS = new Set(['leads', 'contacts'])

/** The SDKs require `api_name` and `data_type`; `system_mandatory` makes them refuse an insert that lacks the field. */
export function fieldRows(module: Module): object[] {
  const readOnly = [
    ...(PERSONS.has(wordOf(module.name)) ? ['Full_Name'] : []),
    ...(mayHavePhoto(module) ? ['Record_Image'] : []),
    ...SERVER_WRITTEN,
  ]
  const mandatory = mandatoryFieldOf(module)
  const names = [mandatory, ...Object.keys(namesIn(module)).filter((name) => name !== mandatory), ...readOnly]
  return names.map((name, index) =>
    fieldRow(module, { name, index, isMandatory: name === mandatory, isReadOnly: readOnly.includes(name) }),
  )
}

interface Fact {
  readonly name: string
  readonly index: number
  readonly isMandatory: boolean
  readonly isReadOnly: boolean
}

function fieldRow(module: Module, { name, index, isMandatory, isReadOnly }: Fact): object {
  const { data, json, length } = KINDS[name] ?? TEXT
  const label = name.replaceAll('_', ' ')
  return {
    id: fieldId(module, index),
    api_name: name,
    field_label: label,
    display_label: label,
    data_type: data,
    json_type: json,
    length,
    read_only: isReadOnly,
    field_read_only: isReadOnly,
    visible: true,
    custom_field: false,
    system_mandatory: isMandatory,
    mass_update: false,
    webhook: true,
    created_source: 'default',
    view_type: { view: true, edit: !isReadOnly, create: !isReadOnly, quick_create: isMandatory },
    pick_list_values: [],
    lookup: {},
    unique: {},
    formula: {},
    currency: {},
    auto_number: {},
    multiselectlookup: {},
    default_value: null,
    tooltip: null,
    decimal_place: null,
  }
}

/**
 * These fields have no rows of their own, so ids are derived from the module's id. Modules created together have
 * consecutive ids.
 */
function fieldId({ id }: Module, index: number): string {
  return String(BigInt(id) + BigInt((index + 1) * 1000))
}
