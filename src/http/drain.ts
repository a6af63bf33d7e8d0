import type { IncomingMessage } from 'node:http'

export interface DrainBounds {
  /** Bytes read and thrown away before the connection is cut. */
  readonly bytes: number
  readonly milliseconds: number
}

/**
 * Reads what is left of a request that has its answer. Half of the real clients show a broken pipe instead of
 * the answer when the server stops reading, so the connection is cut only at the bounds. Resolves when it is over.
 */
export function drain(request: IncomingMessage, bounds: DrainBounds): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    let left = bounds.bytes
    const timer = setTimeout(() => request.destroy(), bounds.milliseconds)
    timer.unref()
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    request.once('end', done).once('close', done).on('error', done)
    request.on('data', (chunk: Buffer) => {
      left -= chunk.byteLength
      if (left < 0) request.destroy()
    })
    // A 'readable' listener left behind would keep the stream from flowing.
    request.removeAllListeners('readable')
    request.resume()
  })
}
