import { ORGANIZATION } from '../../core/access/authorize.ts'
import { Fault } from '../../core/model/fault.ts'
import { SCOPES } from '../../core/model/scopes.ts'
import type { Token, TokenId } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { id, newToken } from './bodies.ts'
import { pageOf } from './cursor.ts'
import { ORGANIZATION_PATH, contextOf, scope } from './context.ts'
import { pageQuery } from './queries.ts'
import { tokenWire } from './model-wire.ts'
import { bodyOf, queryOf } from './validation.ts'
import { createdToken, tokens } from './wire.ts'

const tag = 'Tokens'

export const tokenRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ORGANIZATION_PATH}/tokens`,
    operation: 'list tokens',
    needs: scope('tokens.read'),
    about: {
      tag,
      description: 'Of every kind, newest first, revoked ones too; never a secret. The newest 1,000 are listed.',
      query: pageQuery,
      answers: { 200: { description: 'A page of tokens', schema: tokens } },
    },
    answer: list,
  },
  {
    method: 'POST',
    path: `${ORGANIZATION_PATH}/tokens`,
    operation: 'create a token',
    needs: scope('tokens.write'),
    about: {
      tag,
      description:
        'A native token gets no scope that its maker lacks. Tokens for the vendors’ APIs (`zoho`, and `private` for HighLevel), whose scopes are theirs, are made by who has every native scope.',
      body: { type: 'application/json', schema: newToken },
      answers: { 201: { description: 'The token with its secret, shown this once', schema: createdToken } },
    },
    answer: create,
  },
  {
    method: 'DELETE',
    path: `${ORGANIZATION_PATH}/tokens/:token`,
    operation: 'revoke a token',
    needs: scope('tokens.write'),
    about: {
      tag,
      description: 'It stays in the list. Takes effect everywhere within a second.',
      answers: { 204: { description: 'It is good for nothing any more', schema: null } },
    },
    answer: revoke,
  },
]

async function list(call: Call): Promise<Answer> {
  const { actor, organization } = await contextOf(call)
  await call.services.gate.authorize(actor, 'tokens.own', ORGANIZATION)
  const query = queryOf(pageQuery, call)
  const all = await call.services.access.list(organization.id)
  const isManager = await call.services.gate.may(actor, 'tokens.manage', ORGANIZATION)
  const { items, next } = pageOf(isManager ? all : all.filter(({ user }) => user === actor.user), query, id)
  const now = Date.now()
  return { status: 200, json: { items: items.map((token) => tokenWire(token, now)), next } }
}

async function create(call: Call): Promise<Answer> {
  const { actor, organization } = await contextOf(call)
  await call.services.gate.authorize(actor, 'tokens.own', ORGANIZATION)
  const { kind, label, scopes, expiresAt } = await bodyOf(newToken, call)
  mustHoldScopes(call, kind, scopes)
  const { token, secret } = await call.services.access.create({
    kind,
    organization: organization.id,
    agency: organization.agency,
    user: actor.user,
    client: null,
    label,
    scopes: [...new Set(scopes)],
    expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
  })
  return { status: 201, json: { ...tokenWire(token, Date.now()), secret } }
}

async function revoke(call: Call): Promise<Answer> {
  const { actor, organization } = await contextOf(call)
  const wanted = call.params['token'] as TokenId
  const found = (await call.services.access.list(organization.id)).find((token) => token.id === wanted)
  await call.services.gate.authorize(actor, 'tokens.manage', {
    ...{ kind: 'owned', by: found?.user ?? null, own: 'tokens.own' },
  })
  if (found === undefined || !(await call.services.access.revoke(found.id)))
    throw new Fault('not_found', 'token', 'There is no such token here, or it was revoked before.')
  return { status: 204 }
}

/**
 * Prevents privilege escalation: a caller may only create tokens with scopes it holds. A vendor's scope may give access
 * to everything in the vendor's API.
 */
function mustHoldScopes({ caller }: Call, kind: Token['kind'], scopes: readonly string[]): void {
  const unknown = scopes.filter((one) => kind === 'native' && !SCOPES.some((known) => known === one))
  if (unknown.length > 0)
    throw new Fault(
      'invalid_input',
      'scope',
      `/scopes: ${unknown.slice(0, 5).join(', ').slice(0, 100)} is no scope here; known are ${SCOPES.join(', ')}.`,
    )
  const needed = kind === 'native' ? scopes : SCOPES
  const missing = needed.filter((one) => !caller.scopes.has(one))
  if (missing.length > 0)
    throw new Fault(
      'forbidden',
      'scope',
      `Your own token lacks ${missing.join(', ')}, so it cannot make ${kind === 'native' ? 'one that has it' : `tokens of the kind ${kind}`}.`,
    )
}
