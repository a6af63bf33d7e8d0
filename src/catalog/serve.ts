import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads'
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

  port.on('message', (first: readonly Request[]) => {
    const waiting: Request[] = [...first]
    while (waiting.length > 0) {
      while (waiting.length < LARGEST_GROUP && receive(port, waiting));
      const group = groupOf(waiting)
      if (group.length > 0) port.postMessage(work.answer(group))
      if (waiting[0]?.id === null) return end()
    }
  })
  // Tells the other side that the thread is ready.
  port.postMessage([])

  function end(): void {
    work.close()
    port?.close()
  }
}

/** Adds what has arrived meanwhile; false when that is nothing. */
function receive(port: MessagePort, waiting: Request[]): boolean {
  const received: { message: readonly Request[] } | undefined = receiveMessageOnPort(port)
  waiting.push(...(received?.message ?? []))
  return received !== undefined
}

/** Takes what may be done together: as much as there is, up to the request to end. */
function groupOf(waiting: Request[]): Asked[] {
  const group: Asked[] = []
  while (group.length < LARGEST_GROUP) {
    const next = waiting[0]
    if (next === undefined || next.id === null) break
    group.push(next)
    waiting.shift()
  }
  return group
}
