import type { Session } from '../../core/ports/accounts-catalog.ts'
import type { GrantRequest, Terms } from '../../core/access/grants.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { authorize, type ConsentRequest } from '../../pages/authorization.ts'
import { redirect } from '../../pages/page.ts'
import { withFragment, withQuery } from '../../pages/authorization-validation.ts'
import { sessionOf } from '../../pages/visit.ts'
import { mustParseAuthorization, type AuthorizationRequest } from './authorization-request.ts'
import { ACCESS_SECONDS, CODE_MS } from './oauth-terms.ts'
import { scopeDescription } from './scope-descriptions.ts'

export function consentRoutes(terms: () => Terms): readonly Route[] {
  const authorizeClient = async (call: Call) =>
    authorize(call, questionOf(call, await mustParseAuthorization(call), terms()))
  const reauthorizeClient = (call: Call) => refresh(call, terms())
  const needs = 'nobody'
  const again = '/oauth/v2/auth/refresh'
  return [
    { method: 'GET', path: '/oauth/v2/auth', needs, operation: 'ask for consent', answer: authorizeClient },
    { method: 'POST', path: '/oauth/v2/auth', needs, operation: 'log in and consent', answer: authorizeClient },
    { method: 'GET', path: again, needs, operation: 'ask for another token', answer: reauthorizeClient },
    { method: 'POST', path: again, needs, operation: 'log in and consent again', answer: authorizeClient },
  ]
}

/** Consent pages are for the user only: CORS must not allow other origins to read them. */
export function isConsentPath(path: string): boolean {
  return path.startsWith('/oauth/v2/auth')
}

function questionOf(call: Call, request: AuthorizationRequest, terms: Terms): ConsentRequest {
  const { client, redirectUri, scopes, responseType, isOffline } = request
  return {
    client,
    redirectUri,
    scopes: scopes.map((name) => ({ name, meaning: scopeDescription(name) })),
    isOffline: responseType === 'code' && isOffline,
    denialUrl: redirectBack(request, [['error', 'access_denied']]),
    async tenants(session) {
      const { organization } = session
      return organization.agency === client.agency
        ? [{ id: organization.id, name: organization.name, note: `organization ${organization.id}` }]
        : []
    },
    async allow(session, place) {
      if (place !== session.organization.id || session.organization.agency !== client.agency) return null
      return responseType === 'code' ? withCode(call, request, session) : withToken(call, request, session, terms)
    },
  }
}

async function withCode(
  call: Call,
  request: AuthorizationRequest,
  { account, organization }: Session,
): Promise<string> {
  const { client, scopes, redirectUri, challenge, isConsentForced: isAnew } = request
  const { grants } = call.services
  const grant: GrantRequest = { client, organization, user: account.id, scopes, by: 'consent', session: null }
  const offline = request.isOffline && (isAnew || !(await grants.isOffline(client, account)))
  const code = await grants.code(grant, { redirectUri, challenge, offline, lifetimeMs: CODE_MS })
  return redirectBack(request, [
    ['code', code],
    ['location', 'us'],
    ['accounts-server', call.origin],
  ])
}

/** The implicit flow: the vendor's redirect.html copies these keys, and decodes `api_domain` alone. */
async function withToken(call: Call, request: AuthorizationRequest, session: Session, terms: Terms): Promise<string> {
  const { client, scopes } = request
  const { account, organization, id } = session
  const grant: GrantRequest = { client, organization, user: account.id, scopes, by: 'consent', session: id }
  const { access } = await call.services.grants.issue(grant, terms, false)
  return redirectBack(request, [
    ['access_token', access],
    ['expires_in', String(ACCESS_SECONDS)],
    ['location', 'us'],
    ['api_domain', call.origin],
    ['granted_for_session', 'true'],
  ])
}

/** Skips the consent page when this session has granted this client these scopes before; otherwise shows it. */
async function refresh(call: Call, terms: Terms): Promise<Answer> {
  const request = await mustParseAuthorization(call)
  const session = await sessionOf(call)
  const isSilent = session !== null && request.responseType === 'token' && isTopLevel(call)
  const granted = isSilent ? await call.services.grants.sessionGrant(session.id, request.client) : null
  if (session !== null && granted !== null && request.scopes.every((scope) => granted.scopes.includes(scope)))
    return redirect(await withToken(call, request, session, terms))
  return authorize(call, questionOf(call, request, terms))
}

/** False in a frame of another site. */
function isTopLevel({ headers }: Call): boolean {
  const destination = headers['sec-fetch-dest']
  return destination === undefined || destination === 'document'
}

/** Appends to the query of the redirect URI or, for tokens, to its fragment, which browsers do not send to servers. */
function redirectBack(
  { redirectUri, responseType, state }: AuthorizationRequest,
  values: readonly (readonly [string, string])[],
): string {
  const all = state === null ? values : [...values, ['state', state] as const]
  return responseType === 'token' ? withFragment(redirectUri, all) : withQuery(redirectUri, all)
}
