/** The native API's error answers: a problem document of RFC 9457 whose `detail` is the fault's own message. */
import type { Fault, FaultCode } from '../../core/model/fault.ts'
import type { Answer, IncomingHead } from '../../http/contracts.ts'
import type { ProblemWire } from './wire.ts'

interface ErrorText {
  readonly status: number
  readonly title: string
}

const ERROR_TEXTS: Readonly<Record<FaultCode, ErrorText>> = {
  unauthenticated: { status: 401, title: 'No valid token' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  invalid_input: { status: 400, title: 'The request cannot be understood' },
  too_large: { status: 413, title: 'Too large' },
  type_refused: { status: 415, title: 'This type is not taken' },
  quota_exceeded: { status: 507, title: 'No room left' },
  conflict: { status: 409, title: 'Conflict' },
  too_many: { status: 429, title: 'Too many requests' },
  aborted: { status: 408, title: 'The request did not arrive' },
  unavailable: { status: 503, title: 'Not available just now' },
  internal: { status: 500, title: 'Something failed inside the server' },
}

/** Keyed by `code/subject` or `code/subject/reason`. */
const SPECIFIC_TEXTS: Readonly<Record<string, ErrorText>> = {
  'not_found/method': { status: 405, title: 'This method is not answered here' },
  'too_large/request': { status: 431, title: 'The head of the request is too large' },
  'conflict/attachment/precondition': { status: 412, title: 'Another file than expected' },
  'invalid_input/parameter/range': { status: 416, title: 'The range is not in the file' },
}

export function refuse(fault: Fault, head: IncomingHead): Answer {
  const { code, subject, reason } = fault
  const { status, title } =
    SPECIFIC_TEXTS[`${code}/${subject}/${reason ?? ''}`] ?? SPECIFIC_TEXTS[`${code}/${subject}`] ?? ERROR_TEXTS[code]
  const problem: ProblemWire = {
    type: `urn:dossier:fault:${code}`,
    title,
    status,
    detail: fault.message,
    instance: `urn:uuid:${head.id}`,
    code,
    subject,
    ...(reason === null ? {} : { reason }),
    ...membersOf(fault),
  }
  return { status, headers: { 'content-type': 'application/problem+json', ...headersOf(fault) }, json: problem }
}

/** Members that only some problems have, taken from the fault's details. */
function membersOf({ details }: Fault): Pick<ProblemWire, 'errors' | 'checks'> {
  const { errors, checks } = details as Pick<ProblemWire, 'errors' | 'checks'>
  return { ...(errors === undefined ? {} : { errors }), ...(checks === undefined ? {} : { checks }) }
}

function headersOf({ code, details }: Fault): Record<string, string> {
  const { allow, size } = details as { readonly allow?: readonly string[]; readonly size?: number }
  return {
    ...(code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
    ...(allow === undefined ? {} : { allow: allow.join(', ') }),
    ...(size === undefined ? {} : { 'content-range': `bytes */${String(size)}` }),
  }
}
