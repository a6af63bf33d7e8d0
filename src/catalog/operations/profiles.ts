import type { Selectable } from 'kysely'
import type { NewProfile, ProfileChange } from '../../core/ports/permissions-catalog.ts'
import type { OrganizationId, Profile, ProfileId } from '../../core/model/model.ts'
import { profileOf } from '../rows.ts'
import type { ProfileTable } from '../schema.ts'
import { all, columns, type Op, one, type Params, run, statement } from '../statement.ts'

const MOST = 1_000

type Key = { organization: OrganizationId; id: ProfileId }

const insert = statement((db, p: Params<Selectable<ProfileTable>>) =>
  db
    .insertInto('profile')
    .values(columns(p, 'organization', 'id', 'name', 'rules', 'allowed', 'created_at'))
    .onConflict((on) => on.columns(['organization', 'name']).doNothing())
    .returningAll(),
)

const select = statement((db, p: Params<Key>) =>
  db.selectFrom('profile').selectAll().where('organization', '=', p('organization')).where('id', '=', p('id')),
)

const selectAll = statement((db, p: Params<{ organization: OrganizationId }>) =>
  db.selectFrom('profile').selectAll().where('organization', '=', p('organization')).orderBy('id').limit(MOST),
)

const update = statement((db, p: Params<Key & { rules: string; allowed: string }>) =>
  db
    .updateTable('profile')
    .set({ rules: p('rules'), allowed: p('allowed') })
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id'))
    .returningAll(),
)

const selectUser = statement((db, p: Params<Key>) =>
  db
    .selectFrom('user')
    .select('id')
    .where('organization', '=', p('organization'))
    .where('profile', '=', p('id'))
    .limit(1),
)

const remove = statement((db, p: Params<Key>) =>
  db.deleteFrom('profile').where('organization', '=', p('organization')).where('id', '=', p('id')),
)

export function* createProfile({ organization, id, name, rules, allowed, at }: NewProfile): Op<Profile | null> {
  const row = yield* one(
    insert({
      ...{ organization, id, name, created_at: at },
      ...{ rules: JSON.stringify(rules), allowed: JSON.stringify(allowed) },
    }),
  )
  return row && profileOf(row)
}

export function* profile(organization: OrganizationId, id: ProfileId): Op<Profile | null> {
  const row = yield* one(select({ organization, id }))
  return row && profileOf(row)
}

export function* profiles(organization: OrganizationId): Op<readonly Profile[]> {
  return (yield* all(selectAll({ organization }))).map(profileOf)
}

export function* changeProfile(
  organization: OrganizationId,
  id: ProfileId,
  { rules, allowed }: ProfileChange,
): Op<Profile | null> {
  const before = yield* profile(organization, id)
  if (before === null) return null
  const terms = { rules: JSON.stringify(rules), allowed: JSON.stringify(allowed ?? before.allowed) }
  const row = yield* one(update({ organization, id, ...terms }))
  return row && profileOf(row)
}

/** Whoever had it would be an administrator all at once: so only one that nobody has. */
export function* removeProfile(organization: OrganizationId, id: ProfileId): Op<'removed' | 'missing' | 'used'> {
  if ((yield* profile(organization, id)) === null) return 'missing'
  if ((yield* one(selectUser({ organization, id }))) !== null) return 'used'
  yield* run(remove({ organization, id }))
  return 'removed'
}
