/** Grants end with everything that hangs on them, so that a token's own row says whether it is good. */
import type { GrantId, OrganizationId, SessionId, Sha256, TokenId, UserId } from '../../core/model/model.ts'
import { endDerived, endMadeBy } from './derived.ts'
import { all, one, type Op, type Params, run, statement } from '../statement.ts'

const revoke = statement((db, p: Params<{ id: GrantId; at: number }>) =>
  db
    .updateTable('grant')
    .set({ revoked_at: p('at') })
    .where('id', '=', p('id'))
    .where('revoked_at', 'is', null)
    .returning('id'),
)

const revokeAccess = statement((db, p: Params<{ grant: GrantId; at: number }>) =>
  db
    .updateTable('token')
    .set({ revoked_at: p('at') })
    .where('grant', '=', p('grant'))
    .where('revoked_at', 'is', null)
    .returning('id'),
)

const revokeRefresh = statement((db, p: Params<{ grant: GrantId; at: number }>) =>
  db
    .updateTable('refresh_token')
    .set({ revoked_at: p('at') })
    .where('grant', '=', p('grant'))
    .where('revoked_at', 'is', null),
)

const revokeUsersTokens = statement((db, p: Params<{ organization: OrganizationId; user: UserId; at: number }>) =>
  db
    .updateTable('token')
    .set({ revoked_at: p('at') })
    .where('organization', '=', p('organization'))
    .where('user', '=', p('user'))
    .where('revoked_at', 'is', null)
    .returning('id'),
)

const selectOfUser = statement((db, p: Params<{ user: UserId }>) =>
  db.selectFrom('grant').select('id').where('user', '=', p('user')).where('revoked_at', 'is', null),
)

const selectOfSession = statement((db, p: Params<{ session: SessionId }>) =>
  db.selectFrom('grant').select('id').where('session', '=', p('session')).where('revoked_at', 'is', null),
)

const revokeOneAccess = statement((db, p: Params<{ hash: Sha256; at: number }>) =>
  db
    .updateTable('token')
    .set({ revoked_at: p('at') })
    .where('hash', '=', p('hash'))
    .where('revoked_at', 'is', null)
    .returning('id'),
)

const selectRefresh = statement((db, p: Params<{ hash: Sha256 }>) =>
  db.selectFrom('refresh_token').select('grant').where('hash', '=', p('hash')).where('revoked_at', 'is', null),
)

export function* revokeGrant(id: GrantId, at: number): Op<boolean> {
  if ((yield* one(revoke({ id, at }))) === null) return false
  yield* run(revokeRefresh({ grant: id, at }))
  yield* endDerived(idsOf(yield* all(revokeAccess({ grant: id, at }))), at)
  return true
}

/** The tokens that were made for the user by hand end too, and the shares and clients that the user made. */
export function* endGrantsOfUser(organization: OrganizationId, user: UserId, at: number): Op<void> {
  for (const { id } of yield* all(selectOfUser({ user }))) yield* revokeGrant(id, at)
  yield* endDerived(idsOf(yield* all(revokeUsersTokens({ organization, user, at }))), at)
  yield* endMadeBy(organization, user, at)
}

export function* endGrantsOfSession(session: SessionId, at: number): Op<void> {
  for (const { id } of yield* all(selectOfSession({ session }))) yield* revokeGrant(id, at)
}

export function* revokeSecret(hash: Sha256, at: number): Op<boolean> {
  const refresh = yield* one(selectRefresh({ hash }))
  if (refresh !== null) return yield* revokeGrant(refresh.grant, at)
  const access = yield* one(revokeOneAccess({ hash, at }))
  if (access === null) return false
  yield* endDerived([access.id], at)
  return true
}

function idsOf(rows: readonly { readonly id: TokenId }[]): readonly TokenId[] {
  return rows.map(({ id }) => id)
}
