/** The HTTP application: takes requests from sockets and sends each dialect's responses. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Log } from '../core/ports/contracts.ts'
import type { Services } from '../core/services.ts'
import { Fault } from '../core/model/fault.ts'
import type { Endpoint } from './dispatch.ts'
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
import { createHttpServer } from './server.ts'

export interface AppSettings {
  /** Public origin of URLs in responses; null: derived from the request's Host. */
  readonly origin: string | null
  readonly corsOrigins: readonly string[]
  /** Addresses and networks of proxies whose forwarding headers are trusted. */
  readonly trustedProxies: readonly string[]
  /** A connection on which a request body stalls for this long is closed. */
  readonly idleMs: number
  /** Maximum time to receive a request, from its first byte to its last. */
  readonly requestMs: number
  readonly headersMs: number
  readonly maxParts: number
  /** Maximum number of bytes read of a refused body before the connection is closed. */
  readonly drainBytes: number
}

interface AppParts {
  readonly dialects: readonly Dialect[]
  readonly services: Services
  readonly log: Log
  readonly observer: Observer
  readonly settings: AppSettings
  /** Null: without TLS. */
  readonly certificate: Certificate | null
}

interface App {
  readonly server: Server
  /** Applies to later requests; those in flight keep their settings. TLS cannot be switched on or off. */
  update(settings: AppSettings, certificate: Certificate | null): void
  /** Accepts no new requests; resolves when those in flight are answered, or were aborted after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

export function createApp({ dialects, services, log, observer, settings, certificate }: AppParts): App {
  const endpoints = dialects.map((dialect): Endpoint => ({ dialect, find: createFindRoute(dialect) }))
  const connections = createConnections()
  let stopping = false

  const endpointFor = (path: string): Endpoint => {
    const found = endpoints.find(({ dialect }) => dialect.owns(path))
    if (found === undefined) throw new Error(`no dialect answers for ${path}`)
    return found
  }
  const attachmentAtPath = (path: string): AttachmentReference | null =>
    endpointFor(path).dialect.attachmentAt?.(path) ?? null

  const termsOf = (settings: AppSettings): ExchangeTerms => ({
    ...{ services, log, observer, connections, endpointFor, attachmentAtPath },
    senderOf: createSenderOf(settings.trustedProxies),
    known: knownOrigins(settings.corsOrigins, () => services.organizations.redirectOrigins()),
    isStopping: () => stopping,
    origin: settings.origin,
    maxParts: settings.maxParts,
    times: settings,
    draining: { bytes: settings.drainBytes, milliseconds: settings.requestMs },
  })
  let terms = termsOf(settings)
  const { wrap } = observer
  const answer = (request: IncomingMessage, response: ServerResponse) => void exchange(terms, request, response)
  const handle =
    wrap === null
      ? answer
      : (request: IncomingMessage, response: ServerResponse) => wrap(request, () => answer(request, response))

  const httpServer = createHttpServer(settings, certificate, handle, (socket) => {
    connections.opened(socket, terms.times.idleMs)
    observer.connected()
    socket.once('close', () => observer.disconnected())
  })
  const { server } = httpServer
  server.on('checkExpectation', handle)
  server.on('clientError', (error, socket) => {
    refuseMalformed(error, socket, { connections, observer, dialectFor: (path) => endpointFor(path).dialect })
  })
  server.on('connect', (request, socket) => {
    const head = headOf(request, terms.senderOf)
    refuseTunnel(head, socket, endpointFor(head.path).dialect, observer)
  })

  return {
    server,
    update(next, renewed) {
      terms = termsOf(next)
      httpServer.update(next, renewed)
    },
    async stop(graceMs) {
      stopping = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      connections.closeIdle()
      httpServer.cutHandshakes()
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
