/** The door: a socket's request in, a dialect's answer out. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Log } from '../core/contracts.ts'
import type { Desk } from '../core/desk.ts'
import { Fault } from '../core/fault.ts'
import type { Counter } from './answering.ts'
import type { Certificate } from './certificate.ts'
import { createConnections } from './connections.ts'
import type { AttachmentReference, Dialect } from './contracts.ts'
import { knownOrigins } from './cors.ts'
import { exchange, type ExchangeTerms } from './exchange.ts'
import { headOf } from './head.ts'
import { refuseMalformed, refuseTunnel } from './malformed.ts'
import type { Observer } from './observer.ts'
import { createFindRoute } from './router.ts'
import { createSenderOf } from './sender.ts'
import { createDoorServer } from './server.ts'

export interface AppSettings {
  /** Public origin of URLs in answers; null: what the request's Host says. */
  readonly origin: string | null
  readonly corsOrigins: readonly string[]
  /** Addresses and networks of proxies that are believed about their clients. */
  readonly trustedProxies: readonly string[]
  /** A sender that is silent for this long is cut off. */
  readonly idleMs: number
  /** The whole of a request, from its first byte to its last. */
  readonly requestMs: number
  readonly headersMs: number
  readonly maxParts: number
  /** What is read of a refused body before the connection is cut. */
  readonly drainBytes: number
}

export interface AppParts {
  readonly dialects: readonly Dialect[]
  readonly desk: Desk
  readonly log: Log
  readonly observer: Observer
  readonly settings: AppSettings
  /** Null: without TLS. */
  readonly certificate: Certificate | null
}

export interface App {
  readonly server: Server
  /** For requests from now on; those under way keep the terms that they came under. A certificate cannot come or go. */
  update(settings: AppSettings, certificate: Certificate | null): void
  /** Takes no new requests; resolves when those in flight are answered, or were cut off after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

export function createApp({ dialects, desk, log, observer, settings, certificate }: AppParts): App {
  const counters = dialects.map((dialect): Counter => ({ dialect, find: createFindRoute(dialect) }))
  const connections = createConnections()
  let stopping = false

  const counterFor = (path: string): Counter => {
    const found = counters.find(({ dialect }) => dialect.owns(path))
    if (found === undefined) throw new Error(`no dialect answers for ${path}`)
    return found
  }
  const attachmentAtPath = (path: string): AttachmentReference | null =>
    counterFor(path).dialect.attachmentAt?.(path) ?? null

  const termsOf = (settings: AppSettings): ExchangeTerms => ({
    ...{ desk, log, observer, connections, counterFor, attachmentAtPath },
    senderOf: createSenderOf(settings.trustedProxies),
    known: knownOrigins(settings.corsOrigins, () => desk.organizations.redirectOrigins()),
    isStopping: () => stopping,
    origin: settings.origin,
    maxParts: settings.maxParts,
    times: settings,
    draining: { bytes: settings.drainBytes, milliseconds: settings.requestMs },
  })
  let terms = termsOf(settings)
  const { around } = observer
  const answer = (request: IncomingMessage, response: ServerResponse) => void exchange(terms, request, response)
  const handle =
    around === null
      ? answer
      : (request: IncomingMessage, response: ServerResponse) => around(request, () => answer(request, response))

  const door = createDoorServer(settings, certificate, handle, (socket) => {
    connections.opened(socket, terms.times.idleMs)
    observer.connected()
    socket.once('close', () => observer.disconnected())
  })
  const { server } = door
  server.on('checkExpectation', handle)
  server.on('clientError', (error, socket) => {
    refuseMalformed(error, socket, { connections, observer, dialectFor: (path) => counterFor(path).dialect })
  })
  server.on('connect', (request, socket) => {
    const head = headOf(request, terms.senderOf)
    refuseTunnel(head, socket, counterFor(head.path).dialect, observer)
  })

  return {
    server,
    update(next, renewed) {
      terms = termsOf(next)
      door.update(next, renewed)
    },
    async stop(graceMs) {
      stopping = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      connections.retire()
      door.cutHandshakes()
      const timer = setTimeout(() => {
        const fault = new Fault('unavailable', 'request', 'The server is stopping; send the request again in a moment.')
        connections.abort(fault)
        setTimeout(() => server.closeAllConnections(), 500).unref()
      }, graceMs)
      await closed
      clearTimeout(timer)
    },
  }
}
