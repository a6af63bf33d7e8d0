/** Further threads that serve HTTP: opening them, and the code that runs in them. */
import { isMainThread, parentPort, Worker, workerData, type MessagePort } from 'node:worker_threads'
import type { Log } from '../core/ports/contracts.ts'
import { openHttpThread, type LiveSettings, type ThreadBuffers } from './http-thread.ts'
import { createLog } from './log.ts'
import { connectCatalog, openBlobs } from './stores.ts'

export interface HttpWorker {
  /** Applies to later requests. */
  update(live: LiveSettings): void
  /** Resolves when its requests in flight are answered and the thread has ended. */
  stop(): Promise<void>
}

interface WorkerParts {
  /** Its port is the one on which the first thread listens. */
  readonly live: LiveSettings
  /** Null: the thread opens its own catalog. */
  readonly writer: MessagePort | null
  readonly counting: SharedArrayBuffer
  readonly buffers: ThreadBuffers | null
  /** Index of the thread, from 1. */
  readonly thread: number
}

/** Message from a thread: it listens, or a line for the process's log. */
type WorkerMessage = { readonly listens: true } | { readonly line: string }

/** Resolves when the thread listens on the port of the first one. An uncaught error of the thread ends the process. */
export async function openHttpWorker(opening: WorkerParts, log: Log): Promise<HttpWorker> {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: opening,
    transferList: opening.writer === null ? [] : [opening.writer],
  })
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject)
    worker.on('message', (message: WorkerMessage) => {
      if ('line' in message) process.stderr.write(message.line)
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

/** Runs in the thread: serves HTTP, with the process's only writer thread. */
async function serveThread(port: MessagePort, { live, writer, counting, buffers, thread }: WorkerParts): Promise<void> {
  const { config } = live
  const post = (message: WorkerMessage) => port.postMessage(message)
  // Lines of two threads that write to one stream could interleave; the main thread writes them.
  const log = createLog(config.logLevel, { write: (line) => post({ line }) })
  const catalog = await connectCatalog(config, log, writer)
  const blobs = await openBlobs(config, { shared: true })
  const httpThread = await openHttpThread({ live, log, catalog, blobs, counting, buffers, thread })
  await httpThread.listen(config.port)
  post({ listens: true })
  await new Promise<void>((resolve) => {
    port.on('message', (message: LiveSettings | 'stop') => {
      if (message === 'stop') resolve()
      else httpThread.update(message)
    })
  })
  await httpThread.stop()
  await httpThread.services.access.flush()
  await catalog.close()
  await blobs.close()
  port.close()
}

if (!isMainThread && parentPort !== null) await serveThread(parentPort, workerData as WorkerParts)
