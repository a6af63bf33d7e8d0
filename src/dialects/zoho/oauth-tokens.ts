import { Fault } from '../../core/model/fault.ts'
import type { Issued, Terms } from '../../core/access/grants.ts'
import type { Client, OrganizationId } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { mustBeScopes } from '../../pages/authorization-validation.ts'
import { ACCESS_SECONDS } from './oauth-terms.ts'

export function tokenRoutes(terms: () => Terms): readonly Route[] {
  const issue = (call: Call) => issueTokens(call, terms())
  const needs = 'nobody'
  return [
    { method: 'POST', path: '/oauth/v2/token', needs, operation: 'get a token', answer: issue },
    { method: 'POST', path: '/oauth/v2/token/revoke', needs, operation: 'revoke a token', answer: revoke },
  ]
}

const MAX_PARAMETER_BYTES = 8_192

/** One line without a trailing newline: the PHP SDK parses what follows the last newline of the whole answer. */
export function oauthJson(status: number, body: object): Answer {
  const headers = { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store' }
  return { status, headers, text: JSON.stringify(body) }
}

async function issueTokens(call: Call, terms: Terms): Promise<Answer> {
  const sent = await parametersOf(call)
  const { grants, clients } = call.services
  const grantType = sent.get('grant_type')
  const client = await clients.authenticate(sent.get('client_id') ?? '', sent.get('client_secret') ?? '')
  if (client.wire !== 'zoho')
    throw new Fault('unauthenticated', 'client', 'This client is no Zoho client.', { reason: 'unknown' })
  switch (grantType) {
    case 'authorization_code': {
      const [redirectUri, verifier] = [sent.get('redirect_uri') ?? null, sent.get('code_verifier') ?? null]
      const code = sent.get('code') ?? ''
      return tokensAnswer(call, await grants.exchange(client, { code, redirectUri, verifier }, terms))
    }
    case 'refresh_token':
      return tokensAnswer(call, await grants.refresh(client, sent.get('refresh_token') ?? '', terms))
    case 'client_credentials':
      return tokensAnswer(call, await issueToClient(call, client, sent, terms))
    default:
      throw new Fault(
        'invalid_input',
        'parameter',
        'grant_type must be authorization_code, refresh_token or client_credentials.',
        { reason: 'grant_type' },
      )
  }
}

function tokensAnswer(call: Call, { access, refresh }: Issued): Answer {
  return oauthJson(200, {
    access_token: access,
    ...(refresh === null ? {} : { refresh_token: refresh }),
    api_domain: call.origin,
    token_type: 'Bearer',
    // Seconds. `expires_in_sec` must be absent: with it the SDKs read `expires_in` as milliseconds.
    expires_in: ACCESS_SECONDS,
  })
}

/** Client credentials: a token for the client itself in the organization that `soid=ZohoCRM.<id>` names. */
async function issueToClient(
  call: Call,
  client: Client,
  sent: ReadonlyMap<string, string>,
  terms: Terms,
): Promise<Issued> {
  if (!client.flows.includes('credentials'))
    throw new Fault('unauthenticated', 'client', `${client.name} is not registered for the flow credentials.`, {
      reason: 'unknown',
    })
  const id = /^ZohoCRM\.(\d{1,25})$/i.exec(sent.get('soid') ?? '')?.[1]
  if (id !== client.organization)
    throw new Fault('invalid_input', 'parameter', `soid must be ZohoCRM.${client.organization}.`, { reason: 'soid' })
  const scopes = mustBeScopes(sent.get('scope') ?? null, client)
  const organization = await call.services.organizations.find(id as OrganizationId)
  const grant = { client, organization, user: null, scopes, by: 'credentials', session: null } as const
  return call.services.grants.issue(grant, terms, false)
}

async function revoke(call: Call): Promise<Answer> {
  const token = (await parametersOf(call)).get('token') ?? ''
  if (token === '' || !(await call.services.grants.revokeSecret(token)))
    throw new Fault('invalid_input', 'grant', 'token is none that could be revoked.', { reason: 'token' })
  return oauthJson(200, { status: 'success' })
}

/** SDKs send a form of either encoding, older ones a query; the body takes precedence. */
async function parametersOf(call: Call): Promise<ReadonlyMap<string, string>> {
  const sent = new Map(call.query)
  if (call.bodyKind === 'multipart') {
    for await (const part of call.parts()) sent.set(part.name, await part.text(MAX_PARAMETER_BYTES))
  } else if (call.bodyKind !== 'none') {
    for (const [name, value] of await call.form()) sent.set(name, value)
  }
  return sent
}
