/** Which failed attempts are retried, and after which delay. */
import { ConnectionError, problemOf, type ProblemError } from './errors.ts'
import { SourceError } from './send-form.ts'

/** Temporary conditions, reported by the server or a proxy. */
const RETRYABLE_STATUSES = new Set([429, 502, 503, 504])

interface RetryPolicy {
  readonly retries: number
  /** The maximum delay in milliseconds; a longer `Retry-After` ends the retries. */
  readonly maxDelayMs: number
  readonly signal: AbortSignal | undefined
  /** Whether the request may be repeated when its outcome is unknown. */
  readonly isRepeatable: boolean
}

/** Errors: `ProblemError`, `ConnectionError`, the source's own error, or the signal's reason. */
export async function withRetries(attempt: () => Promise<Response>, policy: RetryPolicy): Promise<Response> {
  for (let attempts = 0; ; attempts++) {
    const outcome = await attemptOnce(attempt, policy.signal)
    if (outcome instanceof Response) return outcome
    const wait = attempts < policy.retries ? delayAfter(outcome, attempts, policy) : null
    if (wait === null) throw outcome
    await sleep(wait, policy.signal)
  }
}

/** The answer, or an error that may be retried. */
async function attemptOnce(
  attempt: () => Promise<Response>,
  signal: AbortSignal | undefined,
): Promise<Response | ProblemError | ConnectionError> {
  try {
    const response = await attempt()
    return response.status < 400 ? response : await problemOf(response)
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof SourceError) throw error.cause
    if (!(error instanceof Error)) throw error
    return new ConnectionError(`There is no connection to the server: ${reasonOf(error)}.`, { cause: error })
  }
}

/** Milliseconds until the next attempt; null if there must be none. */
function delayAfter(error: ProblemError | ConnectionError, attempts: number, policy: RetryPolicy): number | null {
  const pause = 200 * 2 ** attempts * (0.5 + Math.random())
  if (error instanceof ConnectionError) return policy.isRepeatable ? Math.min(pause, policy.maxDelayMs) : null
  if (!RETRYABLE_STATUSES.has(error.status)) return null
  const delay = error.retryAfter === null ? pause : Math.max(error.retryAfter * 1_000, pause)
  return delay <= policy.maxDelayMs ? delay : null
}

export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted === true) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}

function reasonOf(error: Error): string {
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message
}
