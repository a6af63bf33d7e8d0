/** A stream that can also be read through a few reused buffers, for consumers that need each chunk only briefly. */
import type { Readable } from 'node:stream'

export interface Pouring extends Readable {
  /**
   * Passes all bytes to `take` in order, instead of reading. `take` must resolve when it no longer needs the bytes: they are
   * overwritten then. If it rejects, so does this, and these buffers are never reused. Must be called once at most, on a
   * stream that was not read from; ends and closes it.
   */
  pour(take: (bytes: Uint8Array) => Promise<void>): Promise<void>
}

export function isPouring(stream: Readable): stream is Pouring {
  return typeof (stream as Partial<Pouring>).pour === 'function'
}
