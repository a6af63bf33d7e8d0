/**
 * HighLevel's error answers: `{statusCode, message, error, traceId}`. The fault's message is sent unless the vendor
 * fixes the text.
 */
import type { Fault, FaultCode } from '../../core/model/fault.ts'
import type { Answer, IncomingHead } from '../../http/contracts.ts'

interface ErrorText {
  readonly status: number
  /** If absent, the fault's own message. */
  readonly text?: string
}

const ERROR_TEXTS: Readonly<Record<FaultCode, (fault: Fault, head: IncomingHead) => ErrorText>> = {
  unauthenticated: (fault, head) => ({ status: 401, ...tokenText(fault, head) }),
  forbidden({ subject }) {
    if (subject === 'scope') return { status: 401, text: 'The token is not authorized for this scope.' }
    // Denied by the user's profile or role: the vendor's text is not recorded, so the fault's own message is sent.
    if (subject === 'module' || subject === 'record') return { status: 403 }
    return { status: 403, text: 'The token does not have access to this location.' }
  },
  not_found: ({ subject }) => ({ status: subject === 'attachment' ? 404 : 400 }),
  invalid_input: ({ reason }) => ({ status: reason === 'validation' ? 422 : 400 }),
  too_large({ subject }) {
    if (subject === 'request') return { status: 431 }
    return subject === 'file' ? { status: 413, text: 'File too large' } : { status: 413 }
  },
  type_refused: () => ({ status: 400 }),
  quota_exceeded: () => ({ status: 507 }),
  conflict: ({ subject }) => ({ status: subject === 'request' ? 409 : 400 }),
  too_many: () => ({ status: 429, text: 'Too Many Requests' }),
  aborted: () => ({ status: 408 }),
  unavailable: () => ({ status: 503 }),
  internal: () => ({ status: 500, text: 'Internal server error' }),
}

const REASON_PHRASES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Payload Too Large',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
}

export function refuse(fault: Fault, head: IncomingHead): Answer {
  const { status, text } = errorTextOf(fault, head)
  const messages = fault.details['messages']
  const message = Array.isArray(messages) ? (messages as readonly string[]) : (text ?? fault.message)
  const meta = fault.details['meta']
  return {
    status,
    json: {
      statusCode: status,
      message,
      error: REASON_PHRASES[status],
      traceId: head.id,
      ...(meta === undefined ? {} : { meta }),
    },
  }
}

/** A Bearer token without surrounding white space; null if there is none. */
export function secretOf({ headers }: IncomingHead): string | null {
  return /^\s*Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1] ?? null
}

function errorTextOf(fault: Fault, head: IncomingHead): ErrorText {
  if (fault.subject === 'route' || fault.subject === 'method')
    return { status: 404, text: `Cannot ${head.method} ${head.path.slice(0, 200)}` }
  const saying = ERROR_TEXTS[fault.code](fault, head)
  const fixed = fault.details['text']
  return typeof fixed === 'string' ? { ...saying, text: fixed } : saying
}

/** The reference page has one text for every invalid token; the live API has another for private integrations. */
function tokenText(fault: Fault, head: IncomingHead): { text?: string } {
  if (fault.reason === 'missing') return {}
  const isPrivate = secretOf(head)?.startsWith('pit-') === true
  return { text: isPrivate ? 'Invalid Private Integration token' : 'Invalid token: access token is invalid' }
}
