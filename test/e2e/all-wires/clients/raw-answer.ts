// Reads answers from a raw socket, "100 Continue" included, one after the other.
import type { Socket } from 'node:net'
import type { ReplayOutcome } from './outcome.ts'

export interface Answers {
  /** The next whole answer; rejects when the connection ends before it is whole. */
  next(): Promise<ReplayOutcome>
}

export function openAnswers(socket: Socket): Answers {
  let received = Buffer.alloc(0)
  let ended: Error | null = null
  let wake = () => {}
  const end = (error: Error) => {
    ended ??= error
    wake()
  }
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    wake()
  })
  socket.on('error', end)
  socket.on('close', () => end(new Error(`the connection ended after ${received.length} bytes of an answer`)))

  const next = async (): Promise<ReplayOutcome> => {
    for (;;) {
      const answer = parse(received, ended !== null)
      if (answer !== null) {
        received = received.subarray(answer.length)
        return answer
      }
      if (ended !== null) throw ended
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { next }
}

function parse(bytes: Buffer, isWhole: boolean): (ReplayOutcome & { length: number }) | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const headers = new Map(lines.map((line) => split(line)))
  const status = Number(statusLine.split(' ')[1])
  const body = parseBody(bytes.subarray(end + 4), status, headers, isWhole)
  return body && { status, headers, body: body.bytes.toString('utf8'), length: end + 4 + body.length }
}

function split(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

function parseBody(rest: Buffer, status: number, headers: Map<string, string>, isWhole: boolean) {
  if (status < 200 || status === 204 || status === 304) return { bytes: Buffer.alloc(0), length: 0 }
  if (headers.get('transfer-encoding') === 'chunked') return parseChunks(rest)
  const length = headers.get('content-length')
  // Without a length the body lasts as long as the connection.
  if (length === undefined) return isWhole ? { bytes: rest, length: rest.length } : null
  return rest.length < Number(length) ? null : { bytes: rest.subarray(0, Number(length)), length: Number(length) }
}

function parseChunks(rest: Buffer) {
  const parts: Buffer[] = []
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(rest.toString('latin1', at, lineEnd), 16)
    const next = lineEnd + 2 + size + 2
    if (rest.length < next) return null
    if (size === 0) return { bytes: Buffer.concat(parts), length: next }
    parts.push(rest.subarray(lineEnd + 2, next - 2))
    at = next
  }
}
