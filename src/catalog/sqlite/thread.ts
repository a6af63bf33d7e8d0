import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads'
import type { MetricsBuffer } from '../../core/ports/metrics-buffer.ts'
import { createCalls, type AnswerOf, type Operations } from './thread-calls.ts'
import type { Begin, Reply, PortMessage } from './thread-messages.ts'

/** Operations on another thread. When that thread dies, what was asked and what is asked later rejects. */
export interface Thread<O extends Operations> {
  readonly call: <N extends keyof O & string>(name: N, ...args: Parameters<O[N]>) => Promise<AnswerOf<O[N]>>
  /** How much was asked and is not answered yet. */
  readonly waiting: () => number
  /** Another way to the same thread, for `connectThread` on a third one; must be transferred. */
  share(): MessagePort
  /** Resolves when everything asked before is answered and the thread has ended. */
  close(): Promise<void>
}

interface ThreadOptions {
  /** A module that calls `serve`. */
  readonly script: URL
  /** Where the thread counts its work. */
  readonly buffer?: MetricsBuffer
  onDeath(error: Error): void
}

/** A thread that loads its script, and touches nothing yet. */
interface StartedThread<O extends Operations> {
  /** Resolves once the thread is ready for work on the catalog's file; rejects with what kept it from that. */
  open(file: string): Promise<Thread<O>>
  /** Ends it instead. */
  abandon(): Promise<void>
}

/** Loading takes a while, in which whoever starts a thread may do something else. */
export function startThread<O extends Operations>(options: ThreadOptions): StartedThread<O> {
  const worker = new Worker(options.script)
  const ended = Promise.withResolvers<void>()
  const ready = Promise.withResolvers<void>()
  // Whoever opens it is told.
  ready.promise.catch(() => undefined)
  const calls = createCalls<O>((requests) => worker.postMessage(requests))

  worker.on('message', (replies: readonly Reply[]) => {
    ready.resolve()
    calls.settle(replies)
  })
  worker.once('error', (error) => die(error instanceof Error ? error : new Error(String(error))))
  worker.once('exit', (code) => {
    if (calls.isClosing()) calls.bury(new Error('The catalog is closed.'))
    else die(new Error(`The thread ended with status ${code}.`))
    ended.resolve()
  })

  function die(cause: Error): void {
    if (!calls.bury(new Error('The catalog has stopped working and must be opened again.', { cause }))) return
    ready.reject(cause)
    options.onDeath(cause)
  }

  const thread: Thread<O> = {
    call: calls.call,
    waiting: calls.waiting,
    share() {
      const { port1, port2 } = new MessageChannel()
      worker.postMessage({ share: port1 } satisfies PortMessage, [port1])
      return port2
    },
    close() {
      calls.end()
      return ended.promise
    },
  }
  return {
    async open(file) {
      worker.postMessage({ file, buffer: options.buffer ?? null } satisfies Begin)
      await ready.promise
      return thread
    },
    async abandon() {
      calls.bury(new Error('The catalog was not opened.'))
      await worker.terminate()
    },
  }
}

/** The way to a thread that another thread has opened and shared. Closing it leaves the thread as it is. */
export function connectThread<O extends Operations>(port: MessagePort): Pick<Thread<O>, 'call' | 'waiting' | 'close'> {
  const calls = createCalls<O>((requests) => port.postMessage(requests))
  port.on('message', (replies: readonly Reply[]) => calls.settle(replies))
  port.once('close', () => calls.bury(new Error('The catalog is closed.')))
  return {
    call: calls.call,
    waiting: calls.waiting,
    async close() {
      await calls.idle()
      port.close()
    },
  }
}
