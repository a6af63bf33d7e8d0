/** Errors of `/oauth`: node-oauth2-server's texts in HighLevel's shape; a page for browsers. */
import type { Fault } from '../../core/model/fault.ts'
import type { Answer, IncomingHead } from '../../http/contracts.ts'
import { refusalPage } from '../../pages/page.ts'
import { isConsentPath } from './oauth-consent.ts'

/** Keyed by the fault's reason; the same for codes and refresh tokens. */
const REASON_TEXTS: Readonly<Record<string, string>> = {
  unknown: 'is invalid',
  revoked: 'is invalid',
  spent: 'is invalid',
  expired: 'has expired',
  wrong_redirect: 'was asked for with another redirect_uri',
  wrong_verifier: 'was asked for with another code_challenge',
}

/** Returns null for faults that are not OAuth's. */
export function refuseOauth(fault: Fault, head: IncomingHead): Answer | null {
  const { subject, reason, code } = fault
  if (isConsentPath(head.path) && subject !== 'route' && subject !== 'method') return refusalPage(fault)
  if (subject === 'client') return refusal(401, 'invalid_client', 'Invalid client: client is invalid', head)
  if (subject !== 'grant' || code === 'internal') return null
  return refusal(
    400,
    'invalid_grant',
    `Invalid grant: ${kindOf(fault)} ${REASON_TEXTS[reason ?? ''] ?? 'is invalid'}`,
    head,
  )
}

function kindOf({ details }: Fault): string {
  return details['kind'] === 'code' ? 'authorization code' : 'refresh token'
}

/** `error` is OAuth's error code; the SDK reads `message`. */
function refusal(statusCode: number, error: string, message: string, head: IncomingHead): Answer {
  const json = { statusCode, message, error, error_description: message, traceId: head.id }
  return { status: statusCode, headers: { 'cache-control': 'no-store' }, json }
}
