// Puts on a raw socket, byte for byte, what a real client sent when it was recorded: for machines without that client.
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { fill, latin1, readFixture } from './fixture.ts'
import type { ReplayOutcome } from './outcome.ts'
import { openAnswers } from './raw-answer.ts'
import type { Answers } from './raw-answer.ts'

export interface Replay {
  /** Name of the recording: a client of the table, or `browser-preflight`. */
  client: string
  host: string
  port: number
  path: string
  token: string
  bytes: Buffer
  /** The name as the client writes it: see `nameAsSent`. */
  name: string
  /** The origin that the browser's recording says it comes from. */
  origin?: string
}

// How long libcurl waits for "100 Continue" before it sends without.
const patienceMs = 1000

export async function replay({ client, host, port, bytes, ...words }: Replay): Promise<ReplayOutcome> {
  const { path, token, name, origin = 'http://127.0.0.1:5500' } = words
  const filling = { host: `${host}:${port}`, path, token, name: latin1(name), file: bytes.toString('latin1'), origin }
  const { head, body } = fill(readFixture(client, bytes.length), filling)
  const socket = await open(host, port)
  const answers = openAnswers(socket)
  try {
    return await send(socket, answers, head, body)
  } finally {
    socket.destroy()
  }
}

async function send(socket: Socket, answers: Answers, head: string, body: Buffer): Promise<ReplayOutcome> {
  const asks = /^expect: *100-continue/im.test(head)
  if (!asks) {
    socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]))
    return answers.next()
  }
  socket.write(head, 'latin1')
  const answer = answers.next()
  const impatience = new Promise<null>((resolve) => setTimeout(resolve, patienceMs, null))
  const first = await Promise.race([answer, impatience])
  // A refusal came instead of the invitation: a client keeps its body then.
  if (first !== null && first.status !== 100) return first
  socket.write(body)
  const second = await answer
  return second.status === 100 ? answers.next() : second
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => resolve(socket.off('error', reject)))
    socket.once('error', reject)
  })
}
