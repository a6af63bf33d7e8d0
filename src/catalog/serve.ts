import { parentPort, receiveMessageOnPort } from 'node:worker_threads'
import type { Asked, Reply, Request } from './thread-messages.ts'

/** So that one commit, and the memory of what it writes, stays bounded. */
const LARGEST_GROUP = 256

export interface Work {
  /** One reply to each; never throws. */
  answer(group: readonly Asked[]): readonly Reply[]
  close(): void
}

/** Works off what the thread is asked, in order: whatever queued up meanwhile is the next group. */
export function serve(work: Work): void {
  const port = parentPort
  if (port === null) throw new Error('This module is the inside of a worker thread.')

  port.on('message', (first: Request) => {
    const group: Asked[] = []
    let next: Request | null = first
    while (next !== null && next.id !== null) {
      group.push(next)
      next = group.length < LARGEST_GROUP ? queued() : null
    }
    if (group.length > 0) port.postMessage(work.answer(group))
    if (next === null) return
    work.close()
    port.close()
  })
  // Tells the other side that the thread is ready.
  port.postMessage([])

  function queued(): Request | null {
    const received: { message: Request } | undefined = port === null ? undefined : receiveMessageOnPort(port)
    return received?.message ?? null
  }
}
