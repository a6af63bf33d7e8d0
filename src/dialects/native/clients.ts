/** OAuth clients: create, list, remove, and revoke the tokens issued to them. */
import type { Client, ClientId } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { z } from 'zod'
import { pageOf } from './cursor.ts'
import { ORGANIZATION_PATH, contextOf, scope } from './context.ts'
import { pageQuery } from './queries.ts'
import { timeOf } from './model-wire.ts'
import { SCOPES } from '../../core/model/scopes.ts'
import { clients, createdClient, newClient, revokedTokens } from './staff-wire.ts'
import { bodyOf, queryOf } from './validation.ts'

const tag = 'Clients'

export const clientRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ORGANIZATION_PATH}/clients`,
    operation: 'list clients',
    needs: scope('clients.read'),
    about: {
      tag,
      description: 'Newest first, revoked ones too; never a secret. The newest 1,000 are listed.',
      query: pageQuery,
      answers: { 200: { description: 'A page of clients', schema: clients } },
    },
    answer: list,
  },
  {
    method: 'POST',
    path: `${ORGANIZATION_PATH}/clients`,
    operation: 'register a client',
    needs: scope('clients.write'),
    about: {
      tag,
      body: { type: 'application/json', schema: newClient },
      answers: { 201: { description: 'The client with its secret, shown this once', schema: createdClient } },
    },
    answer: create,
  },
  {
    method: 'DELETE',
    path: `${ORGANIZATION_PATH}/clients/:client`,
    operation: 'revoke a client',
    needs: scope('clients.write'),
    about: {
      tag,
      description: 'With everything that it was given. It stays in the list.',
      answers: { 200: { description: 'What ended', schema: revokedTokens } },
    },
    answer: (call) => revoke(call, true),
  },
  {
    method: 'DELETE',
    path: `${ORGANIZATION_PATH}/clients/:client/tokens`,
    operation: "revoke a client's tokens",
    needs: scope('clients.write'),
    about: {
      tag,
      description: 'All that it was given, refresh tokens too. It may ask for access again.',
      answers: { 200: { description: 'What ended', schema: revokedTokens } },
    },
    answer: (call) => revoke(call, false),
  },
]

async function list(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const all = await call.services.clients.list(actor)
  const { items, next } = pageOf(all, queryOf(pageQuery, call), z.string().max(200))
  return { status: 200, json: { items: items.map(clientWire), next } }
}

async function create(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { caller } = call
  const by = { caller, holdsEverything: SCOPES.every((one) => caller.scopes.has(one)) }
  const { client, secret } = await call.services.clients.create(actor, await bodyOf(newClient, call), by)
  return { status: 201, json: { ...clientWire(client), secret } }
}

async function revoke(call: Call, withClient: boolean): Promise<Answer> {
  const { actor } = await contextOf(call)
  const client = (call.params['client'] ?? '') as ClientId
  return { status: 200, json: { revoked: await call.services.access.revokeClient(actor, client, withClient) } }
}

function clientWire({ id, name, wire, flows, scopes, redirectUris, createdAt, revokedAt }: Client): object {
  const revokedTime = revokedAt === null ? null : timeOf(revokedAt)
  return { id, name, wire, flows, scopes, redirectUris, createdAt: timeOf(createdAt), revokedAt: revokedTime }
}
