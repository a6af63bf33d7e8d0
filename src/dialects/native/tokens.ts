import { Fault } from '../../core/model/fault.ts'
import { SCOPES } from '../../core/model/scopes.ts'
import type { Token, TokenId } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { id, newToken } from './bodies.ts'
import { cursorOf, valuesOf } from './cursor.ts'
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
      description:
        'Of every kind, newest first, revoked ones too; never a secret. Those of the caller’s user, and for administrators everybody’s.',
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
        'A native token gets no scope that its maker lacks, expires no later and ends with it. Tokens for the vendors’ APIs (`zoho`, and `private` for HighLevel), whose scopes are theirs, are made by who has every native scope.',
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
      description:
        'With everything that was made by it: tokens, clients, shares. It stays in the list. Takes effect everywhere within a second.',
      answers: { 204: { description: 'It is good for nothing any more', schema: null } },
    },
    answer: revoke,
  },
]

async function list(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { limit, cursor } = queryOf(pageQuery, call)
  const before = cursor === undefined ? null : (valuesOf(id, cursor) as TokenId)
  const found = await call.services.access.list(actor, { before, limit: limit + 1 })
  const now = Date.now()
  const items = found.slice(0, limit).map((token) => tokenWire(token, now))
  return { status: 200, json: { items, next: found.length > limit ? cursorOf(items.at(-1)?.id) : null } }
}

async function create(call: Call): Promise<Answer> {
  const { actor, organization } = await contextOf(call)
  const { kind, label, scopes, expiresAt } = await bodyOf(newToken, call)
  mustHoldScopes(call, kind, scopes)
  const request = {
    kind,
    organization: organization.id,
    agency: organization.agency,
    user: actor.user,
    client: null,
    label,
    scopes: [...new Set(scopes)],
    expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
  }
  const { token, secret } = await call.services.access.create(actor, request, call.caller)
  return { status: 201, json: { ...tokenWire(token, Date.now()), secret } }
}

async function revoke(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  await call.services.access.revoke(actor, call.params['token'] as TokenId)
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
