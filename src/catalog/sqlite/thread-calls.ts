import type { Op } from '../statement.ts'
import { type Reply, type Request, restored, thrown } from './thread-messages.ts'

export type Operations = Readonly<Record<string, (...args: never[]) => Op<unknown>>>
export type AnswerOf<F> = F extends (...args: never[]) => Op<infer T> ? T : never

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** What was asked of a thread, whichever way it goes there, and waits for its reply. */
interface Calls<O extends Operations> {
  readonly call: <N extends keyof O & string>(name: N, ...args: Parameters<O[N]>) => Promise<AnswerOf<O[N]>>
  /** How much was asked and is not answered yet. */
  readonly waiting: () => number
  settle(replies: readonly Reply[]): void
  /** Rejects whatever waits, and whatever is asked from now on. False when that was done before. */
  bury(error: Error): boolean
  /** Asks the thread to end after all that was asked; nothing more may be asked. */
  end(): void
  isClosing(): boolean
  /** Resolves when nothing waits any more; nothing more may be asked. */
  idle(): Promise<void>
}

export function createCalls<O extends Operations>(post: (requests: readonly Request[]) => void): Calls<O> {
  const waiting = new Map<number, Waiting>()
  const outgoing: Request[] = []
  let last = 0
  let gone: Error | null = null
  let isClosing = false
  let onIdle: (() => void) | null = null

  function settleOne(reply: Reply): void {
    const asked = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('error' in reply) asked?.reject(restored(reply.error))
    else asked?.resolve(reply.value)
  }

  /** What is asked during one turn of the event loop travels as one message. */
  function send(request: Request): void {
    if (outgoing.push(request) > 1) return
    setImmediate(() => {
      const requests = outgoing.splice(0)
      try {
        post(requests)
      } catch {
        for (const each of requests) sendAlone(each)
      }
    })
  }

  /** For a message that cannot be cloned: only what is to blame for that is refused. */
  function sendAlone(request: Request): void {
    try {
      post([request])
    } catch (error) {
      if (request.id !== null) settleOne({ id: request.id, error: thrown(error) })
    }
  }

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
    waiting: () => waiting.size,
    settle(replies) {
      for (const reply of replies) settleOne(reply)
      if (waiting.size === 0) onIdle?.()
    },
    bury(error) {
      if (gone !== null) return false
      gone = error
      for (const asked of waiting.values()) asked.reject(error)
      waiting.clear()
      onIdle?.()
      return true
    },
    end() {
      if (!isClosing && gone === null) send({ id: null })
      isClosing = true
    },
    isClosing: () => isClosing,
    idle() {
      isClosing = true
      return waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => (onIdle = resolve))
    },
  }
}
