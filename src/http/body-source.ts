// A request's body, pulled: nothing is read before the consumer asks for it, and stopping early destroys nothing.
import { Readable } from 'node:stream'
import { Fault } from '../core/model/fault.ts'

export interface BodySource {
  /** The bytes that arrived and were not taken yet; null if there are none. Never waits. */
  take(): Buffer | null
  /**
   * True as soon as bytes may be taken, false at the end. Rejects with a Fault `aborted` when the client disconnects
   * or the signal is aborted, and with the source's own error when the source fails.
   */
  more(): Promise<boolean>
  /** Removes all listeners from the source; the rest of it stays undestroyed for its owner. */
  release(): void
}

export function bodySource(source: AsyncIterable<Uint8Array>, signal?: AbortSignal): BodySource {
  return source instanceof Readable ? fromStream(source, signal) : fromIterable(source, signal)
}

// `stream[Symbol.asyncIterator]()` would destroy the request when left early, and the client would not receive the response.
function fromStream(stream: Readable, signal: AbortSignal | undefined): BodySource {
  let wake: (() => void) | null = null
  let listening = false
  const notify = () => {
    wake?.()
    wake = null
  }
  const listen = () => {
    listening = true
    for (const event of EVENTS) stream.on(event, notify)
    signal?.addEventListener('abort', notify)
  }
  // A stream may fail between two reads, and an unhandled error would end the process.
  stream.on('error', notify)
  return {
    take: () => asBuffer(stream.read() as Uint8Array | null),
    async more() {
      // A small body has usually arrived completely by now and needs no listeners.
      if (!listening) listen()
      for (;;) {
        if (signal?.aborted) throw abortedBy(signal)
        if (stream.readableEnded) return false
        if (stream.destroyed) throw streamFailure(stream.errored)
        if (stream.readableLength > 0) return true
        // An empty read makes a stream emit its 'end'; without it a body that breaks off would wait for ever.
        stream.read(0)
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    release() {
      stream.off('error', notify)
      for (const event of EVENTS) stream.off(event, notify)
      signal?.removeEventListener('abort', notify)
    },
  }
}

const EVENTS = ['readable', 'end', 'close'] as const

function fromIterable(source: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): BodySource {
  const iterator = source[Symbol.asyncIterator]()
  let slot: Buffer | null = null
  let rejectPending: ((reason: Fault) => void) | null = null
  const onAbort = () => {
    if (signal) rejectPending?.(abortedBy(signal))
  }
  signal?.addEventListener('abort', onAbort)
  return {
    take() {
      const chunk = slot
      slot = null
      return chunk
    },
    async more() {
      if (signal?.aborted) throw abortedBy(signal)
      const result = await new Promise<IteratorResult<Uint8Array, unknown>>((resolve, reject) => {
        rejectPending = reject
        iterator.next().then(resolve, reject)
      })
      if (result.done) return false
      slot = asBuffer(result.value)
      return true
    },
    release: () => signal?.removeEventListener('abort', onAbort),
  }
}

function asBuffer(chunk: Uint8Array | null): Buffer | null {
  if (chunk === null || Buffer.isBuffer(chunk)) return chunk
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}

function abortedBy(signal: AbortSignal): Fault {
  if (signal.reason instanceof Fault) return signal.reason
  return new Fault('aborted', 'request', 'The request was given up before its body had arrived.', {
    cause: signal.reason,
  })
}

const DISCONNECT_CODES = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'])

function streamFailure(error: Error | null): Error {
  const code = error !== null && 'code' in error ? error.code : undefined
  if (error !== null && !DISCONNECT_CODES.has(String(code))) return error
  return new Fault('aborted', 'request', 'The client closed the connection before the whole body had arrived.', {
    ...(error && { cause: error }),
  })
}
