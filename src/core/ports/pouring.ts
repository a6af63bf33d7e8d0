/** A stream that can also be emptied through a few buffers that are used again and again, for those who are done with a chunk soon. */
import type { Readable } from 'node:stream'

export interface Pouring extends Readable {
  /**
   * Hands over everything in order, instead of reading. `take` resolves when it needs the bytes no more: they are written
   * over then; when it rejects, so does this, and these buffers are never used again. Called once, on a stream that nobody has read from; ends and closes it.
   */
  pour(take: (bytes: Uint8Array) => Promise<void>): Promise<void>
}

export function isPouring(stream: Readable): stream is Pouring {
  return 'pour' in stream && typeof stream.pour === 'function'
}
