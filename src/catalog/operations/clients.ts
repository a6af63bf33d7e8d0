import type { OrganizationId } from '../../core/model.ts'
import { all, columns, type Op, type Params, run, statement } from '../statement.ts'

export interface NewClient {
  readonly id: string
  readonly organization: OrganizationId
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly at: number
}

const insert = statement(
  (db, p: Params<{ id: string; organization: OrganizationId; name: string; created_at: number }>) =>
    db.insertInto('client').values(columns(p, 'id', 'organization', 'name', 'created_at')),
)

const insertUri = statement((db, p: Params<{ client: string; uri: string }>) =>
  db.insertInto('redirect_uri').values(columns(p, 'client', 'uri')),
)

const selectUris = statement((db, _: Params<Record<string, never>>) =>
  db.selectFrom('redirect_uri').select('uri').distinct().orderBy('uri'),
)

export function* createClient(client: NewClient): Op<void> {
  const { id, organization, name, at } = client
  yield* run(insert({ id, organization, name, created_at: at }))
  for (const uri of new Set(client.redirectUris)) yield* run(insertUri({ client: id, uri }))
}

export function* redirectUris(): Op<readonly string[]> {
  const rows = yield* all(selectUris({}))
  return rows.map((row) => row.uri)
}
