/** Which requests of a connection are under way, so that what breaks behind one of them spoils no answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Fault } from '../core/fault.ts'
import type { Lifetime } from './lifetime.ts'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly life: Lifetime
}

export interface Connections {
  begin(exchange: Exchange): void
  end(exchange: Exchange): void
  /**
   * What came next on the connection is no HTTP. A request that was still arriving is ended by the fault; those that
   * had arrived get their answers, and then the connection is closed. False when none is under way, and nothing was done.
   */
  spoil(socket: Duplex, fault: Fault): boolean
}

export function createConnections(): Connections {
  const underWay = new Map<Duplex, Set<Exchange>>()
  const spoilt = new WeakSet<Duplex>()
  return {
    begin(exchange) {
      const { socket } = exchange.request
      underWay.set(socket, (underWay.get(socket) ?? new Set()).add(exchange))
    },
    end(exchange) {
      const { socket } = exchange.request
      const exchanges = underWay.get(socket)
      exchanges?.delete(exchange)
      if (exchanges === undefined || exchanges.size > 0) return
      underWay.delete(socket)
      if (spoilt.has(socket)) socket.destroySoon()
    },
    spoil(socket, fault) {
      const exchanges = underWay.get(socket)
      if (exchanges === undefined) return spoilt.has(socket)
      spoilt.add(socket)
      for (const { request, response, life } of exchanges) {
        if (request.complete) continue
        if (response.headersSent) request.destroy()
        else life.abort(fault)
      }
      return true
    },
  }
}
