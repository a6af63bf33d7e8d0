/** OAuth's authorization endpoint: login, then consent, then the redirect back. The dialect has parsed the request. */
import type { Session } from '../core/ports/accounts-catalog.ts'
import { Fault } from '../core/model/fault.ts'
import type { Client } from '../core/model/model.ts'
import type { Answer, Call } from '../http/contracts.ts'
import { consentPage, type RequestedScope, type Tenant } from './consent-page.ts'
import { loginPage } from './login-page.ts'
import { noticePage, redirect } from './page.ts'
import { noSessionCookie, sessionCookie, visitOf, type Visit } from './visit.ts'

export interface ConsentRequest {
  readonly client: Client
  /** One of the client's registered URIs. */
  readonly redirectUri: string
  readonly scopes: readonly RequestedScope[]
  readonly isOffline: boolean
  /** URL to which the browser goes if the user denies access. */
  readonly denialUrl: string
  /** Tenants to which this user may grant access; empty: none. */
  tenants(session: Session): Promise<readonly Tenant[]>
  /** Stores the consent and resolves to the URL to redirect to; null if the tenant is not one of the user's. */
  allow(session: Session, tenant: string): Promise<string | null>
}

/** GET shows the next step; POST performs it. */
export async function authorize(call: Call, request: ConsentRequest): Promise<Answer> {
  const visit = await visitOf(call)
  if (call.method !== 'POST') return nextPage(call, request, visit)
  const form = await call.form()
  if (!visit.isOwnForm(form))
    return noticePage(
      403,
      'This form is out of date',
      'It was not made for this browser, or too long ago. Go back to the program that sent you here and begin anew.',
    )
  switch (form.get('step')) {
    case 'login':
      return logIn(call, request, visit, form)
    case 'leave':
      return leave(call, visit)
    default:
      return allow(call, request, visit, form)
  }
}

async function nextPage(call: Call, request: ConsentRequest, visit: Visit): Promise<Answer> {
  const { client, redirectUri, scopes, isOffline, denialUrl } = request
  const { session, formToken } = visit
  if (session === null) {
    const { loginPrefill } = call.services.sessions
    const filled = loginPrefill ?? { login: '', password: '' }
    return loginPage({ client: client.name, ...filled, formToken, problem: null, headers: visit.headers })
  }
  const tenants = await request.tenants(session)
  if (tenants.length === 0) return noTenantPage(client, session)
  const destination = new URL(redirectUri).origin
  const shown = { client: client.name, account: session.account, tenants, scopes, isOffline, destination, denialUrl }
  return consentPage({ ...shown, formToken })
}

async function logIn(call: Call, { client }: ConsentRequest, visit: Visit, form: URLSearchParams): Promise<Answer> {
  const [login, password] = [form.get('login') ?? '', form.get('password') ?? '']
  try {
    const attempt = { login, password, address: call.address, replaces: visit.secret }
    const { secret } = await call.services.sessions.logIn(attempt)
    return redirect(ownUrl(call), sessionCookie(call, secret))
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.subject !== 'login') throw thrown
    const problem = { status: thrown.code === 'too_many' ? 429 : 401, sentence: thrown.message }
    const { formToken, headers } = visit
    return loginPage({ client: client.name, login, password: '', formToken, problem, headers })
  }
}

async function leave(call: Call, { secret }: Visit): Promise<Answer> {
  if (secret !== null) await call.services.sessions.logOut(secret)
  return redirect(ownUrl(call), noSessionCookie(call))
}

async function allow(call: Call, request: ConsentRequest, visit: Visit, form: URLSearchParams): Promise<Answer> {
  const { session } = visit
  if (session === null) return redirect(ownUrl(call))
  const to = await request.allow(session, form.get('place') ?? '')
  return to === null ? noTenantPage(request.client, session) : redirect(to)
}

function noTenantPage(client: Client, { account, organization }: Session): Answer {
  return noticePage(
    403,
    'This program works elsewhere',
    `${client.name} is not registered for ${organization.name}, to which ${account.name} belongs. Whoever looks after this server can register it there.`,
  )
}

/** The page's own path and query; never a URL of another server. */
function ownUrl({ path, query }: Call): string {
  return `${path}?${query.toString()}`
}
