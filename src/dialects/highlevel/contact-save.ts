/** Saves a contact in one commit, and maps conflicts to HighLevel's errors. */
import { publicIdOf } from '../../core/model/ids.ts'
import type { CrmRecord, Field, Module, RecordId } from '../../core/model/model.ts'
import type { RecordSave } from '../../core/crm/records.ts'
import type { Call } from '../../http/contracts.ts'
import type { ContactBody } from './bodies.ts'
import { customValuesOf, propertiesOf } from './contact-values.ts'
import { contactUnknown, duplicated, invalidUrl } from './faults.ts'
import type { LocationContext } from './context.ts'
import { contactWire, nameOf, type Wire } from './wire.ts'

interface ContactSave {
  readonly context: LocationContext
  readonly module: Module
  /** Null: a new contact. */
  readonly change: RecordId | null
  readonly body: ContactBody
  /** What happens when another contact has the same e-mail or phone; null: the contact is saved regardless. */
  readonly duplicates: 'refuse' | 'update' | null
}

interface SavedContact {
  readonly isNew: boolean
  readonly wire: Wire
}

export async function saveContact(call: Call, save: ContactSave): Promise<SavedContact> {
  const { context, module, change, body } = save
  // The answer shows the contact: who may not see it is refused before anything is saved.
  await call.services.gate.authorize(context.actor, 'records.view', { kind: 'module', module: module.id })
  const fields = await call.services.fields.list(context.actor, module.id)
  const custom = await customValuesOf(call, context, fields, body.customFields ?? [])
  const properties = propertiesOf(body)
  const prepared: RecordSave = { change, properties, ...custom, match: matchOf(save) }
  const [saved] = await call.services.records.save(context.actor, module.id, [prepared])
  switch (saved?.outcome) {
    case 'created':
    case 'updated':
      return { isNew: saved.outcome === 'created', wire: await wireOf(call, context, saved.record, fields) }
    case 'duplicate':
      throw duplicated(publicIdOf(saved.record.id), nameOf(saved.record), saved.by)
    case 'bad_reference':
      throw invalidUrl(
        `The entry "${saved.key.slice(0, 60)}" of custom field ${publicIdOf(saved.field)} names a document that this location does not have; upload the file first.`,
      )
    default:
      throw contactUnknown(change === null ? '' : publicIdOf(change))
  }
}

/** The whole contact in the API's shape. */
export async function wireOf(
  call: Call,
  { actor }: LocationContext,
  contact: CrmRecord,
  fields: readonly Field[],
): Promise<Wire> {
  const entries = await call.services.records.entries(actor, contact.id)
  return contactWire(contact, fields, entries, call.origin)
}

/** A location forbids duplicates unless its settings allow them. */
export function allowsDuplicates({ location }: LocationContext): boolean {
  return location.properties['allowDuplicateContact'] === true
}

function matchOf({ body, duplicates }: ContactSave): (RecordSave['match'] & object) | null {
  const [email, phone] = [body.email?.trim() ?? '', body.phone?.trim() ?? '']
  if (duplicates === null || (email === '' && phone === '')) return null
  return { email: email === '' ? null : email, phone: phone === '' ? null : phone, then: duplicates }
}
