/** The location of a call: the only one that its token gives access to. */
import { actorOf, type Actor } from '../../core/access/actor.ts'
import { Fault } from '../../core/model/fault.ts'
import { publicIdOf, idOfPublicId } from '../../core/model/ids.ts'
import type { CrmRecord, Module, Organization, RecordId } from '../../core/model/model.ts'
import type { Call } from '../../http/contracts.ts'
import { contactUnknown, outsideClass, outsideLocation, outsideScope } from './faults.ts'

export interface LocationContext {
  readonly actor: Actor
  readonly location: Organization
}

/** A HighLevel contact is a record of this module. */
const CONTACTS = 'Contacts'

/** Fault: `forbidden` for an agency's token, which has no location. */
export function contextOf({ caller }: Call): LocationContext {
  if (caller.organization === null) throw caller.grant === null ? outsideScope() : outsideClass()
  return { actor: actorOf(caller), location: caller.organization }
}

/** Throws the same fault for another location and for an unknown id, so that existence is not disclosed. */
export function mustBeOwnLocation({ location }: LocationContext, locationId: string | undefined): void {
  if (locationId !== publicIdOf(location.id)) throw outsideLocation()
}

export function contactsOf(call: Call, context: LocationContext): Promise<Module> {
  return call.services.records.module(context.actor, CONTACTS)
}

/** Fault: `not_found` with HighLevel's text, identical for a wrong id, a removed contact and another location's. */
export async function mustFindContact(
  call: Call,
  context: LocationContext,
  module: Module,
  face: string,
): Promise<CrmRecord> {
  const id = idOfPublicId(face) as RecordId | null
  if (id === null) throw contactUnknown(face)
  try {
    return await call.services.records.find(context.actor, module.id, id)
  } catch (error) {
    if (error instanceof Fault && error.code === 'not_found') throw contactUnknown(face)
    throw error
  }
}

/** Asked before the body is read; the intake asks again for the record that the files end up on. */
export function mustMayUpload(call: Call, { actor }: LocationContext, record: RecordId | null): Promise<void> {
  return call.services.gate.authorize(actor, 'attachments.create', { kind: 'file', record, role: 'attachment' })
}
