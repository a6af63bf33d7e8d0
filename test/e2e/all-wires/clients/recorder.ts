// A server that keeps the raw bytes of every request and agrees to all of them.
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface Recorder {
  readonly port: number
  /** Whole requests in the order in which they ended: head and body as they came. */
  readonly requests: readonly Buffer[]
  close(): Promise<void>
}

const answer = '{"data":[{"code":"SUCCESS"}]}'

export async function openRecorder(): Promise<Recorder> {
  const requests: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
    listen(socket, requests)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      sockets.forEach((socket) => socket.destroy())
    })
  return { port: (server.address() as AddressInfo).port, requests, close }
}

function listen(socket: Socket, requests: Buffer[]): void {
  let received = Buffer.alloc(0)
  let hasContinued = false
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = received.toString('latin1', 0, end)
    if (/^expect: 100-continue/im.test(head) && !hasContinued) {
      hasContinued = true
      socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    }
    const length = wholeLength(received, head, end + 4)
    if (length === null || received.length < length) return
    requests.push(received.subarray(0, length))
    received = received.subarray(length)
    hasContinued = false
    socket.write(answerTo(head))
  })
}

function wholeLength(received: Buffer, head: string, bodyAt: number): number | null {
  if (!/^transfer-encoding: *chunked/im.test(head)) {
    return bodyAt + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  }
  // These clients wait for the answer, so the last chunk ends what was received.
  return received.subarray(bodyAt).toString('latin1').endsWith('0\r\n\r\n') ? received.length : null
}

function answerTo(head: string): string {
  const origin = /^origin: *(.*)$/im.exec(head)?.[1]
  const cors = [
    `Access-Control-Allow-Origin: ${origin}`,
    'Access-Control-Allow-Credentials: true',
    'Access-Control-Allow-Headers: authorization',
  ]
  const lines = ['HTTP/1.1 200 OK', 'Content-Type: application/json', ...(origin === undefined ? [] : cors)]
  return [...lines, `Content-Length: ${answer.length}`, '', answer].join('\r\n')
}
