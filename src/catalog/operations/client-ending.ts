import type { ClientId, OrganizationId } from '../../core/model/model.ts'
import { type Op, one, type Params, statement } from '../statement.ts'
import { endClient, endDerived } from './derived.ts'

const selectClient = statement((db, p: Params<{ client: ClientId; organization: OrganizationId }>) =>
  db.selectFrom('client').select('id').where('id', '=', p('client')).where('organization', '=', p('organization')),
)

/** Everything that a client was given, in any organization; returns how many access tokens, or null if there is no such client. */
export function* revokeClientTokens(
  organization: OrganizationId,
  client: ClientId,
  withClient: boolean,
  at: number,
): Op<number | null> {
  if ((yield* one(selectClient({ client, organization }))) === null) return null
  const tokens = yield* endClient(client, withClient, at)
  yield* endDerived(tokens, at)
  return tokens.length
}
