/**
 * Where chunks wait for the disk while many puts are under way: copied, into memory that is used again. A chunk that waits
 * as it came, for its turn among many, outlives the collector's nursery, and such chunks pile up by the ten megabytes.
 */
const BYTES = 131_072
/** Memory kept for the puts to come, in pieces of `BYTES`. */
const MOST_SPARE = 64

const spare: Buffer[] = []

interface Copies {
  /** A copy of as much of the chunk from `at` on as there is room for. */
  copy(chunk: Uint8Array, at: number): Uint8Array
  isFull(): boolean
  /** What was copied is written from now on; what was copied before that is written, and its memory is used again. */
  turn(): void
  /** Nobody looks at any copy any more. */
  release(): void
}

export function newCopies(): Copies {
  let filling: Buffer | null = null
  let written: Buffer | null = null
  let used = 0
  return {
    copy(chunk, at) {
      filling ??= spare.pop() ?? Buffer.allocUnsafeSlow(BYTES)
      const piece = filling.subarray(used, Math.min(BYTES, used + chunk.length - at))
      piece.set(chunk.subarray(at, at + piece.length))
      used += piece.length
      return piece
    },
    isFull: () => used === BYTES,
    turn() {
      ;[filling, written] = [written, filling]
      used = 0
    },
    release() {
      for (const buffer of [filling, written]) if (buffer !== null && spare.length < MOST_SPARE) spare.push(buffer)
      filling = written = null
    },
  }
}
