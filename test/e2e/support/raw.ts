// A connection whose every byte is the test's own, and the answers that come back on it.
import { connect, type Socket } from 'node:net'
import type { ReplayOutcome } from '../all-wires/clients/outcome.ts'
import { openAnswers } from '../all-wires/clients/raw-answer.ts'

export interface Line {
  readonly socket: Socket
  /** Resolves when the kernel has taken the bytes, or the connection is gone. */
  send(bytes: string | Uint8Array): Promise<void>
  next(): Promise<ReplayOutcome>
  /** Resolves when the connection is over, however it ended. */
  readonly closed: Promise<void>
  destroy(): void
}

/** A server that does not answer by now never will. */
const ENOUGH_MS = 20_000

export interface RawRequest {
  readonly method?: string
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
}

export function dial(origin: string): Promise<Line> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      const closed = new Promise<void>((done) => socket.once('close', () => done()))
      const answers = openAnswers(socket)
      const next = () => within(ENOUGH_MS, answers.next())
      resolve({ socket, send: (bytes) => send(socket, bytes, closed), next, closed, destroy: () => socket.destroy() })
    })
  })
}

/** A request's head with its blank line; `host` is added. */
export function headOf({ method = 'POST', target, headers = {} }: RawRequest): string {
  const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** One request on a connection of its own; the body goes out whole, whatever is answered meanwhile. */
export async function exchange(
  origin: string,
  request: RawRequest,
  body: string | Uint8Array = '',
): Promise<ReplayOutcome> {
  const line = await dial(origin)
  try {
    const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
    const length = bytes.length > 0 ? { 'content-length': String(bytes.length) } : {}
    const sent = line
      .send(headOf({ ...request, headers: { ...length, ...request.headers } }))
      .then(() => line.send(bytes))
    const answer = await line.next()
    await sent
    return answer
  } finally {
    line.destroy()
  }
}

/** What was written on a connection as it stands, without a parser. */
export async function rawAnswer(origin: string, bytes: string | Uint8Array): Promise<ReplayOutcome> {
  const line = await dial(origin)
  try {
    await line.send(bytes)
    return await line.next()
  } finally {
    line.destroy()
  }
}

/** Rejects when it takes longer. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`nothing came for ${milliseconds} ms`)), milliseconds)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

async function send(socket: Socket, bytes: string | Uint8Array, closed: Promise<void>): Promise<void> {
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
  const taken = new Promise<void>((resolve) => socket.write(data, () => resolve()))
  await Promise.race([taken, closed])
}
