/** From a request's head to its response: authentication, limits, authorization and the route's handler. */
import type { IncomingMessage } from 'node:http'
import type { Services } from '../core/services.ts'
import { Fault } from '../core/model/fault.ts'
import { createCall } from './call.ts'
import type { Answer, AttachmentReference, Dialect, IncomingHead } from './contracts.ts'
import { isPreflight, preflightHeaders } from './cors.ts'
import { originOf } from './head.ts'
import type { Observer, RequestState } from './observer.ts'
import type { FindRoute } from './router.ts'

/** A dialect with the lookup of its routes. */
export interface Endpoint {
  readonly dialect: Dialect
  readonly find: FindRoute
}

interface RequestContext {
  readonly request: IncomingMessage
  readonly head: IncomingHead
  readonly endpoint: Endpoint
  readonly state: RequestState
  readonly observer: Observer
  readonly signal: AbortSignal
  readonly services: Services
  /** The configured public origin. */
  readonly origin: string | null
  readonly maxParts: number
  readonly attachmentAtPath: (path: string) => AttachmentReference | null
}

/** Law 5: token, limits, the dialect's precondition, scope; then the handler, which checks the record before the body. */
export async function answerOf(context: RequestContext): Promise<Answer> {
  const { head, state } = context
  const { dialect, find } = context.endpoint
  if (isPreflight(head)) return { status: 204, headers: preflightHeaders(dialect.cors, head) }
  const match = find(head)
  const isOpen = match instanceof Fault ? !dialect.hidesRoutes : match.route.needs === 'nobody'
  if (!isOpen) await admit(context)
  if (match instanceof Fault) throw match
  const { route, params } = match
  state.route = route
  if (typeof route.needs === 'function' && !route.needs(state.caller?.scopes ?? new Set(), params)) {
    throw new Fault(
      'forbidden',
      'scope',
      `The token lacks a scope for: ${route.operation}. Create one with that scope.`,
    )
  }
  const { request, signal, services, maxParts, attachmentAtPath } = context
  const origin = originOf(request, head, context.origin)
  const call = createCall({
    request,
    head,
    params,
    caller: state.caller,
    services,
    origin,
    signal,
    state,
    observer: context.observer,
    maxParts,
    attachmentAtPath,
  })
  return call.settle(await route.answer(call))
}

async function admit({ head, state, services, endpoint: { dialect } }: RequestContext): Promise<void> {
  state.caller = await services.access.identify(dialect.secret(head), dialect.tokenKinds)
  const counted = dialect.throttle?.(state.caller)
  if (counted !== undefined) {
    state.headers = counted.headers
    if (counted.refused !== null) throw counted.refused
    state.counted = true
  }
  dialect.check?.(head)
  state.admittedAt = performance.now()
}
