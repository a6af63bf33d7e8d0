/** The HTTP/1.1 server, with TLS if there is a certificate. */
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Certificate } from './certificate.ts'

interface ServerTimes {
  /** Maximum time to receive a request, from its first byte to its last. */
  readonly requestMs: number
  /** Maximum time to receive a head, and for a TLS handshake. */
  readonly headersMs: number
}

interface HttpServer {
  readonly server: Server
  /** Applies to later connections and requests. TLS cannot be switched on or off. */
  update(times: ServerTimes, certificate: Certificate | null): void
  /** Closes connections whose TLS handshake is not complete; they have no requests. */
  cutHandshakes(): void
}

const MAX_HEADER_BYTES = 32 * 1024

const OPTIONS = {
  maxHeaderSize: MAX_HEADER_BYTES,
  connectionsCheckingInterval: 1_000,
  requireHostHeader: false,
  keepAliveTimeout: 65_000,
  noDelay: true,
}

/** `opened` is called for each connection that can carry requests: with TLS, after the handshake. */
export function createHttpServer(
  times: ServerTimes,
  certificate: Certificate | null,
  handle: RequestListener,
  opened: (socket: Socket) => void,
): HttpServer {
  const timing = { headersTimeout: times.headersMs, requestTimeout: times.requestMs }
  if (certificate === null) {
    const server = createPlainServer({ ...OPTIONS, ...timing }, handle)
    server.on('connection', opened)
    return { server, update: (next) => applyTimeouts(server, next), cutHandshakes() {} }
  }
  const tls = { key: certificate.key, cert: certificate.chain, handshakeTimeout: times.headersMs }
  const server = createTlsServer({ ...OPTIONS, ...timing, ...tls }, handle)
  const cutHandshakes = watchHandshakes(server)
  server.on('secureConnection', opened)
  return {
    server,
    update(next, renewed) {
      applyTimeouts(server, next)
      if (renewed !== null) server.setSecureContext({ key: renewed.key, cert: renewed.chain })
    },
    cutHandshakes,
  }
}

function applyTimeouts(server: Server, { headersMs, requestMs }: ServerTimes): void {
  server.headersTimeout = headersMs
  server.requestTimeout = requestMs
}

/** Tracks incomplete handshakes. A failed one closes the connection: no HTTP response could be read. Returns a function that closes all. */
function watchHandshakes(server: TlsServer): () => void {
  const incomplete = new Map<string, Socket>()
  const nameOf = ({ remoteAddress = '', remotePort = 0 }: Socket) => `${remoteAddress} ${String(remotePort)}`
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket)
    incomplete.set(name, socket)
    socket.once('close', () => incomplete.delete(name))
  })
  server.on('secureConnection', (socket) => incomplete.delete(nameOf(socket)))
  server.removeAllListeners('tlsClientError')
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  return () => {
    for (const socket of incomplete.values()) socket.destroy()
  }
}
