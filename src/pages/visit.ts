/** A browser's cookies, and the protection of forms against cross-site request forgery. */
import { formTokenOf, isFormToken, newSessionSecret } from '../core/model/secrets.ts'
import type { Session } from '../core/ports/accounts-catalog.ts'
import type { Answer, Call } from '../http/contracts.ts'

export interface Visit {
  readonly session: Session | null
  /** The session's secret from the cookie. */
  readonly secret: string | null
  /** Token for the next form; bound to the session, or to this browser before there is one. */
  readonly formToken: string
  /** Headers that set the cookies which a page with a form needs. */
  readonly headers: Answer['headers']
  /** Whether the form was created by this server for this browser. */
  isOwnForm(form: URLSearchParams): boolean
}

const SESSION = 'dossier_session'
const VISIT = 'dossier_visit'

export async function visitOf(call: Call): Promise<Visit> {
  const secret = cookieOf(call, SESSION)
  const session = await call.services.sessions.find(secret)
  const key = (session === null ? cookieOf(call, VISIT) : secret) ?? newSessionSecret()
  const isNew = session === null && cookieOf(call, VISIT) === null
  return {
    session,
    secret,
    formToken: formTokenOf(key),
    headers: isNew ? setCookie(call, VISIT, key) : {},
    isOwnForm: (form) => isFromOurPage(call) && isFormToken(key, form.get('form') ?? ''),
  }
}

export function sessionCookie(call: Call, secret: string): Record<string, string> {
  return setCookie(call, SESSION, secret)
}

export function noSessionCookie(call: Call): Record<string, string> {
  return setCookie(call, SESSION, '', '; Max-Age=0')
}

/** Null: no user is logged in. */
export function sessionOf(call: Call): Promise<Session | null> {
  return call.services.sessions.find(cookieOf(call, SESSION))
}

/** Browsers send the origin relation of a form; another port of the same host would be `same-site`. */
function isFromOurPage({ headers }: Call): boolean {
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'same-origin'
}

function setCookie(call: Call, name: string, value: string, more = ''): Record<string, string> {
  const secure = isSecure(call) ? '; Secure' : ''
  return { 'set-cookie': `${nameOf(call, name)}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}${more}` }
}

/** Null if missing or not in the format of this server's secrets. */
function cookieOf(call: Call, name: string): string | null {
  const wanted = `${nameOf(call, name)}=`
  const found = (call.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const value = found.find((pair) => pair.startsWith(wanted))?.slice(wanted.length)
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : null
}

/** `__Host-`: other hosts of the same domain cannot set a cookie of that name. */
function nameOf(call: Call, name: string): string {
  return isSecure(call) ? `__Host-${name}` : name
}

function isSecure({ origin }: Call): boolean {
  return origin.startsWith('https:')
}
