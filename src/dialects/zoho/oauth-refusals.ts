/** Errors of Zoho's accounts server: a page for browsers; `{"error":"…"}` with status 200 (as recorded) for programs. */
import type { Fault } from '../../core/model/fault.ts'
import type { Answer, IncomingHead } from '../../http/contracts.ts'
import { refusalPage } from '../../pages/page.ts'
import { isConsentPath } from './oauth-consent.ts'
import { oauthJson } from './oauth-tokens.ts'

/** Keyed by `subject/reason`. */
const ERRORS: Readonly<Record<string, string>> = {
  'client/unknown': 'invalid_client',
  'client/secret': 'invalid_client_secret',
  'grant/unknown': 'invalid_code',
  'grant/expired': 'invalid_code',
  'grant/revoked': 'invalid_code',
  'grant/spent': 'invalid_code',
  'grant/wrong_verifier': 'invalid_code',
  'grant/wrong_redirect': 'invalid_redirect_uri',
  'parameter/grant_type': 'unsupported_grant_type',
  'parameter/scope': 'invalid_scope',
  'parameter/soid': 'invalid_soid',
}

const THROTTLED = {
  error_description: 'You have made too many requests continuously. Please try again after some time.',
  error: 'Access Denied',
  status: 'failure',
}

/** Returns null for faults that are not the accounts server's. */
export function refuseOauth(fault: Fault, head: IncomingHead): Answer | null {
  if (fault.subject === 'route' || fault.subject === 'method' || fault.subject === 'token') return null
  if (isConsentPath(head.path)) return refusalPage(fault)
  if (!head.path.startsWith('/oauth/v2/')) return null
  if (fault.code === 'too_many') return oauthJson(400, THROTTLED)
  if (fault.reason === 'token') return oauthJson(400, { error: 'invalid_token' })
  const known = ERRORS[`${fault.subject}/${fault.reason ?? ''}`]
  if (known !== undefined) return oauthJson(200, { error: known })
  const status = fault.code === 'internal' ? 500 : fault.code === 'unavailable' ? 503 : 400
  return oauthJson(status, { error: status === 400 ? 'invalid_request' : 'server_error' })
}
