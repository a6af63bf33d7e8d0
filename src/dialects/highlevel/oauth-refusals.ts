/** How `/oauth` says no: node-oauth2-server's words in HighLevel's shape; to people on a page. */
import type { Fault } from '../../core/model/fault.ts'
import type { Answer, IncomingHead } from '../../http/contracts.ts'
import { refusalPage } from '../../pages/page.ts'
import { isConsentPath } from './oauth-consent.ts'

/** What a grant of either kind is called in refusals. */
const SAID: Readonly<Record<string, string>> = {
  unknown: 'is invalid',
  revoked: 'is invalid',
  spent: 'is invalid',
  expired: 'has expired',
  wrong_redirect: 'was asked for with another redirect_uri',
  wrong_verifier: 'was asked for with another code_challenge',
}

/** Null for what is no matter of OAuth's. */
export function refuseOauth(fault: Fault, head: IncomingHead): Answer | null {
  const { subject, reason, code } = fault
  if (isConsentPath(head.path) && subject !== 'route' && subject !== 'method') return refusalPage(fault)
  if (subject === 'client') return refusal(401, 'invalid_client', 'Invalid client: client is invalid', head)
  if (subject !== 'grant' || code === 'internal') return null
  return refusal(400, 'invalid_grant', `Invalid grant: ${kindOf(fault)} ${SAID[reason ?? ''] ?? 'is invalid'}`, head)
}

function kindOf({ details }: Fault): string {
  return details['kind'] === 'code' ? 'authorization code' : 'refresh token'
}

/** `error` is OAuth's word here; the SDK reads `message`. */
function refusal(statusCode: number, error: string, message: string, head: IncomingHead): Answer {
  const json = { statusCode, message, error, error_description: message, traceId: head.id }
  return { status: statusCode, headers: { 'cache-control': 'no-store' }, json }
}
