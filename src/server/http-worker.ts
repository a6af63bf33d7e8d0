/** The other threads that serve HTTP when there are several: opened here, and their inside. */
import { isMainThread, parentPort, Worker, workerData, type MessagePort } from 'node:worker_threads'
import type { Log } from '../core/ports/contracts.ts'
import { openHttpThread, type Live, type ThreadBuffers } from './http-thread.ts'
import { createLog } from './log.ts'
import { connectCatalog, openBlobs } from './stores.ts'

export interface HttpWorker {
  /** For requests from now on. */
  update(live: Live): void
  /** Resolves when what was in flight there is answered and the thread has ended. */
  stop(): Promise<void>
}

interface Opening {
  /** Its port is the one that the first thread listens on. */
  readonly live: Live
  /** Null: the thread opens a catalog of its own. */
  readonly writer: MessagePort | null
  readonly counting: SharedArrayBuffer
  readonly buffers: ThreadBuffers | null
  /** From 1 on. */
  readonly thread: number
}

/** What a thread tells: that it listens, or a line for the process's log. */
type Told = { readonly listens: true } | { readonly line: string }

/** Resolves once the thread listens on the port that the first one listens on. A thread that dies takes the process along. */
export async function openHttpWorker(opening: Opening, log: Log): Promise<HttpWorker> {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: opening,
    transferList: opening.writer === null ? [] : [opening.writer],
  })
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject)
    worker.on('message', (told: Told) => {
      if ('line' in told) process.stderr.write(told.line)
      else resolve()
    })
  })
  worker.removeAllListeners('error').once('error', (error: Error) => {
    log.error({ err: error }, 'a thread that serves HTTP died')
    throw error
  })
  return {
    update: (live) => worker.postMessage(live),
    stop() {
      worker.postMessage('stop')
      return ended
    },
  }
}

/** The inside: a door of its own, on the process's one writer. */
async function serveThread(port: MessagePort, { live, writer, counting, buffers, thread }: Opening): Promise<void> {
  const { config } = live
  const tell = (told: Told) => port.postMessage(told)
  // Two threads writing to one stream would tear each other's lines.
  const log = createLog(config.logLevel, { write: (line) => tell({ line }) })
  const catalog = await connectCatalog(config, log, writer)
  const blobs = await openBlobs(config, { shared: true })
  const httpThread = await openHttpThread({ live, log, catalog, blobs, counting, buffers, thread })
  await httpThread.listen(config.port)
  tell({ listens: true })
  await new Promise<void>((resolve) => {
    port.on('message', (told: Live | 'stop') => {
      if (told === 'stop') resolve()
      else httpThread.update(told)
    })
  })
  await httpThread.stop()
  await httpThread.services.access.flush()
  await catalog.close()
  await blobs.close()
  port.close()
}

if (!isMainThread && parentPort !== null) await serveThread(parentPort, workerData as Opening)
