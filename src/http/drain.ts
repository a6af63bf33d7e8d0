import type { IncomingMessage } from 'node:http'

export interface DrainBounds {
  /** Maximum number of bytes read and discarded before the connection is closed. */
  readonly bytes: number
  readonly milliseconds: number
}

/**
 * Reads and discards the rest of a request's body. Half of the real clients report a broken pipe instead of the response
 * when the server stops reading, so the connection is closed only at the bounds. Resolves at the end of the request.
 */
export function drain(request: IncomingMessage, bounds: DrainBounds): Promise<void> {
  if (request.complete || request.destroyed) {
    // Received completely: nothing to wait for, but the stream must end before the next request can be read.
    request.resume()
    return Promise.resolve()
  }
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
    // A remaining 'readable' listener would prevent the stream from flowing.
    request.removeAllListeners('readable')
    request.resume()
  })
}

/** Waits for `work`, at most for the given time. */
export async function waitAtMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  await Promise.race([work, promise])
  clearTimeout(timer)
}
