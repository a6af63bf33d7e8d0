/**
 * Zoho's error answers. Texts of its page "Upload an Attachment" are quoted letter for letter; README.md cites the
 * sources of the rest.
 */
import type { Fault, FaultCode } from '../../core/model/fault.ts'
import type { Answer } from '../../http/contracts.ts'
import { zohoJson } from './wire.ts'

interface Refusal {
  readonly status: number
  readonly code: string
  /** Null: Zoho does not fix the text, so the fault's own message is sent. */
  readonly message: string | ((fault: Fault) => string) | null
  readonly details?: (fault: Fault) => object
}

const BY_CODE: Readonly<Record<FaultCode, Refusal>> = {
  unauthenticated: { status: 401, code: 'INVALID_TOKEN', message: 'invalid oauth token' },
  forbidden: {
    status: 403,
    code: 'NO_PERMISSION',
    message: (fault) => `Permission denied to ${textFor(fault, DENIED_TEXTS)}`,
    details: permissions,
  },
  not_found: { status: 400, code: 'INVALID_DATA', message: 'the related id given seems to be invalid' },
  invalid_input: { status: 400, code: 'INVALID_DATA', message: null },
  too_large: {
    status: 400,
    code: 'FILE_SIZE_MORE_THAN_ALLOWED_SIZE',
    message: 'please check if the file size is in the correct range',
  },
  type_refused: { status: 400, code: 'INVALID_DATA', message: 'invalid file type' },
  quota_exceeded: { status: 400, code: 'LIMIT_EXCEEDED', message: null },
  conflict: { status: 400, code: 'DUPLICATE_DATA', message: 'duplicate data' },
  too_many: { status: 429, code: 'TOO_MANY_REQUESTS', message: null },
  aborted: { status: 408, code: 'REQUEST_TIMEOUT', message: null },
  unavailable: { status: 503, code: 'SERVICE_UNAVAILABLE', message: null },
  internal: { status: 500, code: 'INTERNAL_ERROR', message: 'Internal Server Error' },
}

/** Keyed by `code/subject` or `code/subject/reason`: where one fault code maps to several of Zoho's codes. */
const SPECIFIC_REFUSALS: Readonly<Record<string, Refusal>> = {
  'unauthenticated/token/missing': { status: 401, code: 'AUTHENTICATION_FAILURE', message: 'Authentication failed' },
  'forbidden/scope': { status: 401, code: 'OAUTH_SCOPE_MISMATCH', message: 'Unauthorized' },
  'forbidden/record': {
    status: 400,
    code: 'AUTHORIZATION_FAILED',
    message: (fault) => `User does not have sufficient privilege to ${textFor(fault, UNPRIVILEGED)}`,
  },
  'forbidden/organization': { status: 401, code: 'OAUTH_SCOPE_MISMATCH', message: 'Unauthorized' },
  'not_found/module': { status: 400, code: 'INVALID_MODULE', message: 'The module name given seems to be invalid' },
  'not_found/module/unsupported': {
    status: 400,
    code: 'INVALID_MODULE',
    message: 'The given module is not supported in API',
  },
  'not_found/route': {
    status: 404,
    code: 'INVALID_URL_PATTERN',
    message: 'Please check if the URL trying to access is a correct one',
  },
  'not_found/method': {
    status: 400,
    code: 'INVALID_REQUEST_METHOD',
    message: 'The http request method type is not a valid one',
  },
  'not_found/attachment': { status: 400, code: 'INVALID_DATA', message: 'record not deleted' },
  'invalid_input/link': { status: 400, code: 'INVALID_URL_PATTERN', message: 'the given attachment URL is incorrect' },
  'invalid_input/attachment/link': {
    status: 400,
    code: 'INVALID_DATA',
    message: 'As it is a linked attachment, you can not download it',
  },
  'invalid_input/body/not_form': {
    status: 400,
    code: 'INVALID_DATA',
    message: 'the request does not contain any file',
  },
  'invalid_input/body/empty': { status: 400, code: 'INVALID_DATA', message: 'the request does not contain any file' },
  'invalid_input/body/boundary': {
    status: 400,
    code: 'INVALID_DATA',
    message: 'the request does not contain any file',
  },
  'invalid_input/body/no_file': { status: 400, code: 'INVALID_DATA', message: 'the request does not contain any file' },
  'invalid_input/body/json': {
    status: 400,
    code: 'INVALID_DATA',
    message: 'body',
    details: () => ({ expected_data_type: 'jsonobject' }),
  },
  'invalid_input/parameter/missing': {
    status: 400,
    code: 'REQUIRED_PARAM_MISSING',
    message: 'One of the expected parameter is missing',
    details: (fault) => ({ param_name: fault.details['name'] }),
  },
  'too_large/body': { status: 413, code: 'BODY_SIZE_REACHED', message: 'The request body limit reached' },
  'too_large/request': { status: 431, code: 'BODY_SIZE_REACHED', message: null },
  'conflict/request': { status: 409, code: 'IDEMPOTENCY_KEY_REUSED', message: null },
  'conflict/link': { status: 400, code: 'INVALID_DATA', message: 'Attachment link already exists' },
}

export function refuse(fault: Fault): Answer {
  const { code, subject, reason } = fault
  const refusal =
    SPECIFIC_REFUSALS[`${code}/${subject}/${reason ?? ''}`] ?? SPECIFIC_REFUSALS[`${code}/${subject}`] ?? BY_CODE[code]
  const body = {
    code: refusal.code,
    details: refusal.details?.(fault) ?? {},
    message: typeof refusal.message === 'function' ? refusal.message(fault) : (refusal.message ?? fault.message),
    status: 'error',
  }
  return zohoJson(refusal.status, body)
}

/** The page gives the text for an upload; the other texts are from the pages of the other operations. */
const DENIED_TEXTS: Readonly<Record<string, string>> = {
  'attachments.create': 'upload attachment',
  'attachments.view': 'read attachment details',
  'attachments.change': 'update attachment',
  'attachments.delete': 'delete attachment',
  'records.create': 'create records',
  'records.view': 'read records',
  'records.change': 'update records',
  'records.delete': 'delete records',
}

const UNPRIVILEGED: Readonly<Record<string, string>> = {
  ...DENIED_TEXTS,
  'attachments.create': 'upload attachments',
  'attachments.view': 'read attachments',
  'attachments.change': 'update attachments',
  'attachments.delete': 'delete attachments',
}

const PERMISSIONS: Readonly<Record<string, string>> = {
  'attachments.create': 'Crm_Implied_Create_Attachments',
  'attachments.view': 'Crm_Implied_View_Attachments',
  'attachments.change': 'Crm_Implied_Edit_Attachments',
  'attachments.delete': 'Crm_Implied_Delete_Attachments',
  'records.create': 'Crm_Implied_Create_Record',
  'records.view': 'Crm_Implied_View_Record',
  'records.change': 'Crm_Implied_Edit_Record',
  'records.delete': 'Crm_Implied_Delete_Record',
}

function textFor({ details }: Fault, words: Readonly<Record<string, string>>): string {
  return words[String(details['action'])] ?? 'do this'
}

function permissions({ details }: Fault): object {
  const permission = PERMISSIONS[String(details['action'])]
  return { permissions: permission === undefined ? [] : [permission] }
}
