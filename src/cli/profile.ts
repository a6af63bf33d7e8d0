import { BadSetting } from '../config/config.ts'
import { Fault } from '../core/model/fault.ts'
import type { Profile, ProfileId, RoleId, Sharing, UserId } from '../core/model/model.ts'
import type { Actor } from '../core/access/actor.ts'
import type { ProfileRequest, RuleRequest } from '../core/access/staff.ts'
import type { Administration } from '../server/administration.ts'
import { mustActor, withAdministration } from './administration.ts'
import { print, textOf, type Options } from './options.ts'

export function createProfile(name: string, options: Options): Promise<void> {
  return inOrganization(options, async (administration, actor) => {
    const profile = await administration.staff.createProfile(actor, name, termsIn(options))
    print(options, await shown(administration, actor, profile), [`profile  ${profile.id}  ${profile.name}`])
  })
}

/** The given rules replace all rules of the profile. */
export function changeProfile(id: string, options: Options): Promise<void> {
  return inOrganization(options, async (administration, actor) => {
    const profile = await administration.staff.changeProfile(actor, id as ProfileId, termsIn(options))
    print(options, await shown(administration, actor, profile), [`profile  ${profile.id}  ${profile.name}`])
  })
}

export function listProfiles(options: Options): Promise<void> {
  return inOrganization(options, async (administration, actor) => {
    const profiles = await administration.staff.profiles(actor)
    print(
      options,
      await Promise.all(profiles.map((profile) => shown(administration, actor, profile))),
      profiles.map(({ id, name, rules }) => `${id}  ${String(rules.length).padStart(3)} rules  ${name}`),
    )
  })
}

export function removeProfile(id: string, options: Options): Promise<void> {
  return inOrganization(options, async (administration, actor) => {
    await administration.staff.removeProfile(actor, id as ProfileId)
    print(options, { id, removed: true }, [`removed ${id}`])
  })
}

/** `none` makes the user an administrator. */
export function assignProfile(id: string, options: Options): Promise<void> {
  const profile = id === 'none' ? null : (id as ProfileId)
  return assign(options, (administration, actor, user) => administration.staff.place(actor, user, { profile }))
}

export function createRole(name: string, options: Options): Promise<void> {
  return inOrganization(options, async (administration, actor) => {
    const role = await administration.staff.createRole(actor, name, textOf(options, 'below') as RoleId | null)
    print(options, role, [`role  ${role.id}  ${role.name}`])
  })
}

export function listRoles(options: Options): Promise<void> {
  return inOrganization(options, async (administration, actor) => {
    const roles = await administration.staff.roles(actor)
    print(
      options,
      roles,
      roles.map(({ id, name, parent }) => `${id}  below ${parent ?? 'nobody'.padEnd(19)}  ${name}`),
    )
  })
}

export function removeRole(id: string, options: Options): Promise<void> {
  return inOrganization(options, async (administration, actor) => {
    await administration.staff.removeRole(actor, id as RoleId)
    print(options, { id, removed: true }, [`removed ${id}`])
  })
}

export function assignRole(id: string, options: Options): Promise<void> {
  const role = id === 'none' ? null : (id as RoleId)
  return assign(options, (administration, actor, user) => administration.staff.place(actor, user, { role }))
}

export function shareModule(name: string, sharing: string, options: Options): Promise<void> {
  const known = SHARING.find((one) => one === sharing)
  if (known === undefined)
    throw new BadSetting(`"${sharing.slice(0, 40)}" is no sharing; expected ${SHARING.join(', ')}.`)
  return inOrganization(options, async (administration, actor) => {
    const module = await administration.staff.share(actor, name, known)
    print(options, { id: module.id, name: module.name, sharing: known }, [`${module.name} is shared: ${known}`])
  })
}

const SHARING: readonly Sharing[] = ['write', 'read', 'private']

function inOrganization(
  options: Options,
  work: (administration: Administration, actor: Actor) => Promise<void>,
): Promise<void> {
  return withAdministration(options, async (administration) =>
    work(administration, await mustActor(administration, options)),
  )
}

function assign(
  options: Options,
  work: (administration: Administration, actor: Actor, user: UserId) => Promise<void>,
): Promise<void> {
  return inOrganization(options, async (administration, actor) => {
    const user = textOf(options, 'user') as UserId
    await work(administration, actor, user)
    const member = await administration.staff.member(actor, user)
    if (member === null) throw new Fault('not_found', 'parameter', `There is no user ${user.slice(0, 40)}.`)
    const { id, name, profile, role } = member
    const summary = `profile: ${profile?.name ?? 'none (administrator)'}, role: ${role?.name ?? 'none'}`
    print(options, { id, name, profile, role }, [`${name}: ${summary}`])
  })
}

/** `--deny Leads:attachments.create` (`*` for every module), `--hide Vendors`, `--allow fields.manage`. */
function termsIn(options: Options): ProfileRequest {
  const denied = listOf(options, 'deny').map((text): RuleRequest => {
    const [module = '', action = ''] = text.split(':')
    if (module === '' || action === '')
      throw new BadSetting(
        `--deny is "${text.slice(0, 60)}"; expected a module and an action: Leads:attachments.create.`,
      )
    return { module, denied: [action] }
  })
  const hidden = listOf(options, 'hide').map((module): RuleRequest => ({ module, hidden: true }))
  return { rules: [...denied, ...hidden], allowed: listOf(options, 'allow') }
}

function listOf(options: Options, name: string): readonly string[] {
  return (options[name] as readonly string[] | undefined) ?? []
}

async function shown(
  administration: Administration,
  actor: Actor,
  { id, name, rules, allowed }: Profile,
): Promise<object> {
  const modules = await administration.records.modules(actor)
  const nameOf = (of: string | null) => (of === null ? '*' : (modules.find((module) => module.id === of)?.name ?? of))
  const shownRules = rules.map(({ module, hidden, denied }) => ({ module: nameOf(module), hidden, denied }))
  return { id, name, rules: shownRules, allowed }
}
