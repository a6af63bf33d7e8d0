/** Where users stand: their profile and role, and by these to records of others. */
import type { Member, Placing, RecordAccess } from '../../core/ports/permissions-catalog.ts'
import type {
  ModuleId,
  OrganizationId,
  ProfileId,
  RecordId,
  RoleId,
  Sharing,
  UserId,
  UserStatus,
} from '../../core/model/model.ts'
import { all, type Db, type Op, one, type Params, statement } from '../statement.ts'
import { profile } from './profiles.ts'
import { hasRole } from './roles.ts'

const MOST = 1_000

type UserKey = { organization: OrganizationId; id: UserId }

const selectUser = statement((db, p: Params<UserKey>) =>
  db
    .selectFrom('user')
    .select(['profile', 'role'])
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id')),
)

const place = statement((db, p: Params<UserKey & { profile: ProfileId | null; role: RoleId | null }>) =>
  db
    .updateTable('user')
    .set({ profile: p('profile'), role: p('role') })
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id'))
    .returning('id'),
)

const withPlace = (db: Db, p: Params<{ organization: OrganizationId }>) =>
  db
    .selectFrom('user as u')
    .leftJoin('profile as f', (on) => on.onRef('f.organization', '=', 'u.organization').onRef('f.id', '=', 'u.profile'))
    .leftJoin('role as r', (on) => on.onRef('r.organization', '=', 'u.organization').onRef('r.id', '=', 'u.role'))
    .select(['u.id', 'u.name', 'u.email', 'u.status'])
    .select(['f.id as profile', 'f.name as profile_name', 'r.id as role', 'r.name as role_name'])
    .where('u.organization', '=', p('organization'))

const selectMembers = statement((db, p: Params<{ organization: OrganizationId }>) =>
  withPlace(db, p).orderBy('u.id').limit(MOST),
)

const selectMember = statement((db, p: Params<UserKey>) => withPlace(db, p).where('u.id', '=', p('id')))

const share = statement((db, p: Params<{ organization: OrganizationId; id: ModuleId; sharing: Sharing }>) =>
  db
    .updateTable('module')
    .set({ sharing: p('sharing') })
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id'))
    .returning('id'),
)

/** The owner is who made it. A role's path begins with the paths of all roles above it. */
const selectStanding = statement((db, p: Params<{ organization: OrganizationId; user: UserId; record: RecordId }>) =>
  db
    .selectFrom('record as r')
    .innerJoin('module as m', (on) => on.onRef('m.organization', '=', 'r.organization').onRef('m.id', '=', 'r.module'))
    .innerJoin('user as o', (on) =>
      on.onRef('o.organization', '=', 'r.organization').onRef('o.id', '=', 'r.created_by'),
    )
    .innerJoin('user as u', (on) => on.onRef('u.organization', '=', 'r.organization').on('u.id', '=', p('user')))
    .leftJoin('role as theirs', (on) =>
      on.onRef('theirs.organization', '=', 'o.organization').onRef('theirs.id', '=', 'o.role'),
    )
    .leftJoin('role as mine', (on) =>
      on.onRef('mine.organization', '=', 'u.organization').onRef('mine.id', '=', 'u.role'),
    )
    .select(['r.module', 'm.sharing', 'r.created_by', 'theirs.path as their_path', 'mine.path as my_path'])
    .where('r.organization', '=', p('organization'))
    .where('r.id', '=', p('record'))
    .where('r.removed_at', 'is', null),
)

export function* placeUser(
  organization: OrganizationId,
  user: UserId,
  placing: Placing,
): Op<'placed' | 'missing' | 'no_profile' | 'no_role'> {
  const now = yield* one(selectUser({ organization, id: user }))
  if (now === null) return 'missing'
  const next = { profile: now.profile, role: now.role, ...placing }
  if (next.profile !== null && (yield* profile(organization, next.profile)) === null) return 'no_profile'
  if (next.role !== null && !(yield* hasRole(organization, next.role))) return 'no_role'
  yield* one(place({ organization, id: user, ...next }))
  return 'placed'
}

export function* members(organization: OrganizationId): Op<readonly Member[]> {
  return (yield* all(selectMembers({ organization }))).map((row) => memberOf(organization, row))
}

export function* member(organization: OrganizationId, id: UserId): Op<Member | null> {
  const row = yield* one(selectMember({ organization, id }))
  return row && memberOf(organization, row)
}

interface MemberRow {
  readonly id: UserId
  readonly name: string
  readonly email: string
  readonly status: UserStatus
  readonly profile: ProfileId | null
  readonly profile_name: string | null
  readonly role: RoleId | null
  readonly role_name: string | null
}

function memberOf(organization: OrganizationId, row: MemberRow): Member {
  const { id, name, email, status, profile, profile_name, role, role_name } = row
  return {
    ...{ id, organization, name, email, isActive: status === 'active' },
    profile: profile === null || profile_name === null ? null : { id: profile, name: profile_name },
    role: role === null || role_name === null ? null : { id: role, name: role_name },
  }
}

export function* shareModule(organization: OrganizationId, id: ModuleId, sharing: Sharing): Op<boolean> {
  return (yield* one(share({ organization, id, sharing }))) !== null
}

export function* recordAccess(organization: OrganizationId, user: UserId, record: RecordId): Op<RecordAccess | null> {
  const row = yield* one(selectStanding({ organization, user, record }))
  if (row === null) return null
  const { module, sharing, created_by, my_path: mine, their_path: theirs } = row
  const isAbove = mine !== null && theirs !== null && theirs !== mine && theirs.startsWith(mine)
  return { module, sharing, relation: created_by === user ? 'owner' : isAbove ? 'above' : 'other' }
}
