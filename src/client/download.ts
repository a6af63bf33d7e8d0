/** Streams the bytes of a file; after a broken connection, resumes with the remaining range. */
import { ConnectionError } from './errors.ts'
import { sleep } from './retry.ts'
import { chunksOfStream } from './source.ts'
import type { Transport } from './transport.ts'

export interface DownloadOptions {
  /** Only these bytes, `end` excluded, as `Blob.slice` has it. */
  readonly range?: { readonly start: number; readonly end?: number }
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { readonly received: number; readonly total: number | null }) => void
}

/** Its bytes can be read once, in one of these ways. */
export interface Download extends AsyncIterable<Uint8Array> {
  readonly type: string
  /** Bytes of the body; null if the server does not send the length. */
  readonly size: number | null
  readonly etag: string | null
  stream(): ReadableStream<Uint8Array>
  blob(): Promise<Blob>
  bytes(): Promise<Uint8Array>
  text(): Promise<string>
}

/** Maximum consecutive resumptions that yield no byte. */
const MAX_STALLED_RESUMES = 4

export async function startDownload(transport: Transport, path: string, options: DownloadOptions): Promise<Download> {
  const { range, signal } = options
  const ask = (headers: Record<string, string>) =>
    transport.call({ method: 'GET', path, headers: { accept: '*/*', ...headers }, signal })
  const first = await ask(range === undefined ? {} : { range: rangeHeader(range.start, range.end) })
  const size = lengthOf(first)
  const chunks = () => receivedChunks(first, { ...options, size, ask })
  return {
    type: first.headers.get('content-type') ?? 'application/octet-stream',
    size,
    etag: first.headers.get('etag'),
    stream: () => streamOf(chunks()),
    blob: () => new Response(streamOf(chunks()), { headers: typeOf(first) }).blob(),
    bytes: async () => new Uint8Array(await new Response(streamOf(chunks())).arrayBuffer()),
    text: () => new Response(streamOf(chunks())).text(),
    [Symbol.asyncIterator]: chunks,
  }
}

interface Transfer extends DownloadOptions {
  readonly size: number | null
  readonly ask: (headers: Record<string, string>) => Promise<Response>
}

async function* receivedChunks(first: Response, arrival: Transfer): AsyncGenerator<Uint8Array, void, void> {
  const { range, signal, onProgress, size } = arrival
  let response = first
  let received = 0
  for (let stalled = 0; ; stalled++) {
    try {
      for await (const chunk of response.body === null ? [] : chunksOfStream(response.body)) {
        received += chunk.length
        stalled = 0
        yield chunk
        onProgress?.({ received, total: size })
      }
      if (size === null || received >= size) return
      throw new TypeError('the answer ended early')
    } catch (error) {
      signal?.throwIfAborted()
      if (stalled >= MAX_STALLED_RESUMES || first.headers.get('accept-ranges') !== 'bytes')
        throw new ConnectionError('The connection broke while the file came.', { cause: error })
    }
    await sleep(200 * 2 ** stalled, signal)
    response = await fetchRemainder(first, (range?.start ?? 0) + received, arrival)
  }
}

/** The remaining bytes of the same file, whose `ETag` must match. */
async function fetchRemainder(first: Response, from: number, { range, ask }: Transfer): Promise<Response> {
  const etag = first.headers.get('etag')
  const response = await ask({ range: rangeHeader(from, range?.end), ...(etag === null ? {} : { 'if-range': etag }) })
  if (response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${String(from)}-`) === true)
    return response
  await response.body?.cancel()
  throw new ConnectionError('The connection broke while the file came, and the server does not go on in the middle.')
}

function rangeHeader(start: number, end?: number): string {
  return `bytes=${String(start)}-${end === undefined ? '' : String(end - 1)}`
}

function lengthOf({ headers }: Response): number | null {
  const length = headers.get('content-length')
  // A body that a proxy compressed has another length than its decoded bytes.
  return length === null || headers.has('content-encoding') ? null : Number(length)
}

function typeOf({ headers }: Response): Record<string, string> {
  return { 'content-type': headers.get('content-type') ?? 'application/octet-stream' }
}

function streamOf(chunks: AsyncGenerator<Uint8Array, void, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next()
      if (next.done === true) controller.close()
      else controller.enqueue(next.value)
    },
    async cancel() {
      await chunks.return()
    },
  })
}
