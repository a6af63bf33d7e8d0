/** Administration of permissions: profiles, roles and the sharing of modules. */
import type { Catalog } from '../ports/catalog.ts'
import { Fault } from '../model/fault.ts'
import type {
  Action,
  Module,
  ModuleId,
  OrganizationId,
  Profile,
  ProfileId,
  ProfileRule,
  Role,
  RoleId,
  Sharing,
  UserId,
} from '../model/model.ts'
import type { Member, Placing } from '../ports/permissions-catalog.ts'
import { ACTIONS } from './permissions.ts'

/** A rule as a request states it: the module by its API name, or `*` for every module. */
export interface RuleRequest {
  readonly module: string
  readonly hidden?: boolean
  readonly denied?: readonly string[]
}

/** Each method works within one organization. Faults: `not_found`, `invalid_input`, `conflict`. */
export interface Staff {
  createProfile(organization: OrganizationId, name: string, rules: readonly RuleRequest[]): Promise<Profile>
  changeProfile(organization: OrganizationId, id: ProfileId, rules: readonly RuleRequest[]): Promise<Profile>
  profiles(organization: OrganizationId): Promise<readonly Profile[]>
  /** Fault: `conflict` if a user has it. */
  removeProfile(organization: OrganizationId, id: ProfileId): Promise<void>
  createRole(organization: OrganizationId, name: string, parent: RoleId | null): Promise<Role>
  roles(organization: OrganizationId): Promise<readonly Role[]>
  /** Fault: `conflict` if a user has it or another role is below it. */
  removeRole(organization: OrganizationId, id: RoleId): Promise<void>
  members(organization: OrganizationId): Promise<readonly Member[]>
  place(organization: OrganizationId, user: UserId, placing: Placing): Promise<void>
  share(organization: OrganizationId, module: string, sharing: Sharing): Promise<Module>
}

const MAX_RULES = 200

export function createStaff(catalog: Catalog, newId: () => string, now: () => number): Staff {
  const mustModule = async (organization: OrganizationId, name: string): Promise<Module> => {
    const module = await catalog.module(organization, name)
    if (module === null) throw missing('module', `There is no module "${name.slice(0, 60)}" in this organization.`)
    return module
  }
  const rulesOf = async (organization: OrganizationId, requests: readonly RuleRequest[]): Promise<ProfileRule[]> => {
    if (requests.length > MAX_RULES) throw invalidParameter(`A profile has at most ${String(MAX_RULES)} rules.`)
    const rules: ProfileRule[] = []
    for (const { module, hidden = false, denied = [] } of requests) {
      const id: ModuleId | null = module === '*' ? null : (await mustModule(organization, module)).id
      if (hidden && id === null)
        throw invalidParameter('A profile cannot hide every module at once; name those that it hides.')
      rules.push({ module: id, hidden, denied: [...new Set(denied.map(mustAction))] })
    }
    return rules
  }
  return {
    async createProfile(organization, name, requests) {
      mustName(name)
      const rules = await rulesOf(organization, requests)
      const profile = await catalog.createProfile({ id: newId() as ProfileId, organization, name, rules, at: now() })
      if (profile === null) throw alreadyExists('profile', name)
      return profile
    },
    async changeProfile(organization, id, requests) {
      const profile = await catalog.changeProfile(organization, id, await rulesOf(organization, requests))
      if (profile === null) throw missing('parameter', `There is no profile ${id.slice(0, 40)} in this organization.`)
      return profile
    },
    profiles: (organization) => catalog.profiles(organization),
    async removeProfile(organization, id) {
      mustBeRemoved(await catalog.removeProfile(organization, id), `profile ${id.slice(0, 40)}`)
    },
    async createRole(organization, name, parent) {
      mustName(name)
      const role = await catalog.createRole({ id: newId() as RoleId, organization, name, parent, at: now() })
      if (role === 'taken') throw alreadyExists('role', name)
      if (role === 'no_parent') throw missing('parameter', 'There is no such role to put it below.')
      return role
    },
    roles: (organization) => catalog.roles(organization),
    async removeRole(organization, id) {
      mustBeRemoved(await catalog.removeRole(organization, id), `role ${id.slice(0, 40)}`)
    },
    members: (organization) => catalog.members(organization),
    async place(organization, user, placing) {
      const outcome = await catalog.placeUser(organization, user, placing)
      if (outcome === 'placed') return
      const what = outcome === 'missing' ? 'user' : outcome === 'no_profile' ? 'profile' : 'role'
      throw missing('parameter', `There is no such ${what} in this organization.`)
    },
    async share(organization, name, sharing) {
      const module = await mustModule(organization, name)
      await catalog.shareModule(organization, module.id, sharing)
      return { ...module, sharing }
    },
  }
}

function mustAction(word: string): Action {
  const action = ACTIONS.find((one) => one === word)
  if (action === undefined)
    throw invalidParameter(`"${word.slice(0, 40)}" is nothing that can be denied; there are ${ACTIONS.join(', ')}.`)
  return action
}

function mustName(name: string): void {
  if (name.trim() === '' || name.length > 100) throw invalidParameter('A name has 1 to 100 characters.')
}

function mustBeRemoved(outcome: 'removed' | 'missing' | 'used', what: string): void {
  if (outcome === 'missing') throw missing('parameter', `There is no ${what} in this organization.`)
  if (outcome === 'used')
    throw new Fault('conflict', 'parameter', `The ${what} is in use; give its users another one first.`)
}

function missing(subject: 'module' | 'parameter', message: string): Fault {
  return new Fault('not_found', subject, message)
}

function alreadyExists(what: string, name: string): Fault {
  return new Fault('conflict', 'parameter', `There is a ${what} "${name.slice(0, 100)}" already.`)
}

function invalidParameter(message: string): Fault {
  return new Fault('invalid_input', 'parameter', message)
}
