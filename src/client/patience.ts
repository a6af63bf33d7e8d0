/** Which failed attempts are retried, and after which delay. */
import { ConnectionError, problemOf, type ProblemError } from './errors.ts'
import { SourceError } from './sending.ts'

/** Temporary conditions, reported by the server or a proxy. */
const LATER = new Set([429, 502, 503, 504])

export interface Patience {
  readonly retries: number
  /** The maximum delay in milliseconds; a longer `Retry-After` ends the retries. */
  readonly longest: number
  readonly signal: AbortSignal | undefined
  /** Whether the request may be repeated when its outcome is unknown. */
  readonly mayRepeat: boolean
}

/** Errors: `ProblemError`, `ConnectionError`, the source's own error, or the signal's reason. */
export async function persist(attempt: () => Promise<Response>, patience: Patience): Promise<Response> {
  for (let tried = 0; ; tried++) {
    const outcome = await once(attempt, patience.signal)
    if (outcome instanceof Response) return outcome
    const wait = tried < patience.retries ? pauseAfter(outcome, tried, patience) : null
    if (wait === null) throw outcome
    await sleep(wait, patience.signal)
  }
}

/** The answer, or an error that may be retried. */
async function once(
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
function pauseAfter(error: ProblemError | ConnectionError, tried: number, patience: Patience): number | null {
  const pause = 200 * 2 ** tried * (0.5 + Math.random())
  if (error instanceof ConnectionError) return patience.mayRepeat ? Math.min(pause, patience.longest) : null
  if (!LATER.has(error.status)) return null
  const asked = error.retryAfter === null ? pause : Math.max(error.retryAfter * 1_000, pause)
  return asked <= patience.longest ? asked : null
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
