// Bytes on their way into an open file: written in batches while more arrive, flushed while more are written.
import type { FileHandle } from 'node:fs/promises'
import { background } from './background.ts'
import { newCopies } from './copies.ts'

/**
 * Written together at most, in bytes and in pieces; twice this is what a put holds, while few are under way. A call of the
 * disk costs as much again as the writing of 256 KiB.
 */
const BATCH = 1_048_576
const BATCH_PIECES = 512
/** Puts at once up to which that is worth the memory. */
const FEW = 8
/** How many bytes are written before their flush is begun. */
const FLUSH_EVERY = 8_388_608

let underWay = 0

/** Writes and flushes all of the source. Resolves once the file's content would survive a power cut. */
export async function writeDurably(bytes: AsyncIterable<Uint8Array>, handle: FileHandle): Promise<void> {
  underWay++
  try {
    await writeInBatches(bytes, handle)
  } finally {
    underWay--
  }
}

/** One batch is written while the next one fills. */
async function writeInBatches(bytes: AsyncIterable<Uint8Array>, handle: FileHandle): Promise<void> {
  const flushing = overlappedFlush(handle)
  const copies = newCopies()
  let writing = background(Promise.resolve())
  // Chunks hang on this array alone: anything that lives on for a moment longer keeps them until the whole heap is collected.
  let batch: Uint8Array[] = []
  let size = 0
  const send = async () => {
    await writing
    flushing.note(size)
    writing = background(writeAll(handle, batch))
    copies.turn()
    batch = []
    size = 0
  }
  const add = async (piece: Uint8Array) => {
    batch.push(piece)
    size += piece.length
    if (size >= BATCH || batch.length >= BATCH_PIECES || copies.isFull()) await send()
  }
  try {
    for await (const chunk of bytes) {
      for (let at = 0; at < chunk.length;) {
        const piece = underWay > FEW ? copies.copy(chunk, at) : chunk.subarray(at)
        at += piece.length
        await add(piece)
      }
    }
    if (size > 0) await send()
    await writing
  } finally {
    // The handle is closed next: nothing may be under way on it, whatever else went wrong.
    await Promise.allSettled([writing, flushing.idle()])
    copies.release()
  }
  await flushing.finish()
}

/**
 * Flushes begun while more is written, at most one at a time, so that the last one is short.
 * A failed flush is remembered: Linux reports it once and then forgets that the pages are lost.
 */
function overlappedFlush(handle: FileHandle) {
  let flush = Promise.resolve()
  let running = false
  let unflushed = 0
  return {
    /** So many bytes more are about to be written. */
    note(size: number) {
      if (unflushed >= FLUSH_EVERY && !running) {
        running = true
        unflushed = 0
        flush = background(flush.then(() => handle.datasync()).finally(() => (running = false)))
      }
      unflushed += size
    },
    idle: () => flush,
    async finish() {
      await flush
      await handle.datasync()
    },
  }
}

/** A full disk may take a part of what it is given before it says no. */
async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let left = chunks
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left)
    if (bytesWritten === 0) throw new Error('The file system takes no more bytes and does not say why')
    left = without(left, bytesWritten)
  }
}

function without(chunks: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let rest = written
  const index = chunks.findIndex((chunk) => {
    if (rest < chunk.length) return true
    rest -= chunk.length
    return false
  })
  return index === -1 ? [] : chunks.slice(index).map((chunk, i) => (i === 0 ? chunk.subarray(rest) : chunk))
}
