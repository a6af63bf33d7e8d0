import type { ClientId, OrganizationId } from '../../core/model/model.ts'
import { all, type Op, one, type Params, run, statement } from '../statement.ts'

type Ending = { client: ClientId; at: number }

const selectClient = statement((db, p: Params<{ client: ClientId; organization: OrganizationId }>) =>
  db.selectFrom('client').select('id').where('id', '=', p('client')).where('organization', '=', p('organization')),
)

const revokeClient = statement((db, p: Params<Ending>) =>
  db
    .updateTable('client')
    .set({ revoked_at: p('at') })
    .where('id', '=', p('client'))
    .where('revoked_at', 'is', null),
)

const revokeGrants = statement((db, p: Params<Ending>) =>
  db
    .updateTable('grant')
    .set({ revoked_at: p('at') })
    .where('client', '=', p('client'))
    .where('revoked_at', 'is', null),
)

const revokeRefresh = statement((db, p: Params<Ending>) =>
  db
    .updateTable('refresh_token')
    .set({ revoked_at: p('at') })
    .where('client', '=', p('client'))
    .where('revoked_at', 'is', null),
)

const revokeTokens = statement((db, p: Params<Ending>) =>
  db
    .updateTable('token')
    .set({ revoked_at: p('at') })
    .where('client', '=', p('client'))
    .where('revoked_at', 'is', null)
    .returning('id'),
)

/** Everything that a client was given, wherever; answers how many access tokens, or null when there is no such client. */
export function* revokeClientTokens(
  organization: OrganizationId,
  client: ClientId,
  withClient: boolean,
  at: number,
): Op<number | null> {
  if ((yield* one(selectClient({ client, organization }))) === null) return null
  if (withClient) yield* run(revokeClient({ client, at }))
  yield* run(revokeGrants({ client, at }))
  yield* run(revokeRefresh({ client, at }))
  return (yield* all(revokeTokens({ client, at }))).length
}
