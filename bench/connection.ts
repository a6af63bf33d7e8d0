/** A keep-alive connection of the load generator, which reads into one reused buffer to keep its own cost low. */
import { connect, type Socket } from 'node:net'

const BUFFER = 1_048_576

export interface Connection {
  readonly socket: Socket
  /** Resolves to the status of the next complete answer. */
  readonly answer: () => Promise<number>
}

export function openConnection(port: number, size = BUFFER): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const { read, answer } = answers()
    const onread = { buffer: Buffer.allocUnsafeSlow(size), callback: read }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
    socket.once('error', reject)
    socket.once('connect', () => resolve({ socket, answer }))
  })
}

/** Parses heads and skips bodies; only answers with a Content-Length are supported. */
function answers(): { read: (length: number, buffer: Uint8Array) => boolean; answer: (this: void) => Promise<number> } {
  let head = Buffer.alloc(0)
  let left = 0
  let status = 0
  let settle: ((status: number) => void) | null = null
  const read = (length: number, buffer: Uint8Array) => {
    for (let at = 0; at < length;) {
      if (left > 0) {
        const step = Math.min(left, length - at)
        left -= step
        at += step
      } else {
        const known = head.length
        head = Buffer.concat([head, buffer.subarray(at, Math.min(length, at + 16_384))])
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) break
        at += end + 4 - known
        const text = head.toString('latin1', 0, end + 2)
        status = Number(text.slice(9, 12))
        left = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0)
        head = Buffer.alloc(0)
        if (status === 100) continue
      }
      if (left === 0) {
        settle?.(status)
        settle = null
      }
    }
    return true
  }
  return { read, answer: () => new Promise((resolve) => (settle = resolve)) }
}
