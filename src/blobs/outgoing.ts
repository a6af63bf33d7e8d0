// A file on its way out. Fresh memory for every piece costs more than the copying: the kernel has to clear it, and the
// collector to find it again. So whoever is done with a piece at once may pour the file through buffers that are used again.
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ByteRange } from '../core/contracts.ts'
import type { Pouring } from '../core/pouring.ts'

/** What is taken from a file at once, in bytes. */
const PIECE = 262_144
/** Under way at once: while one is read, others are sent. */
const PIECES = 3
/** Kept for the next file, over all files that a thread sends. */
const MOST_IDLE = 12

const idle: Buffer[] = []

export class OutgoingFile extends Readable implements Pouring {
  readonly #handle: FileHandle
  readonly #end: number
  #at: number

  /** Closes the handle however it ends. */
  constructor(handle: FileHandle, range: ByteRange | undefined) {
    super({ highWaterMark: PIECE })
    this.#handle = handle
    this.#at = range?.start ?? 0
    this.#end = range === undefined ? Infinity : range.end + 1
  }

  override _read(): void {
    const buffer = Buffer.allocUnsafeSlow(PIECE)
    this.#fill(buffer).then(
      (length) => this.push(length === 0 ? null : buffer.subarray(0, length)),
      (error: Error) => this.destroy(error),
    )
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // FileHandle.close waits for what is under way on it.
    this.#handle.close().then(
      () => done(error),
      (closing: Error) => done(error ?? closing),
    )
  }

  async pour(take: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    const buffers = Array.from({ length: PIECES }, () => idle.pop() ?? Buffer.allocUnsafeSlow(PIECE))
    const taken = buffers.map(() => Promise.resolve())
    try {
      for (let turn = 0; ; turn = (turn + 1) % PIECES) {
        const buffer = buffers[turn] as Buffer
        await taken[turn]
        const length = await this.#fill(buffer)
        if (length === 0) break
        const taking = take(buffer.subarray(0, length))
        // One that fails is met again when its buffer's turn comes.
        taking.catch(() => undefined)
        taken[turn] = taking
      }
      await Promise.all(taken)
      idle.push(...buffers.slice(0, MOST_IDLE - idle.length))
    } finally {
      this.destroy()
    }
  }

  async #fill(buffer: Buffer): Promise<number> {
    const wanted = Math.min(PIECE, this.#end - this.#at)
    if (wanted <= 0) return 0
    const { bytesRead } = await this.#handle.read(buffer, 0, wanted, this.#at)
    this.#at += bytesRead
    return bytesRead
  }
}
