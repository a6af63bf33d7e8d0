/** The door: a socket's request in, a dialect's answer out. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Log } from '../core/contracts.ts'
import type { Desk } from '../core/desk.ts'
import { Fault } from '../core/fault.ts'
import type { Caller } from '../core/model.ts'
import { createCall } from './call.ts'
import type { Answer, AttachmentReference, Dialect, IncomingHead } from './contracts.ts'
import { corsHeaders, isPreflight, knownOrigins, preflightHeaders, type KnownOrigins } from './cors.ts'
import { drain } from './drain.ts'
import { headOf, originOf } from './head.ts'
import { hintOf } from './hint.ts'
import { lifetimeOf } from './lifetime.ts'
import { refuseMalformed } from './malformed.ts'
import { createFindRoute, type FindRoute } from './router.ts'
import { sendAnswer } from './send.ts'

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

interface Counter {
  readonly dialect: Dialect
  readonly find: FindRoute
}

const MAX_HEADER_BYTES = 32 * 1024

export function createApp({ dialects, desk, log, settings }: AppParts): App {
  const counters = dialects.map((dialect): Counter => ({ dialect, find: createFindRoute(dialect) }))
  const known = knownOrigins(settings.corsOrigins, () => desk.organizations.redirectOrigins())
  const inFlight = new Set<AbortController>()
  let stopping = false

  const counterFor = (path: string): Counter => {
    const found = counters.find(({ dialect }) => dialect.owns(path))
    if (found === undefined) throw new Error(`no dialect answers for ${path}`)
    return found
  }
  const attachmentAtPath = (path: string): AttachmentReference | null => {
    for (const { dialect } of counters) {
      const found = dialect.owns(path) ? (dialect.attachmentAt?.(path) ?? null) : null
      if (found !== null) return found
    }
    return null
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const began = performance.now()
    const head = headOf(request)
    const counter = counterFor(head.path)
    const life = lifetimeOf(request, response, settings)
    inFlight.add(life.controller)
    const seen: Seen = { caller: null, route: null, headers: {} }
    let answer: Answer
    try {
      answer = await answerOf({
        request,
        head,
        counter,
        seen,
        signal: life.controller.signal,
        desk,
        known,
        settings,
        attachmentAtPath,
      })
    } catch (thrown) {
      const fault = Fault.from(thrown)
      tell(log, head, fault)
      answer = counter.dialect.refuse(fault, head)
      seen.headers = { ...seen.headers, 'x-dossier-hint': hintOf(fault) }
    }
    const extra: Record<string, string> = {
      'x-request-id': head.id,
      ...seen.headers,
      ...counter.dialect.headers?.(head, seen.caller),
    }
    if (stopping || life.isOver()) extra['connection'] = 'close'
    try {
      Object.assign(extra, await corsHeaders(counter.dialect.cors, head, known))
      await sendAnswer(response, answer, extra, head.method === 'HEAD' || answer.status === 204)
      log.info(
        {
          id: head.id,
          dialect: counter.dialect.name,
          method: head.method,
          route: seen.route,
          status: answer.status,
          ms: Math.round(performance.now() - began),
        },
        'request',
      )
      if (life.isOver()) request.destroy()
      else await drain(request, { bytes: settings.drainBytes, milliseconds: settings.requestMs })
    } catch (error) {
      log.debug({ id: head.id, err: error }, 'the client went away during the answer')
      response.destroy()
    } finally {
      life.end()
      inFlight.delete(life.controller)
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
      highWaterMark: 256 * 1024,
    },
    (request, response) => void handle(request, response),
  )
  server.on('checkExpectation', (request, response) => void handle(request, response))
  server.on('clientError', (error, socket) => {
    refuseMalformed(error, socket, (path) => counterFor(path).dialect)
  })

  return {
    server,
    async stop(graceMs) {
      stopping = true
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve()
        }),
      )
      server.closeIdleConnections()
      const timer = setTimeout(() => {
        for (const controller of inFlight)
          controller.abort(
            new Fault('unavailable', 'request', 'The server is stopping; send the request again in a moment.'),
          )
        setTimeout(() => {
          server.closeAllConnections()
        }, 500).unref()
      }, graceMs)
      await closed
      clearTimeout(timer)
    },
  }
}

/** What became known of a request on its way, for its answer and its line in the log. */
interface Seen {
  caller: Caller | null
  route: string | null
  headers: Readonly<Record<string, string>>
}

interface Asked {
  readonly request: IncomingMessage
  readonly head: IncomingHead
  readonly counter: Counter
  readonly seen: Seen
  readonly signal: AbortSignal
  readonly desk: Desk
  readonly known: KnownOrigins
  readonly settings: AppSettings
  readonly attachmentAtPath: (path: string) => AttachmentReference | null
}

/** Law 5: token, limits, the dialect's own condition, scope; then the handler, which looks at the record before the body. */
async function answerOf(asked: Asked): Promise<Answer> {
  const { head, seen, desk } = asked
  const { dialect, find } = asked.counter
  if (isPreflight(head)) return { status: 204, headers: preflightHeaders(dialect.cors, head) }
  const match = find(head)
  const open = match instanceof Fault ? !dialect.hidesRoutes : match.route.needs === 'nobody'
  if (!open) await admit(asked)
  if (match instanceof Fault) throw match
  seen.route = match.route.path
  const { needs } = match.route
  if (typeof needs === 'function' && !needs(seen.caller?.scopes ?? new Set(), match.params)) {
    throw new Fault(
      'forbidden',
      'scope',
      `The token lacks a scope for: ${match.route.operation}. Create one with that scope.`,
    )
  }
  const call = createCall({
    request: asked.request,
    head,
    params: match.params,
    caller: seen.caller,
    desk,
    origin: originOf(asked.request, asked.settings.origin),
    signal: asked.signal,
    maxParts: asked.settings.maxParts,
    attachmentAtPath: asked.attachmentAtPath,
  })
  return call.settle(await match.route.answer(call))
}

async function admit({ head, seen, desk, counter: { dialect } }: Asked): Promise<void> {
  seen.caller = await desk.access.identify(dialect.secret(head))
  const counted = dialect.throttle?.(seen.caller)
  if (counted !== undefined) {
    seen.headers = counted.headers
    if (counted.refused !== null) throw counted.refused
  }
  dialect.check?.(head)
}

function tell(log: Log, head: IncomingHead, fault: Fault): void {
  const fields = { id: head.id, code: fault.code, subject: fault.subject, reason: fault.reason }
  if (fault.code === 'internal' || fault.code === 'unavailable')
    log.error({ ...fields, err: fault.cause ?? fault }, 'a request failed')
  else log.debug({ ...fields, message: fault.message }, 'a request was refused')
}
