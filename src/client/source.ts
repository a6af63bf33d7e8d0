/** Sources of an upload, and whether they can be read again. */

type Stream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/**
 * A function is called for a new stream at each attempt. A bare stream can be read once, so its upload is never
 * retried.
 */
export type Source = Blob | Uint8Array | string | Stream | (() => Stream)

export interface Upload {
  /** The file's name; defaults to that of a `File`. */
  readonly name?: string
  readonly body: Source
  /** Its media type. */
  readonly type?: string
  /** Bytes, if the body has no known size: gives progress a total, and lets the server refuse before it reads. */
  readonly size?: number
  /** 64 hex characters: the server refuses bytes that differ. */
  readonly sha256?: string
}

/** An upload in the form that the multipart encoder reads. */
export interface FileSource {
  readonly name: string
  readonly type: string
  readonly sha256: string | null
  readonly size: number | null
  /** Whether `open` may be called again. */
  readonly repeatable: boolean
  open(): AsyncIterable<Uint8Array>
  /** The bytes as a Blob, which browsers can send without holding it in memory where they support that. */
  blob(): Promise<Blob>
}

export function fileSourceOf(upload: Upload | Blob): FileSource {
  const given: Upload = upload instanceof Blob ? { body: upload } : upload
  const body = typeof given.body === 'string' ? new TextEncoder().encode(given.body) : given.body
  const blob = body instanceof Blob ? body : body instanceof Uint8Array ? new Blob([body]) : null
  return {
    name: given.name ?? nameOf(given.body) ?? 'unnamed',
    type: given.type ?? typeOf(blob) ?? 'application/octet-stream',
    sha256: given.sha256 ?? null,
    size: blob?.size ?? given.size ?? null,
    repeatable: blob !== null || typeof body === 'function',
    open: () => (blob === null ? openStream(body as Stream | (() => Stream)) : chunksOf(blob)),
    blob: async () => blob ?? collectBlob(openStream(body as Stream | (() => Stream))),
  }
}

function nameOf(body: Source): string | null {
  return body instanceof Blob && 'name' in body && typeof body.name === 'string' && body.name !== '' ? body.name : null
}

function typeOf(blob: Blob | null): string | null {
  return blob === null || blob.type === '' ? null : blob.type
}

function openStream(body: Stream | (() => Stream)): AsyncIterable<Uint8Array> {
  const stream = typeof body === 'function' ? body() : body
  return Symbol.asyncIterator in stream ? stream : chunksOfStream(stream)
}

function chunksOf(blob: Blob): AsyncIterable<Uint8Array> {
  return chunksOfStream(blob.stream() as ReadableStream<Uint8Array>)
}

/** Safari and older browsers have streams without an async iterator. */
export async function* chunksOfStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader()
  let ended = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) {
        ended = true
        return
      }
      yield value
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => undefined)
    reader.releaseLock()
  }
}

async function collectBlob(stream: AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of stream) parts.push(chunk as Uint8Array<ArrayBuffer>)
  return new Blob(parts)
}
