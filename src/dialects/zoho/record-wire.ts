/** Maps between Zoho's field names and a record's property names. */
import type { CrmRecord, Json, Module, Properties } from '../../core/model/model.ts'
import { mandatoryFieldOf, wordOf } from './modules.ts'
import { owner, userReference, zohoTime } from './wire.ts'

const PERSONS = new Set(['leads', 'contacts'])

const COMMON_NAMES: Readonly<Record<string, string>> = { Email: 'email', Phone: 'phone', Website: 'website' }
const OF_PERSONS: Readonly<Record<string, string>> = {
  First_Name: 'firstName',
  Last_Name: 'lastName',
  Lead_Source: 'source',
  Date_of_Birth: 'dateOfBirth',
}
const OF_LEADS: Readonly<Record<string, string>> = {
  Company: 'companyName',
  Street: 'street',
  City: 'city',
  State: 'state',
  Zip_Code: 'postalCode',
  Country: 'country',
}
const OF_CONTACTS: Readonly<Record<string, string>> = {
  Mailing_Street: 'street',
  Mailing_City: 'city',
  Mailing_State: 'state',
  Mailing_Zip: 'postalCode',
  Mailing_Country: 'country',
}

/** Fields that only the server writes. */
const READ_ONLY = new Set(['id', 'Owner', 'Created_Time', 'Modified_Time', 'Created_By', 'Modified_By', 'Full_Name'])

/** Wire name -> property name, in this module. */
export function namesIn(module: Module): Readonly<Record<string, string>> {
  const word = wordOf(module.name)
  if (!PERSONS.has(word)) return { ...COMMON_NAMES, [mandatoryFieldOf(module)]: 'name' }
  return { ...COMMON_NAMES, ...OF_PERSONS, ...(word === 'leads' ? OF_LEADS : OF_CONTACTS) }
}

/** Fields that Zoho does not define are kept unchanged; server-written fields and `$` fields are dropped. */
export function propertiesOf(module: Module, item: Readonly<Record<string, Json>>): Properties {
  const names = namesIn(module)
  const kept = Object.entries(item).filter(([name]) => !READ_ONLY.has(name) && !name.startsWith('$'))
  return Object.fromEntries(
    kept.map(([name, value]) => [Object.hasOwn(names, name) ? (names[name] ?? name) : name, value]),
  )
}

export function recordRow(record: CrmRecord, module: Module): Record<string, unknown> {
  const names = new Map(Object.entries(namesIn(module)).map(([wire, name]) => [name, wire]))
  const fields = Object.entries(record.properties).map(([name, value]) => [names.get(name) ?? name, value])
  return {
    ...(Object.fromEntries(fields) as Record<string, unknown>),
    ...(PERSONS.has(wordOf(module.name)) ? { Full_Name: record.title } : {}),
    Owner: owner(record.createdBy),
    Modified_By: userReference(record.modifiedBy),
    Created_By: userReference(record.createdBy),
    Modified_Time: zohoTime(record.modifiedAt),
    Created_Time: zohoTime(record.createdAt),
    $editable: true,
    id: record.id,
  }
}
