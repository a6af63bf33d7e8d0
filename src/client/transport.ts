/** Authorized requests, retried after broken connections and temporary refusals. */
import { ConnectionError, DossierError } from './errors.ts'
import type { Form } from './form.ts'
import { withRetries } from './retry.ts'
import { sendForm, type Progress } from './send-form.ts'

export interface TransportOptions {
  /** The server's address, such as `https://files.example.com`. */
  readonly server: string
  readonly token: string
  /** Maximum number of retries of a request; 4 by default. */
  readonly retries?: number
  /** Maximum delay before a retry, in milliseconds; a longer `Retry-After` ends the retries. 30,000 by default. */
  readonly patience?: number
  /** Another fetch, such as one with a proxy. */
  readonly fetch?: typeof fetch
}

export interface CallOptions {
  readonly signal?: AbortSignal
}

type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>

interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Query | undefined
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

interface FormRequest extends Pick<Request, 'path' | 'query' | 'signal'> {
  readonly form: Form
  /** The idempotency key, which makes a repetition safe. */
  readonly key: string
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

export interface Transport {
  /** Any answer below 400. Errors: `ProblemError`, `ConnectionError`, or the signal's reason. */
  call(request: Request): Promise<Response>
  json<T>(request: Request): Promise<T>
  send(request: FormRequest): Promise<Response>
}

const DEFAULT_RETRIES = 4
const DEFAULT_MAX_DELAY_MS = 30_000

export function createTransport(options: TransportOptions): Transport {
  const base = addressOf(options.server)
  const authorization = `Bearer ${options.token}`
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis)
  const patience = { retries: options.retries ?? DEFAULT_RETRIES, maxDelayMs: options.patience ?? DEFAULT_MAX_DELAY_MS }
  const urlOf = ({ path, query }: Pick<Request, 'path' | 'query'>) => `${base}/api/v1${path}${searchOf(query)}`

  const call = (request: Request): Promise<Response> => {
    const { method, json, signal } = request
    const headers = {
      authorization,
      accept: 'application/json',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    }
    const body = json === undefined ? null : JSON.stringify(json)
    const attempt = () => fetch(urlOf(request), { method, headers, body, signal: signal ?? null })
    // After a broken connection it is unknown whether a POST or PATCH was done.
    return withRetries(attempt, { ...patience, signal, isRepeatable: method !== 'POST' && method !== 'PATCH' })
  }
  return {
    call,
    json: async <T>(request: Request) => parsed<T>(await call(request)),
    send({ form, key, signal, onProgress, ...where }) {
      const headers = {
        authorization,
        accept: 'application/json',
        'content-type': form.contentType,
        'idempotency-key': key,
      }
      const attempt = () => sendForm({ url: urlOf(where), headers, form, fetch, signal, onProgress })
      return withRetries(attempt, {
        ...patience,
        retries: form.repeatable ? patience.retries : 0,
        signal,
        isRepeatable: true,
      })
    },
  }
}

export async function parsed<T>(response: Response): Promise<T> {
  const text = await response.text().catch((error: unknown) => {
    throw new ConnectionError('The answer broke off.', { cause: error })
  })
  try {
    return JSON.parse(text) as T
  } catch {
    throw new DossierError(`${response.url} answered something that is no JSON. Is this Dossier's address?`)
  }
}

function addressOf(server: string): string {
  const url = URL.parse(server)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new DossierError(
      `"${server.slice(0, 100)}" is no address of a server; expected one such as https://files.example.com.`,
    )
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

function searchOf(query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value as string])
      search.append(name, String(one))
  }
  return search.size === 0 ? '' : `?${search.toString()}`
}
