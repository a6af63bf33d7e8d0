// A TCP relay that can stop forwarding without closing connections, as a network does that has lost a route.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Relay {
  readonly port: number
  /** Stops forwarding; connections are still accepted. */
  stall(): void
  /** Resumes forwarding, including the bytes held back. */
  resume(): void
  /**
   * Sets which HTTP requests are cut, by their first line: `request` closes the connection before forwarding the
   * request, `answer` before forwarding the answer; null forwards both.
   */
  cut(when: (line: string) => 'request' | 'answer' | null): void
  close(): Promise<void>
}

export async function startRelay(to: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  let isStalled = false
  let cutting: Parameters<Relay['cut']>[0] = () => null
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    let isCut = false
    pass(near, far, (bytes) => {
      const line = /^[A-Z]+ \S+ HTTP/.exec(bytes.toString('latin1', 0, 2_000))?.[0]
      const when = line === undefined ? null : cutting(line)
      if (when === 'answer') isCut = true
      return when !== 'request'
    })
    pass(far, near, () => !isCut)
  })
  const pass = (from: Socket, on: Socket, mayPass: (bytes: Buffer) => boolean) => {
    sockets.add(from)
    if (isStalled) from.pause()
    from.on('data', (bytes) => {
      if (!mayPass(bytes)) {
        from.destroy()
        return
      }
      // A full destination pauses the source, so that the kernel's buffers apply back-pressure to the sender.
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
    cut(when) {
      cutting = when
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
