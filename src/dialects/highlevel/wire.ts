/** The shapes of a contact: pure functions, named as in HighLevel's OpenAPI. */
import { publicIdOf } from '../../core/model/ids.ts'
import type { CrmRecord, Field, FieldEntry, Json, Properties } from '../../core/model/model.ts'
import { holdsFiles } from '../../core/crm/fields.ts'
import { fileWire } from './file-wire.ts'

export type Wire = Readonly<Record<string, unknown>>

/** HighLevel's names of a contact's text properties -> property names of the core. */
export const TEXT_PROPERTIES = {
  firstName: 'firstName',
  lastName: 'lastName',
  email: 'email',
  phone: 'phone',
  companyName: 'companyName',
  website: 'website',
  address1: 'street',
  city: 'city',
  state: 'state',
  postalCode: 'postalCode',
  country: 'country',
  source: 'source',
  dateOfBirth: 'dateOfBirth',
  timezone: 'timezone',
  gender: 'gender',
  assignedTo: 'assignedTo',
  ssn: 'ssn',
  type: 'type',
  keyword: 'keyword',
  businessId: 'businessId',
  visitorId: 'visitorId',
} as const

/** Properties that are not texts; stored under HighLevel's own names. */
const OTHER_PROPERTIES = ['dndSettings', 'inboundDndSettings', 'attributionSource', 'lastAttributionSource'] as const

/** `GetContectByIdSchema` (its spelling). `fields` are all fields of contacts, `entries` the files in them. */
export function contactWire(
  contact: CrmRecord,
  fields: readonly Field[],
  entries: readonly FieldEntry[],
  origin: string,
): Wire {
  const { properties } = contact
  const others = OTHER_PROPERTIES.filter((name) => properties[name] !== undefined)
  return {
    id: publicIdOf(contact.id),
    locationId: publicIdOf(contact.organization),
    name: nameOf(contact),
    type: 'lead',
    dnd: properties['dnd'] === true,
    tags: Array.isArray(properties['tags']) ? properties['tags'] : [],
    ...textsOf(properties),
    ...lowerCased(contact),
    ...Object.fromEntries(others.map((name) => [name, properties[name]])),
    dateAdded: isoOf(contact.createdAt),
    dateUpdated: isoOf(contact.modifiedAt),
    customFields: customFieldsOf(contact, fields, entries, origin),
  }
}

/** `CreateContactSchema`, which only POST /contacts/ answers with. */
export function createdContactWire(contact: Wire): Wire {
  const born = typeof contact['dateOfBirth'] === 'string' ? Date.parse(contact['dateOfBirth']) : NaN
  const birth = Number.isNaN(born)
    ? {}
    : {
        dateOfBirth: isoOf(born),
        birthMonth: new Date(born).getUTCMonth() + 1,
        birthDay: new Date(born).getUTCDate(),
      }
  return {
    ...contact,
    ...birth,
    deleted: false,
    bounceEmail: false,
    unsubscribeEmail: false,
    lastSessionActivityAt: contact['dateAdded'],
    offers: [],
    products: [],
  }
}

export function nameOf({ title, properties }: CrmRecord): string {
  const names = [properties['firstName'], properties['lastName']].filter(isText)
  return names.length > 0 ? names.join(' ') : title
}

function customFieldsOf(
  contact: CrmRecord,
  fields: readonly Field[],
  entries: readonly FieldEntry[],
  origin: string,
): readonly Wire[] {
  const files = Map.groupBy(entries, ({ field }) => field)
  const valueOf = (field: Field): unknown => {
    if (!holdsFiles(field)) return contact.values[field.id] ?? undefined
    const entriesOfField = files.get(field.id)
    // `fromEntries` defines keys and never assigns them, so a file id of `__proto__` is safe.
    return entriesOfField && Object.fromEntries(entriesOfField.map((entry) => [entry.key, fileWire(entry, origin)]))
  }
  return fields
    .map((field) => ({ id: publicIdOf(field.id), value: valueOf(field) }))
    .filter(({ value }) => value !== undefined)
}

function textsOf(properties: Properties): Wire {
  const known = Object.entries(TEXT_PROPERTIES).map(([wire, server]) => [wire, properties[server]] as const)
  return Object.fromEntries(known.filter(([, value]) => isText(value)))
}

function lowerCased(contact: CrmRecord): Wire {
  const { firstName, lastName, email } = contact.properties
  const texts = [
    ['firstNameLowerCase', firstName],
    ['lastNameLowerCase', lastName],
    ['fullNameLowerCase', nameOf(contact)],
    ['emailLowerCase', email],
  ] as const
  return Object.fromEntries(texts.flatMap(([key, value]) => (isText(value) ? [[key, value.toLowerCase()]] : [])))
}

function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

export function isText(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== ''
}
