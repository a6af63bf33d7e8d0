import { BadSetting } from '../config.ts'
import { Fault } from '../core/fault.ts'
import type { OrganizationId, Profile, ProfileId, RoleId, Sharing, UserId } from '../core/model.ts'
import type { RuleRequest } from '../core/staff.ts'
import type { Office } from '../office.ts'
import { inOffice, mustOrganization } from './office.ts'
import { print, textOf, type Options } from './options.ts'

export function createProfile(name: string, options: Options): Promise<void> {
  return inPlace(options, async (office, organization) => {
    const profile = await office.staff.createProfile(organization, name, rulesIn(options))
    print(options, await shown(office, profile), [`profile  ${profile.id}  ${profile.name}`])
  })
}

/** Its rules are those that are given now, and no others. */
export function changeProfile(id: string, options: Options): Promise<void> {
  return inPlace(options, async (office, organization) => {
    const profile = await office.staff.changeProfile(organization, id as ProfileId, rulesIn(options))
    print(options, await shown(office, profile), [`profile  ${profile.id}  ${profile.name}`])
  })
}

export function listProfiles(options: Options): Promise<void> {
  return inPlace(options, async (office, organization) => {
    const profiles = await office.staff.profiles(organization)
    print(
      options,
      await Promise.all(profiles.map((profile) => shown(office, profile))),
      profiles.map(({ id, name, rules }) => `${id}  ${String(rules.length).padStart(3)} rules  ${name}`),
    )
  })
}

export function removeProfile(id: string, options: Options): Promise<void> {
  return inPlace(options, async (office, organization) => {
    await office.staff.removeProfile(organization, id as ProfileId)
    print(options, { id, removed: true }, [`removed ${id}`])
  })
}

/** `none` makes the user an administrator. */
export function assignProfile(id: string, options: Options): Promise<void> {
  const profile = id === 'none' ? null : (id as ProfileId)
  return assign(options, (office, organization, user) => office.staff.place(organization, user, { profile }))
}

export function createRole(name: string, options: Options): Promise<void> {
  return inPlace(options, async (office, organization) => {
    const role = await office.staff.createRole(organization, name, textOf(options, 'below') as RoleId | null)
    print(options, role, [`role  ${role.id}  ${role.name}`])
  })
}

export function listRoles(options: Options): Promise<void> {
  return inPlace(options, async (office, organization) => {
    const roles = await office.staff.roles(organization)
    print(
      options,
      roles,
      roles.map(({ id, name, parent }) => `${id}  below ${parent ?? 'nobody'.padEnd(19)}  ${name}`),
    )
  })
}

export function removeRole(id: string, options: Options): Promise<void> {
  return inPlace(options, async (office, organization) => {
    await office.staff.removeRole(organization, id as RoleId)
    print(options, { id, removed: true }, [`removed ${id}`])
  })
}

export function assignRole(id: string, options: Options): Promise<void> {
  const role = id === 'none' ? null : (id as RoleId)
  return assign(options, (office, organization, user) => office.staff.place(organization, user, { role }))
}

export function shareModule(name: string, sharing: string, options: Options): Promise<void> {
  const known = SHARING.find((one) => one === sharing)
  if (known === undefined)
    throw new BadSetting(`"${sharing.slice(0, 40)}" is no sharing; expected ${SHARING.join(', ')}.`)
  return inPlace(options, async (office, organization) => {
    const module = await office.staff.share(organization, name, known)
    print(options, { id: module.id, name: module.name, sharing: known }, [`${module.name} is shared: ${known}`])
  })
}

const SHARING: readonly Sharing[] = ['write', 'read', 'private']

function inPlace(
  options: Options,
  work: (office: Office, organization: OrganizationId) => Promise<void>,
): Promise<void> {
  return inOffice(options, async (office) => work(office, (await mustOrganization(office, options)).id))
}

function assign(
  options: Options,
  work: (office: Office, organization: OrganizationId, user: UserId) => Promise<void>,
): Promise<void> {
  return inPlace(options, async (office, organization) => {
    const user = textOf(options, 'user') as UserId
    await work(office, organization, user)
    const member = (await office.staff.members(organization)).find(({ id }) => id === user)
    if (member === undefined) throw new Fault('not_found', 'parameter', `There is no user ${user.slice(0, 40)}.`)
    const { id, name, profile, role } = member
    const facts = `profile: ${profile?.name ?? 'none (administrator)'}, role: ${role?.name ?? 'none'}`
    print(options, { id, name, profile, role }, [`${name}: ${facts}`])
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

async function shown(office: Office, { id, organization, name, rules }: Profile): Promise<object> {
  const modules = await office.organizations.modules(organization)
  const nameOf = (of: string | null) => (of === null ? '*' : (modules.find((module) => module.id === of)?.name ?? of))
  return { id, name, rules: rules.map(({ module, hidden, denied }) => ({ module: nameOf(module), hidden, denied })) }
}
