/** A stream that can also be read through a few reused buffers, for consumers that need each chunk only briefly. */
import type { Readable } from 'node:stream'

export interface BufferReusingStream extends Readable {
  /**
   * Passes all bytes to `take` in order, instead of reading. `take` must resolve when it no longer needs the bytes: they are
   * overwritten then. If it rejects, so does this, and these buffers are never reused. Must be called once at most, on a
   * stream that was not read from; ends and closes it.
   */
  drainTo(take: (bytes: Uint8Array) => Promise<void>): Promise<void>
}

export function isBufferReusing(stream: Readable): stream is BufferReusingStream {
  return typeof (stream as Partial<BufferReusingStream>).drainTo === 'function'
}
