import type { Selectable } from 'kysely'
import type { NewClient } from '../../core/ports/accounts-catalog.ts'
import type { Client, ClientId, OrganizationId, Sha256 } from '../../core/model/model.ts'
import { type ClientRow, clientOf } from '../rows.ts'
import type { ClientTable } from '../schema.ts'
import { all, columns, type Db, one, type Op, type Params, run, statement } from '../statement.ts'

const MOST = 1_000

const insert = statement((db, p: Params<Selectable<ClientTable>>) =>
  db
    .insertInto('client')
    .values(
      columns(
        p,
        ...(['id', 'organization', 'name', 'wire', 'flows', 'secret', 'scopes', 'created_at', 'revoked_at'] as const),
        ...(['parent', 'created_by', 'expires_at', 'reach'] as const),
      ),
    ),
)

const insertUri = statement((db, p: Params<{ client: ClientId; uri: string }>) =>
  db.insertInto('redirect_uri').values(columns(p, 'client', 'uri')),
)

const shown = (db: Db) =>
  db
    .selectFrom('client as c')
    .innerJoin('organization as o', 'o.id', 'c.organization')
    .select(['c.id', 'c.organization', 'c.name', 'c.wire', 'c.flows', 'c.scopes', 'c.created_at', 'c.revoked_at'])
    .select(['c.expires_at', 'c.reach'])
    .select('o.agency')

const select = statement((db, p: Params<{ id: ClientId }>) => shown(db).select('c.secret').where('c.id', '=', p('id')))

const selectOfOrganization = statement((db, p: Params<{ organization: OrganizationId }>) =>
  shown(db).where('c.organization', '=', p('organization')).orderBy('c.created_at', 'desc').orderBy('c.id').limit(MOST),
)

const selectUrisOf = statement((db, p: Params<{ client: ClientId }>) =>
  db.selectFrom('redirect_uri').select('uri').where('client', '=', p('client')).orderBy('uri'),
)

const selectUris = statement((db, _: Params<Record<string, never>>) =>
  db
    .selectFrom('redirect_uri as r')
    .innerJoin('client as c', 'c.id', 'r.client')
    .select('r.uri')
    .where('c.revoked_at', 'is', null)
    .distinct()
    .orderBy('r.uri'),
)

export function* createClient(client: NewClient): Op<Client> {
  const { id, organization, name, wire, flows, secret, scopes, at } = client
  const texts = { flows: JSON.stringify(flows), scopes: JSON.stringify(scopes) }
  const made = { created_at: at, created_by: client.createdBy, parent: client.parent, revoked_at: null }
  const own = { id, organization, name, wire, secret, expires_at: client.expiresAt, reach: client.reach }
  yield* run(insert({ ...own, ...texts, ...made }))
  for (const uri of new Set(client.redirectUris)) yield* run(insertUri({ client: id, uri }))
  const kept = yield* clientAndSecret(id)
  if (kept === null) throw new Error('The database did not answer with the client it had just kept.')
  return kept.client
}

export function* clientAndSecret(id: ClientId): Op<{ client: Client; secret: Sha256 | null } | null> {
  const row = yield* one(select({ id }))
  return row === null ? null : { client: yield* withUris(row), secret: row.secret }
}

export function* clients(organization: OrganizationId): Op<readonly Client[]> {
  const found: Client[] = []
  for (const row of yield* all(selectOfOrganization({ organization }))) found.push(yield* withUris(row))
  return found
}

export function* redirectUris(): Op<readonly string[]> {
  const rows = yield* all(selectUris({}))
  return rows.map((row) => row.uri)
}

function* withUris(row: ClientRow): Op<Client> {
  const uris = yield* all(selectUrisOf({ client: row.id }))
  return clientOf(
    row,
    uris.map(({ uri }) => uri),
  )
}
