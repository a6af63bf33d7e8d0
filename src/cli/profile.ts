import { BadSetting } from '../config/config.ts'
import { Fault } from '../core/model/fault.ts'
import type { OrganizationId, Profile, ProfileId, RoleId, Sharing, UserId } from '../core/model/model.ts'
import type { RuleRequest } from '../core/access/staff.ts'
import type { Administration } from '../server/administration.ts'
import { withAdministration, mustOrganization } from './administration.ts'
import { print, textOf, type Options } from './options.ts'

export function createProfile(name: string, options: Options): Promise<void> {
  return inOrganization(options, async (administration, organization) => {
    const profile = await administration.staff.createProfile(organization, name, rulesIn(options))
    print(options, await shown(administration, profile), [`profile  ${profile.id}  ${profile.name}`])
  })
}

/** The given rules replace all rules of the profile. */
export function changeProfile(id: string, options: Options): Promise<void> {
  return inOrganization(options, async (administration, organization) => {
    const profile = await administration.staff.changeProfile(organization, id as ProfileId, rulesIn(options))
    print(options, await shown(administration, profile), [`profile  ${profile.id}  ${profile.name}`])
  })
}

export function listProfiles(options: Options): Promise<void> {
  return inOrganization(options, async (administration, organization) => {
    const profiles = await administration.staff.profiles(organization)
    print(
      options,
      await Promise.all(profiles.map((profile) => shown(administration, profile))),
      profiles.map(({ id, name, rules }) => `${id}  ${String(rules.length).padStart(3)} rules  ${name}`),
    )
  })
}

export function removeProfile(id: string, options: Options): Promise<void> {
  return inOrganization(options, async (administration, organization) => {
    await administration.staff.removeProfile(organization, id as ProfileId)
    print(options, { id, removed: true }, [`removed ${id}`])
  })
}

/** `none` makes the user an administrator. */
export function assignProfile(id: string, options: Options): Promise<void> {
  const profile = id === 'none' ? null : (id as ProfileId)
  return assign(options, (administration, organization, user) =>
    administration.staff.place(organization, user, { profile }),
  )
}

export function createRole(name: string, options: Options): Promise<void> {
  return inOrganization(options, async (administration, organization) => {
    const role = await administration.staff.createRole(organization, name, textOf(options, 'below') as RoleId | null)
    print(options, role, [`role  ${role.id}  ${role.name}`])
  })
}

export function listRoles(options: Options): Promise<void> {
  return inOrganization(options, async (administration, organization) => {
    const roles = await administration.staff.roles(organization)
    print(
      options,
      roles,
      roles.map(({ id, name, parent }) => `${id}  below ${parent ?? 'nobody'.padEnd(19)}  ${name}`),
    )
  })
}

export function removeRole(id: string, options: Options): Promise<void> {
  return inOrganization(options, async (administration, organization) => {
    await administration.staff.removeRole(organization, id as RoleId)
    print(options, { id, removed: true }, [`removed ${id}`])
  })
}

export function assignRole(id: string, options: Options): Promise<void> {
  const role = id === 'none' ? null : (id as RoleId)
  return assign(options, (administration, organization, user) =>
    administration.staff.place(organization, user, { role }),
  )
}

export function shareModule(name: string, sharing: string, options: Options): Promise<void> {
  const known = SHARING.find((one) => one === sharing)
  if (known === undefined)
    throw new BadSetting(`"${sharing.slice(0, 40)}" is no sharing; expected ${SHARING.join(', ')}.`)
  return inOrganization(options, async (administration, organization) => {
    const module = await administration.staff.share(organization, name, known)
    print(options, { id: module.id, name: module.name, sharing: known }, [`${module.name} is shared: ${known}`])
  })
}

const SHARING: readonly Sharing[] = ['write', 'read', 'private']

function inOrganization(
  options: Options,
  work: (administration: Administration, organization: OrganizationId) => Promise<void>,
): Promise<void> {
  return withAdministration(options, async (administration) =>
    work(administration, (await mustOrganization(administration, options)).id),
  )
}

function assign(
  options: Options,
  work: (administration: Administration, organization: OrganizationId, user: UserId) => Promise<void>,
): Promise<void> {
  return inOrganization(options, async (administration, organization) => {
    const user = textOf(options, 'user') as UserId
    await work(administration, organization, user)
    const member = (await administration.staff.members(organization)).find(({ id }) => id === user)
    if (member === undefined) throw new Fault('not_found', 'parameter', `There is no user ${user.slice(0, 40)}.`)
    const { id, name, profile, role } = member
    const summary = `profile: ${profile?.name ?? 'none (administrator)'}, role: ${role?.name ?? 'none'}`
    print(options, { id, name, profile, role }, [`${name}: ${summary}`])
  })
}

/** `--deny Leads:attachments.create` (`*` for every module), `--hide Vendors`. */
function rulesIn(options: Options): RuleRequest[] {
  const denied = listOf(options, 'deny').map((text): RuleRequest => {
    const [module = '', action = ''] = text.split(':')
    if (module === '' || action === '')
      throw new BadSetting(
        `--deny is "${text.slice(0, 60)}"; expected a module and an action: Leads:attachments.create.`,
      )
    return { module, denied: [action] }
  })
  return [...denied, ...listOf(options, 'hide').map((module): RuleRequest => ({ module, hidden: true }))]
}

function listOf(options: Options, name: string): readonly string[] {
  return (options[name] as readonly string[] | undefined) ?? []
}

async function shown(administration: Administration, { id, organization, name, rules }: Profile): Promise<object> {
  const modules = await administration.organizations.modules(organization)
  const nameOf = (of: string | null) => (of === null ? '*' : (modules.find((module) => module.id === of)?.name ?? of))
  return { id, name, rules: rules.map(({ module, hidden, denied }) => ({ module: nameOf(module), hidden, denied })) }
}
