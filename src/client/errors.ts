/** Errors of the client: the server refused, no answer arrived, or the bytes differ from what was expected. */

/** Any error of this client. An aborted call rejects with its signal's reason instead. */
export class DossierError extends Error {
  override readonly name: string = 'DossierError'
}

/** The members of a problem document (RFC 9457) that this client reads; a server may send more. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  readonly [member: string]: unknown
}

/** The server answered with an error. `message` is its `detail`, which says how to mend the request. */
export class ProblemError extends DossierError {
  override readonly name = 'ProblemError'
  readonly status: number
  /** The last segment of the problem's type, such as `not_found`. */
  readonly code: string
  /** The id of the request in the server's log. */
  readonly requestId: string | null
  /** Seconds to wait before the next attempt, if the server sent them. */
  readonly retryAfter: number | null
  readonly problem: ProblemDocument

  constructor(problem: ProblemDocument, headers: Headers) {
    super(problem.detail ?? problem.title)
    this.problem = problem
    this.status = problem.status
    this.code = problem.type.split(/[/:#]/).at(-1) ?? ''
    this.requestId = headers.get('x-request-id')
    this.retryAfter = secondsOf(headers.get('retry-after'))
  }
}

/** No answer arrived, or it was cut off; `cause` has the reason. Thrown after all retries have failed. */
export class ConnectionError extends DossierError {
  override readonly name = 'ConnectionError'
}

/**
 * Converts an answer of status 400 or above to an error. A body that is not a problem document is quoted in the
 * message.
 */
export async function problemOf(response: Response): Promise<ProblemError> {
  const text = await response.text().catch(() => '')
  return new ProblemError(documentIn(text) ?? unexpectedAnswer(response, text), response.headers)
}

function documentIn(text: string): ProblemDocument | null {
  try {
    const content: unknown = JSON.parse(text)
    return isProblem(content) ? content : null
  } catch {
    return null
  }
}

function isProblem(content: unknown): content is ProblemDocument {
  const { type, title, status } = (content ?? {}) as Record<string, unknown>
  return typeof type === 'string' && typeof title === 'string' && typeof status === 'number'
}

/** For an answer of an intermediary or of another server. */
function unexpectedAnswer({ status, statusText, url }: Response, text: string): ProblemDocument {
  const excerpt = text.trim().slice(0, 200)
  return {
    type: 'about:blank',
    title: `${String(status)} ${statusText}`.trim(),
    status,
    detail: `${url} answered ${String(status)}, but not as Dossier does${excerpt === '' ? '' : `: ${excerpt}`}. Is this Dossier's address?`,
  }
}

/** `Retry-After` in seconds; the header may hold a date. */
function secondsOf(header: string | null): number | null {
  if (header === null) return null
  if (/^\d{1,9}$/.test(header)) return Number(header)
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1_000))
}
