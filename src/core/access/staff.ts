/** Administration of permissions: profiles, roles and the sharing of modules. */
import type { Catalog } from '../ports/catalog.ts'
import { Fault } from '../model/fault.ts'
import {
  DENIABLE_ACTIONS,
  GRANTABLE_ACTIONS,
  MEMBER_ACTIONS,
  type DeniableAction,
  type GrantableAction,
} from '../model/actions.ts'
import type {
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
import { ORGANIZATION, type Gate } from './authorize.ts'
import { createOperations, type Operation, type Requirement } from './operation.ts'

/** A rule as a request states it: the module by its API name, or `*` for every module. */
export interface RuleRequest {
  readonly module: string
  readonly hidden?: boolean
  readonly denied?: readonly string[]
}

/** What a profile says, as people write it. */
export interface ProfileRequest {
  readonly rules: readonly RuleRequest[]
  /** Administration that it allows besides; left out: none, or for a change what it allowed before. */
  readonly allowed?: readonly string[] | undefined
}

/** Within the actor's organization; names are found there. Faults: `not_found`, `invalid_input`, `conflict`. */
export interface Staff {
  readonly createProfile: Operation<[name: string, request: ProfileRequest], Profile>
  readonly changeProfile: Operation<[id: ProfileId, request: ProfileRequest], Profile>
  readonly profiles: Operation<[], readonly Profile[]>
  /** Fault: `conflict` while a user has it. */
  readonly removeProfile: Operation<[id: ProfileId], void>
  readonly createRole: Operation<[name: string, parent: RoleId | null], Role>
  readonly roles: Operation<[], readonly Role[]>
  /** Fault: `conflict` while a user has it or another role is below it. */
  readonly removeRole: Operation<[id: RoleId], void>
  readonly members: Operation<[], readonly Member[]>
  /** Null when there is no such user. */
  readonly member: Operation<[id: UserId], Member | null>
  readonly place: Operation<[user: UserId, placing: Placing], void>
  readonly share: Operation<[module: string, sharing: Sharing], Module>
}

interface StaffParts {
  readonly catalog: Catalog
  readonly gate: Gate
  readonly newId: () => string
  readonly now: () => number
}

const MAX_RULES = 200

const VIEW: Requirement = ['users.view', ORGANIZATION]
const MANAGE: Requirement = ['users.manage', ORGANIZATION]

export function createStaff(parts: StaffParts): Staff {
  const { catalog, gate, newId, now } = parts
  const { operation } = createOperations(gate)
  return {
    ...profileOperations(parts),
    createRole: operation(MANAGE, async ({ organization }, name, parent) => {
      mustName(name)
      const role = await catalog.createRole({ id: newId() as RoleId, organization, name, parent, at: now() })
      if (role === 'taken') throw alreadyExists('role', name)
      if (role === 'no_parent') throw missing('parameter', 'There is no such role to put it below.')
      return role
    }),
    roles: operation(VIEW, ({ organization }) => catalog.roles(organization)),
    removeRole: operation(MANAGE, async ({ organization }, id) => {
      mustBeRemoved(await catalog.removeRole(organization, id), `role ${id.slice(0, 40)}`)
    }),
    members: operation(VIEW, ({ organization }) => catalog.members(organization)),
    member: operation(VIEW, ({ organization }, id) => catalog.member(organization, id)),
    place: operation(MANAGE, async ({ organization }, user, placing) => {
      const outcome = await catalog.placeUser(organization, user, placing)
      if (outcome === 'placed') return
      const what = outcome === 'missing' ? 'user' : outcome === 'no_profile' ? 'profile' : 'role'
      throw missing('parameter', `There is no such ${what} in this organization.`)
    }),
    share: operation(MANAGE, async ({ organization }, name, sharing) => {
      const module = await mustModule(catalog, organization, name)
      await catalog.shareModule(organization, module.id, sharing)
      return { ...module, sharing }
    }),
  }
}

function profileOperations({ catalog, gate, newId, now }: StaffParts) {
  const { operation } = createOperations(gate)
  const createProfile: Staff['createProfile'] = operation(MANAGE, async ({ organization }, name, request) => {
    mustName(name)
    const rules = await rulesOf(catalog, organization, request.rules)
    const allowed = allowedIn(request.allowed ?? [])
    const profile = await catalog.createProfile({
      ...{ id: newId() as ProfileId, organization, name, rules, allowed, at: now() },
    })
    if (profile === null) throw alreadyExists('profile', name)
    return profile
  })
  const changeProfile: Staff['changeProfile'] = operation(MANAGE, async ({ organization }, id, request) => {
    const rules = await rulesOf(catalog, organization, request.rules)
    const allowed = request.allowed === undefined ? null : allowedIn(request.allowed)
    const profile = await catalog.changeProfile(organization, id, { rules, allowed })
    if (profile === null) throw missing('parameter', `There is no profile ${id.slice(0, 40)} in this organization.`)
    return profile
  })
  const removeProfile: Staff['removeProfile'] = operation(MANAGE, async ({ organization }, id) => {
    mustBeRemoved(await catalog.removeProfile(organization, id), `profile ${id.slice(0, 40)}`)
  })
  const profiles: Staff['profiles'] = operation(VIEW, ({ organization }) => catalog.profiles(organization))
  return { createProfile, changeProfile, removeProfile, profiles }
}

async function mustModule(catalog: Catalog, organization: OrganizationId, name: string): Promise<Module> {
  const module = await catalog.module(organization, name)
  if (module === null) throw missing('module', `There is no module "${name.slice(0, 60)}" in this organization.`)
  return module
}

async function rulesOf(
  catalog: Catalog,
  organization: OrganizationId,
  requests: readonly RuleRequest[],
): Promise<ProfileRule[]> {
  if (requests.length > MAX_RULES) throw invalidParameter(`A profile has at most ${String(MAX_RULES)} rules.`)
  const rules: ProfileRule[] = []
  for (const { module, hidden = false, denied = [] } of requests) {
    const id: ModuleId | null = module === '*' ? null : (await mustModule(catalog, organization, module)).id
    if (hidden && id === null)
      throw invalidParameter('A profile cannot hide every module at once; name those that it hides.')
    const actions = [...new Set(denied.map(mustBeDeniable))]
    if (id !== null) mustBeOfModules(actions, module)
    rules.push({ module: id, hidden, denied: actions })
  }
  return rules
}

function mustBeDeniable(word: string): DeniableAction {
  const action = DENIABLE_ACTIONS.find((one) => one === word)
  if (action === undefined)
    throw invalidParameter(
      `"${word.slice(0, 40)}" is nothing that can be denied; there are ${DENIABLE_ACTIONS.join(', ')}.`,
    )
  return action
}

/** What concerns the organization is denied for every module (`*`): a rule for one module would have no effect. */
function mustBeOfModules(actions: readonly DeniableAction[], module: string): void {
  const others = actions.filter((action) => MEMBER_ACTIONS.some((one) => one === action))
  if (others.length > 0)
    throw invalidParameter(`${others.join(', ')} cannot be denied in the module ${module} alone; deny it in "*".`)
}

function allowedIn(words: readonly string[]): GrantableAction[] {
  return [...new Set(words)].map((word) => {
    const action = GRANTABLE_ACTIONS.find((one) => one === word)
    if (action !== undefined) return action
    throw invalidParameter(
      word === 'users.manage'
        ? 'users.manage cannot be allowed by a profile: it would make its users administrators. Give them no profile instead.'
        : `"${word.slice(0, 40)}" is nothing that a profile can allow; there are ${GRANTABLE_ACTIONS.join(', ')}.`,
    )
  })
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
