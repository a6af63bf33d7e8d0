// A file on its way out. Fresh memory for every piece costs more than the copying: the kernel has to clear it, and the
// collector to find it again. So whoever is done with a piece at once may pour the file through buffers that are used again.
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ByteRange } from '../core/ports/contracts.ts'
import type { BufferReusingStream } from '../core/ports/buffer-reusing-stream.ts'

/** How a file is poured: while one piece is read, others are sent. */
interface Pieces {
  readonly bytes: number
  readonly count: number
  /** Kept for the next file, over all files that a thread sends, up to `mostIdle`. */
  readonly idle: Buffer[]
  readonly mostIdle: number
}

/** A call of the disk costs as much again as the reading, so large pieces are worth their memory while few files go out. */
const LARGE: Pieces = { bytes: 1_048_576, count: 2, idle: [], mostIdle: 4 }
const SMALL: Pieces = { bytes: 262_144, count: 3, idle: [], mostIdle: 12 }
const FEW = 8

let pouring = 0

export class OutgoingFile extends Readable implements BufferReusingStream {
  readonly #handle: FileHandle
  readonly #end: number
  #at: number

  /** Closes the handle however it ends. */
  constructor(handle: FileHandle, range: ByteRange | undefined) {
    super({ highWaterMark: SMALL.bytes })
    this.#handle = handle
    this.#at = range?.start ?? 0
    this.#end = range === undefined ? Infinity : range.end + 1
  }

  override _read(): void {
    const buffer = Buffer.allocUnsafeSlow(SMALL.bytes)
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

  async drainTo(take: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    const { bytes, count, idle, mostIdle } = pouring < FEW ? LARGE : SMALL
    const buffers = Array.from({ length: count }, () => idle.pop() ?? Buffer.allocUnsafeSlow(bytes))
    const taken = buffers.map(() => Promise.resolve())
    pouring++
    try {
      for (let turn = 0; ; turn = (turn + 1) % count) {
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
      idle.push(...buffers.slice(0, Math.max(0, mostIdle - idle.length)))
    } finally {
      pouring--
      this.destroy()
    }
  }

  async #fill(buffer: Buffer): Promise<number> {
    const wanted = Math.min(buffer.length, this.#end - this.#at)
    if (wanted <= 0) return 0
    const { bytesRead } = await this.#handle.read(buffer, 0, wanted, this.#at)
    this.#at += bytesRead
    return bytesRead
  }
}
