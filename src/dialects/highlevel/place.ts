/** Where a call happens: the one location that its token opens. */
import { actorOf, type Actor } from '../../core/access.ts'
import { Fault } from '../../core/fault.ts'
import { faceOf, idOfFace } from '../../core/ids.ts'
import type { CrmRecord, Module, Organization, RecordId } from '../../core/model.ts'
import type { Call } from '../../http/contracts.ts'
import { contactUnknown, outsideClass, outsideLocation, outsideScope } from './faults.ts'

export interface Place {
  readonly actor: Actor
  readonly location: Organization
}

/** A HighLevel contact is a record of this module. */
export const CONTACTS = 'Contacts'

/** Fault: `forbidden` for an agency's token, which has no location. */
export function placeOf({ caller }: Call): Place {
  if (caller.organization === null) throw caller.grant === null ? outsideScope() : outsideClass()
  return { actor: actorOf(caller), location: caller.organization }
}

/** A location of somebody else and one that does not exist are told apart by nobody. */
export function mustBeHere({ location }: Place, locationId: string | undefined): void {
  if (locationId !== faceOf(location.id)) throw outsideLocation()
}

export function contactsOf(call: Call, place: Place): Promise<Module> {
  return call.desk.records.module(place.actor, CONTACTS)
}

/** Fault: `not_found` in HighLevel's words, the same for a wrong id, a removed contact and another location's. */
export async function mustFindContact(call: Call, place: Place, module: Module, face: string): Promise<CrmRecord> {
  const id = idOfFace(face) as RecordId | null
  if (id === null) throw contactUnknown(face)
  try {
    return await call.desk.records.find(place.actor, module.id, id)
  } catch (error) {
    if (error instanceof Fault && error.code === 'not_found') throw contactUnknown(face)
    throw error
  }
}
