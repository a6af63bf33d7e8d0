import { Worker } from 'node:worker_threads'
import type { Op } from './statement.ts'
import { type Reply, type Request, restored, thrown } from './thread-messages.ts'

export type Operations = Readonly<Record<string, (...args: never[]) => Op<unknown>>>
export type AnswerOf<F> = F extends (...args: never[]) => Op<infer T> ? T : never

/** Operations on a thread of their own. When the thread dies, what was asked and what is asked later rejects. */
export interface Thread<O extends Operations> {
  readonly call: <N extends keyof O & string>(name: N, ...args: Parameters<O[N]>) => Promise<AnswerOf<O[N]>>
  /** Resolves when everything asked before is answered and the thread has ended. */
  close(): Promise<void>
}

export interface ThreadOptions {
  /** A module that calls `serve`. */
  readonly script: URL
  /** The catalog's file. */
  readonly file: string
  onDeath(error: Error): void
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Resolves once the thread is ready for work; rejects with what kept it from that. */
export async function openThread<O extends Operations>(options: ThreadOptions): Promise<Thread<O>> {
  const worker = new Worker(options.script, { workerData: options.file })
  const waiting = new Map<number, Waiting>()
  const ended = Promise.withResolvers<void>()
  const ready = Promise.withResolvers<void>()
  const outgoing: Request[] = []
  let last = 0
  let gone: Error | null = null
  let isClosing = false

  worker.on('message', (replies: readonly Reply[]) => {
    ready.resolve()
    for (const reply of replies) settle(reply)
  })
  worker.once('error', (error) => die(error instanceof Error ? error : new Error(String(error))))
  worker.once('exit', (code) => {
    if (isClosing) bury(new Error('The catalog is closed.'))
    else die(new Error(`The thread ended with status ${code}.`))
    ended.resolve()
  })

  function settle(reply: Reply): void {
    const asked = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('error' in reply) asked?.reject(restored(reply.error))
    else asked?.resolve(reply.value)
  }

  function die(cause: Error): void {
    if (gone !== null) return
    ready.reject(cause)
    bury(new Error('The catalog has stopped working and must be opened again.', { cause }))
    options.onDeath(cause)
  }

  function bury(error: Error): void {
    gone ??= error
    for (const asked of waiting.values()) asked.reject(gone)
    waiting.clear()
  }

  /** What is asked during one turn of the event loop travels as one message. */
  function send(request: Request): void {
    if (outgoing.push(request) > 1) return
    setImmediate(() => {
      const requests = outgoing.splice(0)
      try {
        worker.postMessage(requests)
      } catch {
        for (const each of requests) sendAlone(each)
      }
    })
  }

  /** For a message that cannot be cloned: only what is to blame for that is refused. */
  function sendAlone(request: Request): void {
    try {
      worker.postMessage([request])
    } catch (error) {
      if (request.id !== null) settle({ id: request.id, error: thrown(error) })
    }
  }

  await ready.promise
  return {
    call<N extends keyof O & string>(name: N, ...args: Parameters<O[N]>) {
      return new Promise<AnswerOf<O[N]>>((resolve, reject) => {
        if (gone !== null) throw gone
        if (isClosing) throw new Error('The catalog is closed.')
        const id = ++last
        send({ id, name, args })
        waiting.set(id, { resolve: (value) => resolve(value as AnswerOf<O[N]>), reject })
      })
    },
    close() {
      if (!isClosing && gone === null) send({ id: null })
      isClosing = true
      return ended.promise
    },
  }
}
