/** One request and its response, from the head to the last byte of both. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../core/ports/contracts.ts'
import type { Services } from '../core/services.ts'
import { Fault } from '../core/model/fault.ts'
import { answerOf, type Endpoint } from './dispatch.ts'
import type { Connections } from './connections.ts'
import type { Answer, AttachmentReference } from './contracts.ts'
import { corsHeaders, type KnownOrigins } from './cors.ts'
import { waitAtMost, drain, type DrainBounds } from './drain.ts'
import { headOf } from './head.ts'
import { hintOf } from './hint.ts'
import { lifetimeOf, type Lifetime } from './lifetime.ts'
import { newRequestState, type Observer, type ObservedRequest } from './observer.ts'
import { sendAnswer } from './send.ts'
import type { SenderOf } from './sender.ts'
import { logRefusal, logCutAnswer } from './request-log.ts'

export interface ExchangeTerms {
  readonly services: Services
  readonly log: Log
  readonly observer: Observer
  readonly senderOf: SenderOf
  readonly known: KnownOrigins
  readonly connections: Connections
  readonly endpointFor: (path: string) => Endpoint
  readonly attachmentAtPath: (path: string) => AttachmentReference | null
  /** If true, every response is the last one of its connection. */
  readonly isStopping: () => boolean
  /** The configured public origin. */
  readonly origin: string | null
  readonly maxParts: number
  readonly times: { readonly idleMs: number; readonly requestMs: number }
  readonly draining: DrainBounds
}

/** State of one request in flight. */
interface ActiveExchange extends ObservedRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly endpoint: Endpoint
  readonly lifetime: Lifetime
}

/**
 * How long a refusal waits for the rest of the request's body, in milliseconds: a client that is answered after it has
 * sent everything sees no broken pipe. After this time the response is sent, and the body is drained afterwards.
 */
const REFUSAL_WAIT_MS = 2_000

/** Answers one request and reads its body to the end. Never rejects. */
export async function exchange(
  terms: ExchangeTerms,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const beganAt = performance.now()
  const { observer } = terms
  const { socket } = request
  const head = headOf(request, terms.senderOf)
  const lifetime = lifetimeOf(request, response, terms.times)
  const endpoint = terms.endpointFor(head.path)
  const current: ActiveExchange = {
    request,
    response,
    head,
    endpoint,
    lifetime,
    state: newRequestState(),
    socket,
    beganAt,
  }
  observer.began()
  const inFlight = { request, response, lifetime }
  terms.connections.begin(inFlight)
  try {
    const answer = await answerFor(terms, current)
    const drained = lifetime.isOver() ? null : drain(request, terms.draining)
    if (drained !== null && answer.status >= 400) await waitAtMost(REFUSAL_WAIT_MS, drained)
    const isComplete = await send(terms, current, answer)
    observer.answered(current, answer.status, isComplete)
    if (drained === null) request.destroy()
    else await drained
  } catch (error) {
    terms.log.error({ id: head.id, err: error }, 'a request could not be answered')
    response.destroy()
  } finally {
    lifetime.end()
    terms.connections.end(inFlight)
    endCall(current)
    observer.ended(current)
  }
}

/** Ends the call for the dialect's limits on concurrent calls. At most once per call. */
function endCall({ endpoint, state }: ActiveExchange): void {
  if (!state.counted || state.caller === null) return
  state.counted = false
  endpoint.dialect.answered?.(state.caller)
}

/** The route's response, or a refusal in the dialect's format. */
async function answerFor(
  terms: ExchangeTerms,
  { request, head, endpoint, lifetime, state }: ActiveExchange,
): Promise<Answer> {
  const { services, log, observer, origin, maxParts, attachmentAtPath } = terms
  const { signal } = lifetime.controller
  try {
    return await answerOf({
      request,
      head,
      endpoint,
      state,
      observer,
      signal,
      services,
      origin,
      maxParts,
      attachmentAtPath,
    })
  } catch (thrown) {
    const fault = Fault.from(thrown)
    state.fault = fault
    logRefusal(log, head, fault)
    const retryAfter = fault.code === 'unavailable' ? { 'retry-after': '5' } : {}
    state.headers = { ...state.headers, ...retryAfter, 'x-dossier-hint': hintOf(fault) }
    return endpoint.dialect.refuse(fault, head)
  }
}

/** False if the response was cut off before its end. */
async function send(terms: ExchangeTerms, current: ActiveExchange, answer: Answer): Promise<boolean> {
  const { response, head, endpoint, lifetime, state } = current
  const { dialect } = endpoint
  // Before the response: a client may send its next call, on any connection, as soon as it has this one's response.
  if (answer.stream === undefined) endCall(current)
  const isLast = terms.isStopping() || lifetime.isOver()
  const headers = {
    'x-request-id': head.id,
    ...state.headers,
    ...dialect.headers?.(head, state.caller),
    ...(isLast ? { connection: 'close' } : {}),
    ...(await corsHeaders(dialect.cors, head, terms.known)),
  }
  try {
    await sendAnswer(response, answer, headers, head.method === 'HEAD' || answer.status === 204)
    return true
  } catch (error) {
    logCutAnswer(terms.log, head, error)
    response.destroy()
    return false
  }
}
