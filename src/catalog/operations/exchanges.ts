/** A code or a refresh token for new ones: decided and done in one operation, so that of two at once one wins. */
import type { CodeExchange, Exchanged, RefreshExchange } from '../../core/ports/accounts-catalog.ts'
import type { Grant, RefreshTokenId, Sha256 } from '../../core/model/model.ts'
import { all, one, type Op, type Params, run, statement } from '../statement.ts'
import { revokeGrant } from './grant-endings.ts'
import { addAccess, addRefresh, findGrant } from './grants.ts'

const selectCode = statement((db, p: Params<{ hash: Sha256 }>) =>
  db
    .selectFrom('code')
    .select(['grant', 'redirect_uri', 'challenge', 'offline', 'expires_at', 'used_at'])
    .where('hash', '=', p('hash')),
)

const useCode = statement((db, p: Params<{ hash: Sha256; at: number }>) =>
  db
    .updateTable('code')
    .set({ used_at: p('at') })
    .where('hash', '=', p('hash')),
)

const selectRefresh = statement((db, p: Params<{ hash: Sha256 }>) =>
  db
    .selectFrom('refresh_token')
    .select(['id', 'grant', 'expires_at', 'spent_at', 'revoked_at'])
    .where('hash', '=', p('hash')),
)

const spend = statement((db, p: Params<{ id: RefreshTokenId; at: number }>) =>
  db
    .updateTable('refresh_token')
    .set({ spent_at: p('at') })
    .where('id', '=', p('id')),
)

const selectHad = statement((db, p: Params<{ refresh: RefreshTokenId; since: number; most: number }>) =>
  db
    .selectFrom('token')
    .select('id')
    .where('refresh', '=', p('refresh'))
    .where('created_at', '>', p('since'))
    .limit(p('most')),
)

export function* exchangeCode(exchange: CodeExchange): Op<Exchanged> {
  const { hash, client, at, access, refresh } = exchange
  const code = yield* one(selectCode({ hash }))
  const grant = code === null ? null : yield* findGrant(code.grant)
  if (code === null || grant?.client !== client) return { outcome: 'unknown' }
  if (code.used_at !== null) {
    yield* revokeGrant(grant.id, at)
    return { outcome: 'spent', grant: grant.id }
  }
  if (grant.revokedAt !== null) return { outcome: 'revoked' }
  if (code.expires_at <= at) return { outcome: 'expired' }
  if (code.redirect_uri !== null && code.redirect_uri !== exchange.redirectUri) return { outcome: 'wrong_redirect' }
  if (code.challenge !== exchange.challenge) return { outcome: 'wrong_verifier' }
  yield* run(useCode({ hash, at }))
  const refreshed = code.offline === 1
  if (refreshed) yield* addRefresh(grant, refresh, at)
  const token = yield* addAccess(grant, access, refreshed ? refresh.id : null, at)
  return { outcome: 'issued', grant, token, refreshed }
}

export function* exchangeRefresh(exchange: RefreshExchange): Op<Exchanged> {
  const { hash, client, at, access, next, throttle } = exchange
  const found = yield* one(selectRefresh({ hash }))
  const grant = found === null ? null : yield* findGrant(found.grant)
  if (found === null || grant?.client !== client) return { outcome: 'unknown' }
  if (found.revoked_at !== null || grant.revokedAt !== null) return { outcome: 'revoked' }
  // A rotated token that comes again was stolen, or its successor was; they cannot be told apart, so both end (RFC 9700, 4.14.2).
  if (found.spent_at !== null) {
    yield* revokeGrant(grant.id, at)
    return { outcome: 'spent', grant: grant.id }
  }
  if (found.expires_at !== null && found.expires_at <= at) return { outcome: 'expired' }
  if (throttle !== null) {
    const had = yield* all(selectHad({ refresh: found.id, ...throttle }))
    if (had.length >= throttle.most) return { outcome: 'throttled' }
  }
  if (next !== null) yield* rotate(grant, found.id, next, at)
  const token = yield* addAccess(grant, access, next?.id ?? found.id, at)
  return { outcome: 'issued', grant, token, refreshed: next !== null }
}

function* rotate(grant: Grant, old: RefreshTokenId, next: NonNullable<RefreshExchange['next']>, at: number): Op<void> {
  yield* run(spend({ id: old, at }))
  yield* addRefresh(grant, next, at)
}
