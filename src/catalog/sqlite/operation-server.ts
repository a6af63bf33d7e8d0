import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads'
import { type Asked, type Begin, type Reply, type Request, type PortMessage, thrown } from './thread-messages.ts'

/** So that one commit, and the memory of what it writes, stays bounded. */
const LARGEST_GROUP = 256

/**
 * While a flush is under way, a group smaller than this waits for its end: every commit writes anew the pages that it
 * has in common with the one before.
 */
const WORTH_A_COMMIT = 16

interface Work {
  /** One reply to each; never throws. */
  answer(group: readonly Asked[]): readonly Reply[]
  /** Brings to the disk what was answered: nobody is told before. Rejects when that failed; all are told so then. */
  readonly flush?: () => Promise<void>
  close(): void
}

type Message = readonly Request[] | PortMessage

/** A request, and where its reply goes. */
interface Waiting {
  readonly port: MessagePort
  readonly request: Request
}

interface Answered {
  readonly port: MessagePort
  readonly reply: Reply
}

/** The inside of a thread: once it is told on what, it works. */
export function serve(open: (begin: Begin) => Work): void {
  const parent = parentPort
  if (parent === null) throw new Error('This module is the inside of a worker thread.')
  parent.once('message', (begin: Begin) => {
    workOn(parent, open(begin))
    // Tells the other side that the thread is ready.
    parent.postMessage([])
  })
}

/**
 * Works off what the thread is asked, by whomever, in order of arrival: whatever queued up meanwhile is the next group.
 * One group is worked on while the one before is flushed.
 */
function workOn(parent: MessagePort, work: Work): void {
  const ports = new Set<MessagePort>()
  const waiting: Waiting[] = []
  /** To be told once flushed. */
  let unflushed: Answered[] = []
  let isFlushing = false
  listen(parent)

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
      if (isFlushing && waiting.length < WORTH_A_COMMIT) return
      const group = groupOf(waiting)
      if (group.length > 0) settle(group)
      if (waiting[0]?.request.id !== null) continue
      if (!isFlushing) end()
      return
    }
  }

  /** Adds what has arrived meanwhile; false when that is nothing. */
  function receive(port: MessagePort): boolean {
    const received: { message: Message } | undefined = receiveMessageOnPort(port)
    if (received !== undefined) take(port, received.message)
    return received !== undefined
  }

  function settle(group: readonly (Waiting & { request: Asked })[]): void {
    const replies = work.answer(group.map(({ request }) => request))
    const answered = group.flatMap(({ port }, index) => {
      const reply = replies[index]
      return reply === undefined ? [] : [{ port, reply }]
    })
    if (work.flush === undefined) return tell(answered)
    unflushed.push(...answered)
    if (!isFlushing) void flush(work.flush)
  }

  async function flush(toDisk: () => Promise<void>): Promise<void> {
    isFlushing = true
    while (unflushed.length > 0) {
      const answered = unflushed
      unflushed = []
      tell(await toDisk().then(() => answered, failed(answered)))
      workOff()
    }
    isFlushing = false
    workOff()
  }

  function end(): void {
    work.close()
    for (const port of ports) port.close()
  }
}

function tell(answered: readonly Answered[]): void {
  const byPort = Map.groupBy(answered, ({ port }) => port)
  for (const [port, own] of byPort) port.postMessage(own.map(({ reply }) => reply))
}

function failed(answered: readonly Answered[]): (error: unknown) => readonly Answered[] {
  return (error) => answered.map(({ port, reply }) => ({ port, reply: { id: reply.id, error: thrown(error) } }))
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
