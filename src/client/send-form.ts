/** Sends a form: fetch with a stream where streams can be sent, otherwise a Blob; both report progress. */
import type { Form } from './form.ts'

export interface Progress {
  /** Bytes handed to the network so far, including those of the form's framing. */
  readonly sent: number
  /** Null if the size of a stream is not known. */
  readonly total: number | null
}

interface Sending {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly form: Form
  readonly fetch: typeof fetch
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((progress: Progress) => void) | undefined
}

/** Reading the source failed, not the connection, so a retry would fail again. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
}

/** Browsers send streams over HTTP/2 only, and report upload progress through XMLHttpRequest only. */
export function sendForm(sending: Sending): Promise<Response> {
  const xhr = (globalThis as { XMLHttpRequest?: new () => Xhr }).XMLHttpRequest
  if (xhr === undefined) return sendStream(sending)
  return sending.onProgress === undefined ? sendBlob(sending) : sendXhr(sending, new xhr())
}

async function sendStream({ url, headers, form, fetch, signal, onProgress }: Sending): Promise<Response> {
  const outcome: { broken: { cause: unknown } | null } = { broken: null }
  const body = streamOf(form, onProgress, (cause) => (outcome.broken = { cause }))
  const length: Record<string, string> = form.length === null ? {} : { 'content-length': String(form.length) }
  const request = { method: 'POST', body, duplex: 'half', headers: { ...headers, ...length }, signal: signal ?? null }
  try {
    return await fetch(url, request as RequestInit)
  } catch (error) {
    if (outcome.broken !== null) throw new SourceError('reading what is uploaded failed', outcome.broken)
    throw error
  }
}

/** Reads only as fast as the network takes the bytes. */
function streamOf(
  form: Form,
  onProgress: Sending['onProgress'],
  failed: (cause: unknown) => void,
): ReadableStream<Uint8Array> {
  const chunks = form.open()[Symbol.asyncIterator]()
  let sent = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next().catch((error: unknown) => {
        failed(error)
        throw error
      })
      if (next.done === true) {
        controller.close()
        return
      }
      sent += next.value.length
      controller.enqueue(next.value)
      onProgress?.({ sent, total: form.length })
    },
    async cancel() {
      await chunks.return?.()
    },
  })
}

async function sendBlob({ url, headers, form, fetch, signal }: Sending): Promise<Response> {
  return fetch(url, { method: 'POST', body: await form.blob(), headers, signal: signal ?? null })
}

/** The members of XMLHttpRequest that are used; Node's types do not define it. */
interface Xhr {
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null }
  readonly status: number
  readonly statusText: string
  readonly response: ArrayBuffer
  responseType: string
  onload: (() => void) | null
  onerror: (() => void) | null
  onabort: (() => void) | null
  open(method: string, url: string): void
  setRequestHeader(name: string, value: string): void
  getAllResponseHeaders(): string
  send(body: Blob): void
  abort(): void
}

async function sendXhr({ url, headers, form, signal, onProgress }: Sending, xhr: Xhr): Promise<Response> {
  const body = await form.blob()
  signal?.throwIfAborted()
  const abort = () => xhr.abort()
  signal?.addEventListener('abort', abort)
  try {
    await new Promise<void>((resolve, reject) => {
      xhr.open('POST', url)
      for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
      xhr.responseType = 'arraybuffer'
      xhr.upload.onprogress = ({ loaded, total }) => onProgress?.({ sent: loaded, total })
      xhr.onload = () => resolve()
      xhr.onerror = () => reject(new TypeError('the connection broke or was refused'))
      xhr.onabort = () => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
      xhr.send(body)
    })
  } finally {
    signal?.removeEventListener('abort', abort)
  }
  return new Response(xhr.response, { status: xhr.status, statusText: xhr.statusText, headers: headersOf(xhr) })
}

function headersOf(xhr: Xhr): Headers {
  const headers = new Headers()
  for (const line of xhr.getAllResponseHeaders().trim().split(/\r\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  return headers
}
