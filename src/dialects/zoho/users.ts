import { actorOf } from '../../core/access/actor.ts'
import type { OrganizationId, UserId } from '../../core/model/model.ts'
import type { Member } from '../../core/ports/permissions-catalog.ts'
import type { Answer, Call } from '../../http/contracts.ts'
import { modifiedSince, notModified } from './if-modified-since.ts'
import { nothing, pageOf, zohoJson, zohoTime } from './wire.ts'
import { madeAt } from '../../core/model/ids.ts'

type Choice = (member: Member, caller: string) => boolean

const isAdmin: Choice = ({ profile }) => profile === null

/** Filters of `type=`; an unlisted or missing type selects all users. */
const TYPES: Readonly<Record<string, Choice>> = {
  CurrentUser: ({ id }, caller) => id === caller,
  AdminUsers: isAdmin,
  ActiveConfirmedAdmins: isAdmin,
  CurrentAdmin: (member, caller) => member.id === caller && isAdmin(member, caller),
  DeactiveUsers: ({ isActive }) => !isActive,
  ActiveUsers: ({ isActive }) => isActive,
  ActiveConfirmedUsers: ({ isActive }) => isActive,
  NotConfirmedUsers: () => false,
  DeletedUsers: () => false,
}

export async function listUsers(call: Call): Promise<Answer> {
  const actor = actorOf(call.caller)
  const { organization, user } = actor
  const type = call.query.get('type') ?? ''
  const chosen = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined
  const members = await call.services.staff.members(actor)
  const wanted = chosen === undefined ? members : members.filter((member) => chosen(member, user))
  const since = modifiedSince(call)
  const newer = since === null ? wanted : wanted.filter(({ id }) => madeAt(id) > since)
  if (since !== null && newer.length === 0) return notModified
  const page = pageOf(call.query)
  const start = (page.page - 1) * page.perPage
  const shown = newer.slice(start, start + page.perPage)
  if (shown.length === 0) return nothing
  const info = {
    per_page: page.perPage,
    count: shown.length,
    page: page.page,
    more_records: start + shown.length < newer.length,
  }
  return zohoJson(200, { users: shown.map((member) => userRow(member, organization)), info })
}

/** v2 answers an unknown id with 204. */
export async function getUser(call: Call): Promise<Answer> {
  const actor = actorOf(call.caller)
  const member = await call.services.staff.member(actor, (call.params['id'] ?? '') as UserId)
  return member === null ? nothing : zohoJson(200, { users: [userRow(member, actor.organization)] })
}

/** Every user of Zoho has a role and a profile; a user who has none here is shown as `CEO` and `Administrator`. */
function userRow({ id, name, email, profile, role, isActive }: Member, organization: OrganizationId): object {
  const names = name.trim().split(/\s+/)
  const lastName = names.at(-1) ?? ''
  return {
    id,
    zuid: id,
    full_name: name,
    first_name: names.slice(0, -1).join(' ') || null,
    last_name: lastName,
    alias: null,
    email,
    status: isActive ? 'active' : 'inactive',
    confirm: true,
    role: role ?? { name: 'CEO', id: derivedId(organization, 1) },
    profile: profile ?? { name: 'Administrator', id: derivedId(organization, 2) },
    language: 'en_US',
    locale: 'en_US',
    country_locale: 'en_US',
    time_zone: 'UTC',
    time_format: 'HH:mm',
    date_format: 'yyyy-MM-dd',
    created_time: zohoTime(madeAt(id)),
    Modified_Time: zohoTime(madeAt(id)),
    territories: [],
    personal_account: false,
    Isonline: false,
    ...Object.fromEntries(EMPTY.map((key) => [key, null])),
  }
}

const EMPTY = ['phone', 'mobile', 'fax', 'website', 'dob', 'street', 'city', 'state', 'zip', 'country', 'signature']

/** A derived id, for a role or profile that has no row of its own. */
function derivedId(organization: OrganizationId, distance: number): string {
  return String(BigInt(organization) + BigInt(distance * 1_000))
}
