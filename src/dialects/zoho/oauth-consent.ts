import type { Session } from '../../core/ports/accounts-catalog.ts'
import type { Gift, Terms } from '../../core/access/grants.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { authorize, type Question } from '../../pages/authorization.ts'
import { redirect } from '../../pages/page.ts'
import { withFragment, withQuery } from '../../pages/question.ts'
import { sessionOf } from '../../pages/visit.ts'
import { mustBeAsked, type Asked } from './oauth-question.ts'
import { ACCESS_SECONDS, CODE_MS } from './oauth-terms.ts'
import { meaningOf } from './scope-words.ts'

export function consentRoutes(terms: () => Terms): readonly Route[] {
  const ask = async (call: Call) => authorize(call, questionOf(call, await mustBeAsked(call), terms()))
  const askAgain = (call: Call) => refresh(call, terms())
  const needs = 'nobody'
  const again = '/oauth/v2/auth/refresh'
  return [
    { method: 'GET', path: '/oauth/v2/auth', needs, operation: 'ask for consent', answer: ask },
    { method: 'POST', path: '/oauth/v2/auth', needs, operation: 'log in and consent', answer: ask },
    { method: 'GET', path: again, needs, operation: 'ask for another token', answer: askAgain },
    { method: 'POST', path: again, needs, operation: 'log in and consent again', answer: ask },
  ]
}

/** Consent pages are for the user only: CORS must not allow other origins to read them. */
export function isConsentPath(path: string): boolean {
  return path.startsWith('/oauth/v2/auth')
}

function questionOf(call: Call, asked: Asked, terms: Terms): Question {
  const { client, redirectUri, scopes, responseType, isOffline } = asked
  return {
    client,
    redirectUri,
    scopes: scopes.map((name) => ({ name, meaning: meaningOf(name) })),
    isLasting: responseType === 'code' && isOffline,
    denial: backTo(asked, [['error', 'access_denied']]),
    async tenants(session) {
      const { organization } = session
      return organization.agency === client.agency
        ? [{ id: organization.id, name: organization.name, note: `organization ${organization.id}` }]
        : []
    },
    async allow(session, place) {
      if (place !== session.organization.id || session.organization.agency !== client.agency) return null
      return responseType === 'code' ? withCode(call, asked, session) : withToken(call, asked, session, terms)
    },
  }
}

async function withCode(call: Call, asked: Asked, { account, organization }: Session): Promise<string> {
  const { client, scopes, redirectUri, challenge, isAnew } = asked
  const { grants } = call.services
  const gift: Gift = { client, organization, user: account.id, scopes, by: 'consent', session: null }
  const offline = asked.isOffline && (isAnew || !(await grants.isOffline(client, account)))
  const code = await grants.code(gift, { redirectUri, challenge, offline, lifetimeMs: CODE_MS })
  return backTo(asked, [
    ['code', code],
    ['location', 'us'],
    ['accounts-server', call.origin],
  ])
}

/** The implicit flow: the vendor's redirect.html copies these keys, and decodes `api_domain` alone. */
async function withToken(call: Call, asked: Asked, session: Session, terms: Terms): Promise<string> {
  const { client, scopes } = asked
  const { account, organization, id } = session
  const gift: Gift = { client, organization, user: account.id, scopes, by: 'consent', session: id }
  const { access } = await call.services.grants.issue(gift, terms, false)
  return backTo(asked, [
    ['access_token', access],
    ['expires_in', String(ACCESS_SECONDS)],
    ['location', 'us'],
    ['api_domain', call.origin],
    ['granted_for_session', 'true'],
  ])
}

/** Skips the consent page when this session has granted this client these scopes before; otherwise shows it. */
async function refresh(call: Call, terms: Terms): Promise<Answer> {
  const asked = await mustBeAsked(call)
  const session = await sessionOf(call)
  const isSilent = session !== null && asked.responseType === 'token' && isWindow(call)
  const before = isSilent ? await call.services.grants.ofSession(session.id, asked.client) : null
  if (session !== null && before !== null && asked.scopes.every((scope) => before.scopes.includes(scope)))
    return redirect(await withToken(call, asked, session, terms))
  return authorize(call, questionOf(call, asked, terms))
}

/** False in a frame of another site. */
function isWindow({ headers }: Call): boolean {
  const into = headers['sec-fetch-dest']
  return into === undefined || into === 'document'
}

/** Appends to the query of the redirect URI or, for tokens, to its fragment, which browsers do not send to servers. */
function backTo({ redirectUri, responseType, state }: Asked, values: readonly (readonly [string, string])[]): string {
  const all = state === null ? values : [...values, ['state', state] as const]
  return responseType === 'token' ? withFragment(redirectUri, all) : withQuery(redirectUri, all)
}
