/** SQLite's log brought to the disk on a thread of its own: the next group is worked on meanwhile (see decisions/0013). */
import { Worker } from 'node:worker_threads'
import type { MetricsBuffer } from '../../core/ports/metrics-buffer.ts'
import type { Flushed } from './flush-thread.ts'
import { scriptOf } from './script.ts'
import type { SqliteConnection } from './connection.ts'
import { restored } from './thread-messages.ts'
import { CatalogUncertain } from '../uncertain.ts'
import { countCommit } from './writer-metrics.ts'

interface LogFlush {
  /** Throws as long as something written before is not on the disk, nor can be brought there. */
  mustBeSound(): void
  /** Resolves when all that was committed before is on the disk. Rejects with CatalogUncertain. One at a time. */
  flush(): Promise<void>
  close(): void
}

/** From here on the connection's commits are on the disk once `flush` has resolved, and not before. */
export function createLogFlush({ database }: SqliteConnection, file: string, buffer: MetricsBuffer | null): LogFlush {
  const worker = new Worker(scriptOf('flush-thread'), { workerData: `${file}-wal` })
  let isSound = true
  let asked: PromiseWithResolvers<void> | null = null
  const fail = (cause: unknown) => {
    isSound = false
    asked?.reject(new CatalogUncertain('The disk did not take what was committed.', { cause }))
  }
  worker.on('message', (flushed: Flushed) => {
    if (flushed === null) asked?.resolve()
    else fail(restored(flushed))
  })
  // Nothing but the end of memory ends it; the writer, and with it the catalog, ends too.
  worker.once('error', (error) => {
    throw error
  })
  // What SQLite flushes by itself is the head of a new log, and all that a checkpoint carries over.
  database.pragma('synchronous = NORMAL')

  return {
    /** The kernel may report a failed flush once and then call the pages clean: the log is not to be trusted any more. */
    mustBeSound() {
      if (isSound) return
      try {
        const [carried] = database.pragma('wal_checkpoint(RESTART)') as { busy: number }[]
        isSound = carried?.busy === 0
      } catch (cause) {
        throw new CatalogUncertain('The disk does not take what was committed before.', { cause })
      }
      if (!isSound)
        throw new CatalogUncertain('What was committed before is still being read, and cannot be carried over.')
    },
    async flush() {
      const beganAt = performance.now()
      asked = Promise.withResolvers()
      worker.postMessage(null)
      await asked.promise
      if (buffer !== null) countCommit(buffer, performance.now() - beganAt)
    },
    close: () => void worker.terminate(),
  }
}
