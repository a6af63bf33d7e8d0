/** Requests in flight by connection: a malformed pipelined request corrupts no earlier response, and a stop knows what to wait for. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Fault } from '../core/model/fault.ts'
import type { Lifetime } from './lifetime.ts'

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly lifetime: Lifetime
}

export interface Connections {
  /** `lingerMs`: a client must close its half of the connection within this time after the server closed its own. */
  opened(socket: Socket, lingerMs: number): void
  begin(exchange: Exchange): void
  end(exchange: Exchange): void
  /**
   * Handles bytes that are not HTTP. A request that is still arriving is aborted with the fault; those that arrived
   * completely are answered, and then the connection is closed. False if none is in flight; then nothing was done.
   */
  markMalformed(socket: Duplex, fault: Fault): boolean
  /** From now on a connection is closed when no request is in flight on it. Node would keep those that never sent one. */
  closeIdle(): void
  /** Aborts all requests in flight with the fault. */
  abort(fault: Fault): void
}

export function createConnections(): Connections {
  const inFlight = new Map<Duplex, Set<Exchange>>()
  const open = new Set<Socket>()
  const malformed = new WeakSet<Duplex>()
  let isClosing = false
  const abortExchange = ({ request, response, lifetime }: Exchange, fault: Fault) => {
    if (response.headersSent) request.destroy()
    else lifetime.abort(fault)
  }
  return {
    opened(socket, lingerMs) {
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      // Only the server's half is closed: the client could keep the other half, and the file descriptor, open for ever.
      socket.once('finish', () => {
        const timer = setTimeout(() => socket.destroy(), lingerMs)
        timer.unref()
        socket.once('close', () => clearTimeout(timer))
      })
    },
    begin(exchange) {
      const { socket } = exchange.request
      inFlight.set(socket, (inFlight.get(socket) ?? new Set()).add(exchange))
    },
    end(exchange) {
      const { socket } = exchange.request
      const exchanges = inFlight.get(socket)
      exchanges?.delete(exchange)
      if (exchanges === undefined || exchanges.size > 0) return
      inFlight.delete(socket)
      if (isClosing || malformed.has(socket)) socket.destroySoon()
    },
    markMalformed(socket, fault) {
      const exchanges = inFlight.get(socket)
      if (exchanges === undefined) return malformed.has(socket)
      malformed.add(socket)
      for (const exchange of exchanges) if (!exchange.request.complete) abortExchange(exchange, fault)
      return true
    },
    closeIdle() {
      isClosing = true
      for (const socket of open) if (!inFlight.has(socket) && socket.bytesRead === 0) socket.destroy()
    },
    abort(fault) {
      for (const exchanges of inFlight.values()) for (const exchange of exchanges) abortExchange(exchange, fault)
    },
  }
}
