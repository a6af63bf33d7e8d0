import type { IncomingMessage } from 'node:http'

export interface DrainBounds {
  /** Bytes read and thrown away before the connection is cut. */
  readonly bytes: number
  readonly milliseconds: number
}

/**
 * Reads what is left of a request that is answered without it. Half of the real clients show a broken pipe instead of
 * the answer when the server stops reading, so the connection is cut only at the bounds. Resolves when it is over.
 */
export function drain(request: IncomingMessage, bounds: DrainBounds): Promise<void> {
  if (request.complete || request.destroyed) {
    // All of it has arrived: nothing to wait for, but the stream must come to its end for the next request's sake.
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
    // A 'readable' listener left behind would keep the stream from flowing.
    request.removeAllListeners('readable')
    request.resume()
  })
}

/** Waits for `work`, but no longer than so many milliseconds. */
export async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  await Promise.race([work, promise])
  clearTimeout(timer)
}
