/** The one gate: whether an actor may do an action with a target. Services ask it for every operation (`operation.ts`). */
import {
  ADMINISTRATOR_ACTIONS,
  isGrantable,
  SERVER_ACTIONS,
  type Action,
  type AdministratorAction,
  type DataAction,
  type DeniableAction,
  type ServerAction,
} from '../model/actions.ts'
import { Fault } from '../model/fault.ts'
import type { AttachmentRole, Module, ModuleId, Profile, RecordId, UserId } from '../model/model.ts'
import type { PermissionsCatalog, RecordAccess } from '../ports/permissions-catalog.ts'
import type { Actor } from './actor.ts'

/** What an action is done with. `null` in place of a record: a file that belongs to the organization itself. */
export type Target =
  | { readonly kind: 'organization' }
  | { readonly kind: 'module'; readonly module: ModuleId }
  | { readonly kind: 'record'; readonly record: RecordId }
  | { readonly kind: 'file'; readonly record: RecordId | null; readonly role: AttachmentRole }
  /** A token, share or the like. Its maker needs the action `own`, everybody else the action that was asked for. */
  | { readonly kind: 'owned'; readonly by: UserId | null; readonly own: Action }

export interface Gate {
  /**
   * Resolves when the actor may. Reads at most one row, and nothing for an administrator.
   * Faults: `not_found` about `module` when the target's module is hidden from the actor; `forbidden` about `module`
   * (reason `profile`), about `record` (reason `sharing`) or about `organization` (reason `operator`).
   */
  authorize(actor: Actor, action: Action, target: Target): Promise<void>
  /** Without a fault, for what shows less instead of refusing. */
  may(actor: Actor, action: Action, target: Target): Promise<boolean>
  /** Whether anything at all may be denied to the actor: false for administrators and operators, whose lists need no filter. */
  isRestricted(actor: Actor): boolean
  /** The modules that are not hidden from the actor. */
  visible(actor: Actor, modules: readonly Module[]): readonly Module[]
  /** Fault: `not_found` about `module` when it is hidden from the actor. */
  mustSee(actor: Actor, module: Module): void
  /** The user whose records alone a list of this module may show; null: all records. */
  listsOnlyOwn(actor: Actor, module: Pick<Module, 'sharing'>): UserId | null
}

export function createGate(catalog: Pick<PermissionsCatalog, 'recordAccess'>): Gate {
  const authorize = async (actor: Actor, action: Action, target: Target): Promise<void> => {
    if (isServerAction(action)) return mustBeOperator(actor)
    const { profile } = actor
    if (profile === null) return
    if (isGrantable(action) || isAdministratorAction(action)) {
      if (target.kind === 'owned' && target.by === actor.user) return authorize(actor, target.own, ORGANIZATION)
      return mustBeGranted(profile, action)
    }
    switch (target.kind) {
      case 'organization':
        return mustAllow(profile, null, action)
      case 'module':
        return mustAllow(profile, target.module, action)
      case 'owned':
        return mustAllow(profile, null, action)
      case 'record':
        return mustMayWithRecord(actor, profile, target.record, action)
      case 'file':
        if (target.record === null) return mustAllow(profile, null, action)
        return mustMayWithRecord(actor, profile, target.record, target.role === 'photo' ? ofPhoto(action) : action)
    }
  }
  const mustMayWithRecord = async (actor: Actor, profile: Profile, record: RecordId, action: DeniableAction) => {
    const access = await catalog.recordAccess(actor.organization, actor.user, record)
    // Whether there is such a record is decided where it is read; nothing can be done with one that is not there.
    if (access === null) return
    mustAllow(profile, access.module, action)
    mustBeShared(access, action)
  }
  return {
    authorize,
    may: (actor, action, target) =>
      authorize(actor, action, target).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Fault) return false
          throw error
        },
      ),
    isRestricted: ({ profile }) => profile !== null,
    visible: ({ profile }, modules) =>
      profile === null ? modules : modules.filter((module) => !isHidden(profile, module.id)),
    mustSee({ profile }, module) {
      if (profile !== null && isHidden(profile, module.id)) throw hidden(module.name)
    },
    listsOnlyOwn: ({ profile, user }, { sharing }) => (profile !== null && sharing === 'private' ? user : null),
  }
}

export const ORGANIZATION: Target = { kind: 'organization' }

const PHOTO_ACTIONS: Partial<Record<DeniableAction, DataAction>> = {
  'attachments.view': 'records.view',
  'attachments.create': 'records.change',
  'attachments.change': 'records.change',
  'attachments.delete': 'records.change',
}

function ofPhoto(action: DeniableAction): DeniableAction {
  return PHOTO_ACTIONS[action] ?? action
}

function isServerAction(action: Action): action is ServerAction {
  return SERVER_ACTIONS.some((one) => one === action)
}

function isAdministratorAction(action: Action): action is AdministratorAction {
  return ADMINISTRATOR_ACTIONS.some((one) => one === action)
}

function mustBeOperator({ isOperator }: Actor): void {
  if (isOperator === true) return
  throw new Fault(
    'forbidden',
    'organization',
    "This token belongs to one organization; only an operator's token stands above them (dossier token create --operator).",
    { reason: 'operator' },
  )
}

function mustBeGranted(profile: Profile, action: Action): void {
  if (isGrantable(action) && profile.allowed.includes(action)) return
  const remedy = isGrantable(action) ? `, or a user whose profile allows ${action}` : ''
  throw new Fault('forbidden', 'module', `Only an administrator, a user without a profile${remedy}, may do this.`, {
    reason: 'profile',
    details: { action },
  })
}

/** `module` null: what belongs to no module; the rules for every module count. */
function mustAllow(profile: Profile, module: ModuleId | null, action: DeniableAction): void {
  if (module !== null && isHidden(profile, module)) throw hidden('of this record')
  if (!rulesFor(profile, module).some(({ denied }) => denied.includes(action))) return
  const where = module === null ? 'in this organization' : 'in this module'
  throw new Fault('forbidden', 'module', `The profile "${profile.name}" of this user denies ${action} ${where}.`, {
    reason: 'profile',
    details: { action },
  })
}

function mustBeShared({ sharing, relation }: RecordAccess, action: Action): void {
  if (relation !== 'other' || sharing === 'write') return
  if (sharing === 'read' && action.endsWith('.view')) return
  throw new Fault(
    'forbidden',
    'record',
    `The record belongs to another user, and its module is shared ${sharing === 'read' ? 'for reading only' : 'with nobody'}: only its owner, those above the owner's role, and administrators may do this.`,
    { reason: 'sharing', details: { action } },
  )
}

function isHidden(profile: Profile, module: ModuleId): boolean {
  return rulesFor(profile, module).some((rule) => rule.hidden)
}

function rulesFor(profile: Profile, module: ModuleId | null) {
  return profile.rules.filter((rule) => rule.module === null || rule.module === module)
}

/** The same words as for a module that does not exist, so that a hidden one cannot be told from it. */
function hidden(name: string): Fault {
  return new Fault('not_found', 'module', `There is no module "${name}" in this organization.`)
}
