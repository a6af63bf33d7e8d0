import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads'
import type { Asked, Reply, Request, Share } from './thread-messages.ts'

/** So that one commit, and the memory of what it writes, stays bounded. */
const LARGEST_GROUP = 256

export interface Work {
  /** One reply to each; never throws. */
  answer(group: readonly Asked[]): readonly Reply[]
  close(): void
}

type Message = readonly Request[] | Share

/** A request, and where its reply goes. */
interface Waiting {
  readonly port: MessagePort
  readonly request: Request
}

/** Works off what the thread is asked, by whomever, in order of arrival: whatever queued up meanwhile is the next group. */
export function serve(work: Work): void {
  const parent = parentPort
  if (parent === null) throw new Error('This module is the inside of a worker thread.')
  const ports = new Set<MessagePort>()
  const waiting: Waiting[] = []
  listen(parent)
  // Tells the other side that the thread is ready.
  parent.postMessage([])

  function listen(port: MessagePort): void {
    ports.add(port)
    port.on('message', (message: Message) => {
      take(port, message)
      workOff()
    })
    port.once('close', () => ports.delete(port))
  }

  function take(port: MessagePort, message: Message): void {
    if ('share' in message) listen(message.share)
    else for (const request of message) waiting.push({ port, request })
  }

  function workOff(): void {
    while (waiting.length > 0) {
      for (const port of ports) while (waiting.length < LARGEST_GROUP && receive(port));
      const group = groupOf(waiting)
      if (group.length > 0) reply(group)
      if (waiting[0]?.request.id === null) return end()
    }
  }

  /** Adds what has arrived meanwhile; false when that is nothing. */
  function receive(port: MessagePort): boolean {
    const received: { message: Message } | undefined = receiveMessageOnPort(port)
    if (received !== undefined) take(port, received.message)
    return received !== undefined
  }

  function reply(group: readonly (Waiting & { request: Asked })[]): void {
    const replies = work.answer(group.map(({ request }) => request))
    const byPort = Map.groupBy(replies, (_, index) => group[index]?.port)
    for (const [port, own] of byPort) port?.postMessage(own)
  }

  function end(): void {
    work.close()
    for (const port of ports) port.close()
  }
}

/** Takes what may be done together: as much as there is, up to the request to end. */
function groupOf(waiting: Waiting[]): (Waiting & { request: Asked })[] {
  const group: (Waiting & { request: Asked })[] = []
  while (group.length < LARGEST_GROUP) {
    const next = waiting[0]
    if (next === undefined || next.request.id === null) break
    group.push({ port: next.port, request: next.request })
    waiting.shift()
  }
  return group
}
