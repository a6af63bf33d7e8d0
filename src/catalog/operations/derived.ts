/** What was made by a token ends with it: tokens of tokens, their clients with all that those were given, and shares. */
import type { ClientId, OrganizationId, TokenId, UserId } from '../../core/model/model.ts'
import { all, type Op, type Params, run, statement } from '../statement.ts'

type Of<T> = T & { at: number }

const revokeTokensOfToken = statement((db, p: Params<Of<{ parent: TokenId }>>) =>
  db
    .updateTable('token')
    .set({ revoked_at: p('at') })
    .where('parent', '=', p('parent'))
    .where('revoked_at', 'is', null)
    .returning('id'),
)

const selectClientsOfToken = statement((db, p: Params<{ parent: TokenId }>) =>
  db.selectFrom('client').select('id').where('parent', '=', p('parent')).where('revoked_at', 'is', null),
)

const selectClientsOfUser = statement((db, p: Params<{ organization: OrganizationId; user: UserId }>) =>
  db
    .selectFrom('client')
    .select('id')
    .where('organization', '=', p('organization'))
    .where('created_by', '=', p('user'))
    .where('revoked_at', 'is', null),
)

const revokeSharesOfToken = statement((db, p: Params<Of<{ parent: TokenId }>>) =>
  db
    .updateTable('share')
    .set({ revoked_at: p('at') })
    .where('parent', '=', p('parent'))
    .where('revoked_at', 'is', null),
)

const revokeSharesOfUser = statement((db, p: Params<Of<{ organization: OrganizationId; user: UserId }>>) =>
  db
    .updateTable('share')
    .set({ revoked_at: p('at') })
    .where('organization', '=', p('organization'))
    .where('created_by', '=', p('user'))
    .where('revoked_at', 'is', null),
)

const revokeClient = statement((db, p: Params<Of<{ client: ClientId }>>) =>
  db
    .updateTable('client')
    .set({ revoked_at: p('at') })
    .where('id', '=', p('client'))
    .where('revoked_at', 'is', null),
)

const revokeGrants = statement((db, p: Params<Of<{ client: ClientId }>>) =>
  db
    .updateTable('grant')
    .set({ revoked_at: p('at') })
    .where('client', '=', p('client'))
    .where('revoked_at', 'is', null),
)

const revokeRefresh = statement((db, p: Params<Of<{ client: ClientId }>>) =>
  db
    .updateTable('refresh_token')
    .set({ revoked_at: p('at') })
    .where('client', '=', p('client'))
    .where('revoked_at', 'is', null),
)

const revokeTokensOfClient = statement((db, p: Params<Of<{ client: ClientId }>>) =>
  db
    .updateTable('token')
    .set({ revoked_at: p('at') })
    .where('client', '=', p('client'))
    .where('revoked_at', 'is', null)
    .returning('id'),
)

/** Ends everything that was made by these tokens, over any depth. The tokens themselves have been revoked already. */
export function* endDerived(tokens: readonly TokenId[], at: number): Op<void> {
  const queue = [...tokens]
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    yield* run(revokeSharesOfToken({ parent, at }))
    queue.push(...(yield* all(revokeTokensOfToken({ parent, at }))).map(({ id }) => id))
    for (const { id } of yield* all(selectClientsOfToken({ parent }))) queue.push(...(yield* endClient(id, true, at)))
  }
}

/** Ends what the client was given, and with `withClient` the client; answers its access tokens, whose own are still to be ended. */
export function* endClient(client: ClientId, withClient: boolean, at: number): Op<readonly TokenId[]> {
  if (withClient) yield* run(revokeClient({ client, at }))
  yield* run(revokeGrants({ client, at }))
  yield* run(revokeRefresh({ client, at }))
  return (yield* all(revokeTokensOfClient({ client, at }))).map(({ id }) => id)
}

/** The shares and OAuth clients that a user made. */
export function* endMadeBy(organization: OrganizationId, user: UserId, at: number): Op<void> {
  yield* run(revokeSharesOfUser({ organization, user, at }))
  for (const { id } of yield* all(selectClientsOfUser({ organization, user })))
    yield* endDerived(yield* endClient(id, true, at), at)
}
