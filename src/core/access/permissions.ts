/** Who may do what with which records: profiles say it by module and action, sharing by whose a record is. */
import type { Actor } from './access.ts'
import { Fault } from '../model/fault.ts'
import type { Action, Module, ModuleId, Profile, RecordId } from '../model/model.ts'
import type { PermissionsCatalog, RecordAccess } from '../ports/permissions-catalog.ts'

export const ACTIONS: readonly Action[] = [
  'records.view',
  'records.create',
  'records.change',
  'records.delete',
  'attachments.view',
  'attachments.create',
  'attachments.change',
  'attachments.delete',
]

/** A user without a profile may do everything: an administrator, and every user until somebody gives it one. */
export interface Guard {
  /** Fault: `not_found` about `module` when it is hidden from the actor. */
  mustSee(actor: Actor, module: Module): void
  /** The modules that the actor may know of. */
  visible(actor: Actor, modules: readonly Module[]): readonly Module[]
  /** By the profile alone. Faults: `not_found` about `module`, `forbidden` about `module`. */
  mustMay(actor: Actor, module: ModuleId, action: Action): void
  /** By profile, role and sharing; one read, and none for an administrator. Besides: `forbidden` about `record`. */
  mustMayWith(actor: Actor, record: RecordId, action: Action): Promise<void>
}

export function createGuard(catalog: Pick<PermissionsCatalog, 'recordAccess'>): Guard {
  return {
    mustSee(actor, module) {
      if (isHidden(actor.profile, module.id)) throw hidden(module.name)
    },
    visible: ({ profile }, modules) =>
      profile === null ? modules : modules.filter((module) => !isHidden(profile, module.id)),
    mustMay: ({ profile }, module, action) => {
      mustAllow(profile, module, action)
    },
    async mustMayWith(actor, record, action) {
      if (actor.profile === null) return
      const recordAccess = await catalog.recordAccess(actor.organization, actor.user, record)
      // A record that is not there is for others to say.
      if (recordAccess === null) return
      mustAllow(actor.profile, recordAccess.module, action)
      if (isKept(recordAccess, action))
        throw new Fault(
          'forbidden',
          'record',
          `The record belongs to another user, and its module is shared ${recordAccess.sharing === 'read' ? 'for reading only' : 'with nobody'}: only its owner, those above the owner's role, and administrators may do this.`,
          { reason: 'sharing', details: { action } },
        )
    },
  }
}

function mustAllow(profile: Profile | null, module: ModuleId, action: Action): void {
  if (profile === null) return
  if (isHidden(profile, module)) throw hidden('of this record')
  if (!rulesFor(profile, module).some(({ denied }) => denied.includes(action))) return
  throw new Fault(
    'forbidden',
    'module',
    `The profile "${profile.name}" of this user denies ${action} in this module.`,
    {
      reason: 'profile',
      details: { action },
    },
  )
}

function isHidden(profile: Profile | null, module: ModuleId): boolean {
  return profile !== null && rulesFor(profile, module).some((rule) => rule.hidden)
}

function rulesFor(profile: Profile, module: ModuleId) {
  return profile.rules.filter((rule) => rule.module === null || rule.module === module)
}

/** Whether sharing keeps others from it. */
function isKept({ sharing, relation }: RecordAccess, action: Action): boolean {
  if (relation !== 'other' || sharing === 'write') return false
  return sharing === 'private' || !action.endsWith('.view')
}

/** The words of a module that does not exist: nobody learns which. */
function hidden(name: string): Fault {
  return new Fault('not_found', 'module', `There is no module "${name}" in this organization.`)
}
