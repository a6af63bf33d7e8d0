/** Codes, tokens, sessions and grants that are over are kept for a while, to tell late comers why, and then forgotten. */
import type { GrantId, RefreshTokenId, SessionId, Sha256, TokenId } from '../../core/model/model.ts'
import { all, type Op, type Params, run, statement } from '../statement.ts'

type Bound = { before: number; limit: number }

const codes = statement((db, p: Params<Bound>) =>
  db.selectFrom('code').select('hash').where('expires_at', '<', p('before')).limit(p('limit')),
)
const removeCode = statement((db, p: Params<{ hash: Sha256 }>) => db.deleteFrom('code').where('hash', '=', p('hash')))

const tokens = statement((db, p: Params<Bound>) =>
  db
    .selectFrom('token')
    .select('id')
    .where('grant', 'is not', null)
    .where('expires_at', '<', p('before'))
    .limit(p('limit')),
)
const removeToken = statement((db, p: Params<{ id: TokenId }>) => db.deleteFrom('token').where('id', '=', p('id')))

const refreshTokens = statement((db, p: Params<Bound>) =>
  db
    .selectFrom('refresh_token')
    .select('id')
    .where((where) =>
      where.or([
        where('spent_at', '<', p('before')),
        where('revoked_at', '<', p('before')),
        where('expires_at', '<', p('before')),
      ]),
    )
    .limit(p('limit')),
)
const removeRefresh = statement((db, p: Params<{ id: RefreshTokenId }>) =>
  db.deleteFrom('refresh_token').where('id', '=', p('id')),
)

const sessions = statement((db, p: Params<Bound>) =>
  db.selectFrom('session').select('id').where('expires_at', '<', p('before')).limit(p('limit')),
)
const removeSession = statement((db, p: Params<{ id: SessionId }>) =>
  db.deleteFrom('session').where('id', '=', p('id')),
)

const bareGrants = statement((db, p: Params<Bound>) =>
  db
    .selectFrom('grant as g')
    .select('g.id')
    .where('g.created_at', '<', p('before'))
    .where((g) => g.not(g.exists(g.selectFrom('code as c').select('c.hash').whereRef('c.grant', '=', 'g.id'))))
    .where((g) => g.not(g.exists(g.selectFrom('token as t').select('t.id').whereRef('t.grant', '=', 'g.id'))))
    .where((g) => g.not(g.exists(g.selectFrom('refresh_token as r').select('r.id').whereRef('r.grant', '=', 'g.id'))))
    .limit(p('limit')),
)
const removeGrant = statement((db, p: Params<{ id: GrantId }>) => db.deleteFrom('grant').where('id', '=', p('id')))

export function* forgetEnded(before: number, limit: number): Op<void> {
  const bound = { before, limit }
  for (const { hash } of yield* all(codes(bound))) yield* run(removeCode({ hash }))
  for (const { id } of yield* all(tokens(bound))) yield* run(removeToken({ id }))
  for (const { id } of yield* all(refreshTokens(bound))) yield* run(removeRefresh({ id }))
  for (const { id } of yield* all(sessions(bound))) yield* run(removeSession({ id }))
  for (const { id } of yield* all(bareGrants(bound))) yield* run(removeGrant({ id }))
}
