/** The door: a socket's request in, a dialect's answer out. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Log } from '../core/contracts.ts'
import type { Desk } from '../core/desk.ts'
import { Fault } from '../core/fault.ts'
import { answerOf, type Counter, type Seen } from './answering.ts'
import { createConnections } from './connections.ts'
import type { Answer, AttachmentReference, Dialect, IncomingHead } from './contracts.ts'
import { corsHeaders, knownOrigins } from './cors.ts'
import { atMost, drain } from './drain.ts'
import { headOf } from './head.ts'
import { hintOf } from './hint.ts'
import { lifetimeOf, type Lifetime } from './lifetime.ts'
import { refuseMalformed, refuseTunnel } from './malformed.ts'
import { createFindRoute } from './router.ts'
import { sendAnswer } from './send.ts'
import { tell, tellCut } from './telling.ts'

export interface AppSettings {
  /** Public origin of URLs in answers; null: what the request's Host says. */
  readonly origin: string | null
  readonly corsOrigins: readonly string[]
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
  readonly settings: AppSettings
}

export interface App {
  readonly server: Server
  /** Takes no new requests; resolves when those in flight are answered, or were cut off after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

const MAX_HEADER_BYTES = 32 * 1024
/**
 * How long a refusal waits for the rest of its body, in milliseconds: a client that is answered when it has sent
 * everything has no broken pipe to stumble over. One that takes longer is told at once, and drained afterwards.
 */
const PATIENCE_MS = 2_000

export function createApp({ dialects, desk, log, settings }: AppParts): App {
  const counters = dialects.map((dialect): Counter => ({ dialect, find: createFindRoute(dialect) }))
  const known = knownOrigins(settings.corsOrigins, () => desk.organizations.redirectOrigins())
  const connections = createConnections()
  let stopping = false

  const counterFor = (path: string): Counter => {
    const found = counters.find(({ dialect }) => dialect.owns(path))
    if (found === undefined) throw new Error(`no dialect answers for ${path}`)
    return found
  }
  const attachmentAtPath = (path: string): AttachmentReference | null =>
    counterFor(path).dialect.attachmentAt?.(path) ?? null

  const answerFor = async (
    request: IncomingMessage,
    head: IncomingHead,
    counter: Counter,
    seen: Seen,
    life: Lifetime,
  ) => {
    const { origin, maxParts } = settings
    try {
      return await answerOf({
        request,
        head,
        counter,
        seen,
        signal: life.controller.signal,
        desk,
        origin,
        maxParts,
        attachmentAtPath,
      })
    } catch (thrown) {
      const fault = Fault.from(thrown)
      tell(log, head, fault)
      const retryAfter = fault.code === 'unavailable' ? { 'retry-after': '5' } : {}
      seen.headers = { ...seen.headers, ...retryAfter, 'x-dossier-hint': hintOf(fault) }
      return counter.dialect.refuse(fault, head)
    }
  }

  const send = async (
    response: ServerResponse,
    head: IncomingHead,
    { dialect }: Counter,
    seen: Seen,
    answer: Answer,
    last: boolean,
  ) => {
    const headers = {
      'x-request-id': head.id,
      ...seen.headers,
      ...dialect.headers?.(head, seen.caller),
      ...(last ? { connection: 'close' } : {}),
      ...(await corsHeaders(dialect.cors, head, known)),
    }
    await sendAnswer(response, answer, headers, head.method === 'HEAD' || answer.status === 204)
    return true
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const began = performance.now()
    const head = headOf(request)
    const counter = counterFor(head.path)
    const life = lifetimeOf(request, response, settings)
    const seen: Seen = { caller: null, route: null, headers: {} }
    const exchange = { request, response, life }
    connections.begin(exchange)
    try {
      const answer = await answerFor(request, head, counter, seen, life)
      const drained = life.isOver()
        ? null
        : drain(request, { bytes: settings.drainBytes, milliseconds: settings.requestMs })
      if (drained !== null && answer.status >= 400) await atMost(PATIENCE_MS, drained)
      const last = stopping || life.isOver()
      const whole = await send(response, head, counter, seen, answer, last).catch((error: unknown) => {
        tellCut(log, head, error)
        response.destroy()
        return false
      })
      const ms = Math.round(performance.now() - began)
      log.info(
        {
          id: head.id,
          dialect: counter.dialect.name,
          method: head.method,
          route: seen.route,
          status: answer.status,
          ms,
          ...(whole ? {} : { cut: true }),
        },
        'request',
      )
      if (drained === null) request.destroy()
      else await drained
    } catch (error) {
      log.error({ id: head.id, err: error }, 'a request could not be answered')
      response.destroy()
    } finally {
      life.end()
      connections.end(exchange)
    }
  }

  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: settings.headersMs,
      requestTimeout: settings.requestMs,
      connectionsCheckingInterval: 1_000,
      requireHostHeader: false,
      keepAliveTimeout: 65_000,
      noDelay: true,
    },
    (request, response) => void handle(request, response),
  )
  server.on('connection', (socket) => connections.opened(socket))
  server.on('checkExpectation', (request, response) => void handle(request, response))
  server.on('clientError', (error, socket) => {
    refuseMalformed(error, socket, { connections, log, dialectFor: (path) => counterFor(path).dialect })
  })
  server.on('connect', (request, socket) => {
    const head = headOf(request)
    refuseTunnel(head, socket, counterFor(head.path).dialect, log)
  })

  return {
    server,
    async stop(graceMs) {
      stopping = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      connections.retire()
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
