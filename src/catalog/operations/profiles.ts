import type { NewProfile } from '../../core/ports/permissions-catalog.ts'
import type { OrganizationId, Profile, ProfileId, ProfileRule } from '../../core/model/model.ts'
import { profileOf } from '../rows.ts'
import type { ProfileTable } from '../schema.ts'
import { all, columns, type Op, one, type Params, run, statement } from '../statement.ts'

const MOST = 1_000

type Key = { organization: OrganizationId; id: ProfileId }

const insert = statement((db, p: Params<Pick<ProfileTable, keyof ProfileTable>>) =>
  db
    .insertInto('profile')
    .values(columns(p, 'organization', 'id', 'name', 'rules', 'created_at'))
    .onConflict((on) => on.columns(['organization', 'name']).doNothing())
    .returningAll(),
)

const select = statement((db, p: Params<Key>) =>
  db.selectFrom('profile').selectAll().where('organization', '=', p('organization')).where('id', '=', p('id')),
)

const selectAll = statement((db, p: Params<{ organization: OrganizationId }>) =>
  db.selectFrom('profile').selectAll().where('organization', '=', p('organization')).orderBy('id').limit(MOST),
)

const update = statement((db, p: Params<Key & { rules: string }>) =>
  db
    .updateTable('profile')
    .set({ rules: p('rules') })
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

export function* createProfile({ organization, id, name, rules, at }: NewProfile): Op<Profile | null> {
  const row = yield* one(insert({ organization, id, name, rules: JSON.stringify(rules), created_at: at }))
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
  rules: readonly ProfileRule[],
): Op<Profile | null> {
  const row = yield* one(update({ organization, id, rules: JSON.stringify(rules) }))
  return row && profileOf(row)
}

/** Whoever had it would be an administrator all at once: so only one that nobody has. */
export function* removeProfile(organization: OrganizationId, id: ProfileId): Op<'removed' | 'missing' | 'used'> {
  if ((yield* profile(organization, id)) === null) return 'missing'
  if ((yield* one(selectUser({ organization, id }))) !== null) return 'used'
  yield* run(remove({ organization, id }))
  return 'removed'
}
