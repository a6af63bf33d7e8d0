// A way between two that can stop passing bytes without closing anything, as a network does that has lost its route.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Relay {
  readonly port: number
  /** From now on bytes go nowhere; connections are accepted all the same. */
  stall(): void
  /** What was held back goes on its way. */
  resume(): void
  close(): Promise<void>
}

export async function startRelay(to: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  let isStalled = false
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    pass(near, far)
    pass(far, near)
  })
  const pass = (from: Socket, on: Socket) => {
    sockets.add(from)
    if (isStalled) from.pause()
    from.on('data', (bytes) => {
      // What fills the other side waits there: the kernel's buffers say no to the sender in time.
      if (!on.write(bytes)) {
        from.pause()
        on.once('drain', () => !isStalled && from.resume())
      }
      if (isStalled) from.pause()
    })
    from.on('end', () => on.end())
    from.on('error', () => on.destroy())
    from.on('close', () => {
      sockets.delete(from)
      on.destroy()
    })
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    stall() {
      isStalled = true
      for (const socket of sockets) socket.pause()
    },
    resume() {
      isStalled = false
      for (const socket of sockets) socket.resume()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
