/** Users of an organization and their permissions. Only an administrator may change them. */
import { Fault } from '../../core/model/fault.ts'
import type { Profile, ProfileId, Role, RoleId, UserId } from '../../core/model/model.ts'
import type { Actor } from '../../core/access/actor.ts'
import type { Member } from '../../core/ports/permissions-catalog.ts'
import type { Answer, Call, Permits, Route } from '../../http/contracts.ts'
import { id } from './bodies.ts'
import { pageOf } from './cursor.ts'
import { ORGANIZATION_PATH, contextOf, scope } from './context.ts'
import { pageQuery } from './queries.ts'
import { moduleWire, timeOf } from './model-wire.ts'
import * as wire from './staff-wire.ts'
import { bodyOf, queryOf } from './validation.ts'
import { module } from './wire.ts'

const tag = 'Users and permissions'
const nothing = { 204: { description: 'It is gone', schema: null } }
const json = 'application/json' as const

export const staffRoutes: readonly Route[] = [
  of('GET', '/users', 'list users', scope('users.read'), listUsers, {
    query: pageQuery,
    answers: { 200: { description: 'A page of users', schema: wire.users } },
  }),
  of('POST', '/users', 'create a user', scope('users.write'), createUser, {
    body: { type: json, schema: wire.newUser },
    description: 'Without a login: the command line gives one (`dossier user login`).',
    answers: { 201: { description: 'The new user, an administrator until it has a profile', schema: wire.user } },
  }),
  of('PATCH', '/users/:user', 'change a user', scope('users.write'), changeUser, {
    body: { type: json, schema: wire.userChange },
    answers: { 200: { description: 'The user as it is now', schema: wire.user } },
  }),
  of('GET', '/profiles', 'list profiles', scope('users.read'), listProfiles, {
    query: pageQuery,
    answers: { 200: { description: 'A page of profiles', schema: wire.profiles } },
  }),
  of('POST', '/profiles', 'create a profile', scope('users.write'), createProfile, {
    body: { type: json, schema: wire.newProfile },
    answers: { 201: { description: 'The new profile', schema: wire.profile } },
  }),
  of('PATCH', '/profiles/:profile', 'change a profile', scope('users.write'), changeProfile, {
    body: { type: json, schema: wire.profileChange },
    description: 'Its rules are those that are given now, and no others. Takes effect everywhere within a second.',
    answers: { 200: { description: 'The profile as it is now', schema: wire.profile } },
  }),
  of('DELETE', '/profiles/:profile', 'delete a profile', scope('users.write'), removeProfile, { answers: nothing }),
  of('GET', '/roles', 'list roles', scope('users.read'), listRoles, {
    query: pageQuery,
    answers: { 200: { description: 'A page of roles', schema: wire.roles } },
  }),
  of('POST', '/roles', 'create a role', scope('users.write'), createRole, {
    body: { type: json, schema: wire.newRole },
    answers: { 201: { description: 'The new role', schema: wire.role } },
  }),
  of('DELETE', '/roles/:role', 'delete a role', scope('users.write'), removeRole, { answers: nothing }),
  of('PATCH', '/modules/:module/sharing', 'share a module', scope('users.write'), shareModule, {
    body: { type: json, schema: wire.sharing },
    answers: { 200: { description: 'The module', schema: module } },
  }),
]

function of(
  method: Route['method'],
  path: string,
  operation: string,
  needs: Permits,
  answer: Route['answer'],
  about: Omit<NonNullable<Route['about']>, 'tag'>,
): Route {
  return { method, path: ORGANIZATION_PATH + path, operation, needs, answer, about: { tag, ...about } }
}

async function listUsers(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { items, next } = pageOf(await call.services.staff.members(actor), queryOf(pageQuery, call), id)
  return { status: 200, json: { items: items.map(userWire), next } }
}

async function createUser(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { id } = await call.services.users.create(actor, await bodyOf(wire.newUser, call))
  return { status: 201, json: await userOf(call, actor, id) }
}

async function changeUser(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const user = call.params['user'] as UserId
  const { profile, role, status } = await bodyOf(wire.userChange, call)
  await call.services.staff.place(actor, user, {
    ...(profile === undefined ? {} : { profile: profile as ProfileId | null }),
    ...(role === undefined ? {} : { role: role as RoleId | null }),
  })
  if (status !== undefined)
    await call.services.users.setStatus(actor, await call.services.users.find(actor, user), status)
  call.services.access.invalidate()
  return { status: 200, json: await userOf(call, actor, user) }
}

async function listProfiles(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { items, next } = pageOf(await call.services.staff.profiles(actor), queryOf(pageQuery, call), id)
  return { status: 200, json: { items: await Promise.all(items.map((one) => profileWire(call, actor, one))), next } }
}

async function createProfile(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { name, ...request } = await bodyOf(wire.newProfile, call)
  const profile = await call.services.staff.createProfile(actor, name, request)
  return { status: 201, json: await profileWire(call, actor, profile) }
}

async function changeProfile(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const request = await bodyOf(wire.profileChange, call)
  const profile = await call.services.staff.changeProfile(actor, call.params['profile'] as ProfileId, request)
  call.services.access.invalidate()
  return { status: 200, json: await profileWire(call, actor, profile) }
}

async function removeProfile(call: Call): Promise<Answer> {
  await call.services.staff.removeProfile((await contextOf(call)).actor, call.params['profile'] as ProfileId)
  return { status: 204 }
}

async function listRoles(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { items, next } = pageOf(await call.services.staff.roles(actor), queryOf(pageQuery, call), id)
  return { status: 200, json: { items: items.map(roleWire), next } }
}

async function createRole(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { name, parent } = await bodyOf(wire.newRole, call)
  return {
    status: 201,
    json: roleWire(await call.services.staff.createRole(actor, name, parent as RoleId | null)),
  }
}

async function removeRole(call: Call): Promise<Answer> {
  await call.services.staff.removeRole((await contextOf(call)).actor, call.params['role'] as RoleId)
  return { status: 204 }
}

async function shareModule(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { sharing } = await bodyOf(wire.sharing, call)
  return {
    status: 200,
    json: moduleWire(await call.services.staff.share(actor, call.params['module'] ?? '', sharing)),
  }
}

async function userOf(call: Call, actor: Actor, id: UserId): Promise<wire.UserWire> {
  const found = await call.services.staff.member(actor, id)
  if (found === null) throw new Fault('not_found', 'parameter', 'There is no such user here.')
  return userWire(found)
}

function userWire({ id, name, email, isActive, profile, role }: Member): wire.UserWire {
  return { id, name, email, status: isActive ? 'active' : 'inactive', profile, role }
}

function roleWire({ id, name, parent, createdAt }: Role): wire.RoleWire {
  return { id, name, parent, createdAt: timeOf(createdAt) }
}

async function profileWire(call: Call, actor: Actor, profile: Profile): Promise<object> {
  const { id, name, rules, allowed, createdAt } = profile
  const modules = await call.services.records.modules(actor)
  const nameOf = (of: string | null) => (of === null ? '*' : (modules.find((one) => one.id === of)?.name ?? of))
  const shown = rules.map(({ module, hidden, denied }) => ({ module: nameOf(module), hidden, denied }))
  return { id, name, rules: shown, allowed, createdAt: timeOf(createdAt) }
}
