/** Permissions on records: profiles restrict by module and action, sharing by the record's owner. */
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

/** A user without a profile is an administrator and may do everything; new users have none. */
interface Guard {
  /** Fault: `not_found` about `module` if it is hidden from the actor. */
  mustSee(actor: Actor, module: Module): void
  /** The modules that are not hidden from the actor. */
  visible(actor: Actor, modules: readonly Module[]): readonly Module[]
  /** Checks the profile only. Faults: `not_found` about `module`, `forbidden` about `module`. */
  mustMay(actor: Actor, module: ModuleId, action: Action): void
  /**
   * Checks profile, role and sharing with one read (none for an administrator). Faults as for `mustMay`, and `forbidden`
   * about `record`. Passes if the record does not exist.
   */
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
      // A missing record is reported by the operation that follows.
      if (recordAccess === null) return
      mustAllow(actor.profile, recordAccess.module, action)
      if (isDeniedBySharing(recordAccess, action))
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

/** Whether sharing denies the action to users other than the owner and those above the owner's role. */
function isDeniedBySharing({ sharing, relation }: RecordAccess, action: Action): boolean {
  if (relation !== 'other' || sharing === 'write') return false
  return sharing === 'private' || !action.endsWith('.view')
}

/** The same message as for a module that does not exist, so that hidden modules cannot be detected. */
function hidden(name: string): Fault {
  return new Fault('not_found', 'module', `There is no module "${name}" in this organization.`)
}
