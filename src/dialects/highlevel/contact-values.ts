/** Maps a contact's body to what the core saves: properties, values of custom fields, and files of file fields. */
import { holdsFiles } from '../../core/crm/fields.ts'
import { idOfPublicId } from '../../core/model/ids.ts'
import type { Field, Json, Properties } from '../../core/model/model.ts'
import type { RecordSave } from '../../core/crm/records.ts'
import type { Call } from '../../http/contracts.ts'
import type { ContactBody, CustomValue } from './bodies.ts'
import { fieldUnknown, invalid } from './faults.ts'
import { fileEntriesOf, type FileEntry } from './file-values.ts'
import type { LocationContext } from './context.ts'
import { TEXT_PROPERTIES } from './wire.ts'

const OTHERS = [
  'dnd',
  'tags',
  'dndSettings',
  'inboundDndSettings',
  'attributionSource',
  'lastAttributionSource',
] as const

/** Only properties present in the body are changed; null and an empty text remove. */
export function propertiesOf(body: ContactBody): Properties {
  const texts = Object.entries(TEXT_PROPERTIES).flatMap(([wire, server]) => {
    const value = body[wire as keyof typeof TEXT_PROPERTIES]
    return value === undefined ? [] : [[server, textOf(value)] as const]
  })
  const others = OTHERS.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name] as Json] as const]))
  return {
    ...namesOf(body),
    ...Object.fromEntries(texts),
    ...Object.fromEntries(others),
    ...(body.dateOfBirth === undefined ? {} : { dateOfBirth: dayOf(body.dateOfBirth) }),
  }
}

/** By id or by key, with or without the prefix `contact.`. Fault: `not_found` about `field`. */
export async function customValuesOf(
  call: Call,
  context: LocationContext,
  fields: readonly Field[],
  given: readonly CustomValue[],
): Promise<Required<Pick<RecordSave, 'values' | 'files'>>> {
  const values = new Map<string, Json>()
  const files = new Map<Field['id'], readonly FileEntry[]>()
  for (const item of given) {
    const field = fieldOf(fields, item)
    const value = item.field_value ?? item.fieldValue ?? item.value
    const sent = value ?? (isExplicitNull(item) ? null : undefined)
    if (sent === undefined) continue
    if (!holdsFiles(field)) values.set(field.id, sent === '' ? null : (sent as Json))
    else {
      const entries = await fileEntriesOf(call, context, field, sent)
      if (entries !== null) files.set(field.id, entries)
    }
  }
  return {
    values: Object.fromEntries(values),
    files: [...files].map(([field, entries]) => ({ field, entries })),
  }
}

function isExplicitNull({ field_value, fieldValue, value }: CustomValue): boolean {
  return field_value === null || fieldValue === null || value === null
}

function fieldOf(fields: readonly Field[], { id, key }: CustomValue): Field {
  const named = typeof id === 'string' && id !== '' ? id : (key ?? '')
  const known = fields.find(
    named === id
      ? (field) => field.id === idOfPublicId(named)
      : (field) => field.key === named || field.key === `contact.${named}`,
  )
  if (known !== undefined) return known
  throw fieldUnknown(
    named,
    ': each entry of customFields names a custom field of contacts by its "id" or its "key"; GET /locations/{locationId}/customFields lists them.',
  )
}

function textOf(value: string | null): string | null {
  return value === '' ? null : value
}

/** A full name without first and last name is split at its first space. */
function namesOf({ name, firstName, lastName }: ContactBody): Properties {
  if (typeof name !== 'string' || name.trim() === '' || firstName !== undefined || lastName !== undefined) return {}
  const [first = '', ...rest] = name.trim().split(/\s+/)
  return { firstName: first, lastName: rest.length === 0 ? null : rest.join(' ') }
}

/** Year, month and day in the eight forms that HighLevel's OpenAPI lists, or an ISO time; stored as `YYYY-MM-DD`. */
function dayOf(value: string | null): string | null {
  if (value === null || value === '') return null
  const yearFirst = /^(\d{4})[/\-._](\d{2})[/\-._](\d{2})(?:T.*)?$/.exec(value)
  const american = /^(\d{2})[/\-._](\d{2})[/\-._](\d{4})$/.exec(value)
  const [year, month, day] = yearFirst?.slice(1) ?? (american ? [american[3], american[1], american[2]] : [])
  const date = `${year ?? ''}-${month ?? ''}-${day ?? ''}`
  const time = new Date(`${date}T00:00:00.000Z`)
  if (!Number.isNaN(time.getTime()) && time.toISOString().startsWith(date)) return date
  throw invalid(['dateOfBirth must be a date such as 1990-09-25'])
}
