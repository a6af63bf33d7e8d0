/** Bytes transferred on a connection since the previous call for it, as counted by Node; heads are included. */
import type { Socket } from 'node:net'

export interface Traffic {
  readonly received: number
  readonly sent: number
}

const NOTHING: Traffic = { received: 0, sent: 0 }

export function createTraffic(): (socket: Socket | null) => Traffic {
  const counted = new WeakMap<Socket, { received: number; sent: number }>()
  return (socket) => {
    if (socket === null) return NOTHING
    const { bytesRead: received, bytesWritten: sent } = socket
    const before = counted.get(socket)
    if (before === undefined) {
      counted.set(socket, { received, sent })
      return { received, sent }
    }
    const passed = { received: received - before.received, sent: sent - before.sent }
    before.received = received
    before.sent = sent
    return passed
  }
}
