/**
 * Stands between a server and PostgreSQL or an object store, and ends the server at a step: before what it sends arrives,
 * or when the answer is there and the server has not seen it.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Step {
  readonly when: 'before' | 'after'
  /** What is sent on one connection, one after the other; the last one is the step. */
  readonly sent: readonly RegExp[]
  readonly kill: () => void
}

export interface Wire {
  /** On this machine; whatever it gets goes on to the service. */
  readonly port: number
  arm(step: Step): void
  close(): void
}

/** An answer that only asks for the rest. */
const CONTINUE = /^HTTP\/1\.1 100 /

export async function openWire(to: number): Promise<Wire> {
  let armed: Step | null = null
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const service = connect(to, '127.0.0.1')
    let seen = 0
    /** Of the step that was sent on here. */
    let deadly: Step | null = null
    const end = () => {
      client.destroy()
      service.destroy()
      sockets.delete(client)
    }
    sockets.add(client)
    for (const socket of [client, service]) socket.on('error', end).on('close', end)
    client.on('data', (chunk) => {
      const text = chunk.toString('latin1')
      while (armed?.sent[seen]?.test(text) === true) seen++
      if (armed !== null && seen === armed.sent.length) {
        const step = armed
        armed = null
        if (step.when === 'before') return step.kill()
        deadly = step
      }
      service.write(chunk)
    })
    service.on('data', (chunk) => {
      if (deadly === null || CONTINUE.test(chunk.toString('latin1'))) client.write(chunk)
      else deadly.kill()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    arm: (step) => (armed = step),
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
