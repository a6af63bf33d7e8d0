/** Receives the events of requests for metrics, the access log and spans. Its methods are synchronous and never throw. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Fault } from '../core/model/fault.ts'
import type { Progress } from '../core/files/intake.ts'
import type { Caller } from '../core/model/model.ts'
import type { Dialect, IncomingHead, Route } from './contracts.ts'

/** What is known about a request while it is processed. */
export interface RequestState {
  /** The dialect's limits admitted the call, and its end must be reported to them. */
  counted: boolean
  caller: Caller | null
  route: Route | null
  /** Headers for its response. */
  headers: Readonly<Record<string, string>>
  fault: Fault | null
  /** When its token was accepted, as `performance.now()`; 0: it had no token, or the token was rejected. */
  admittedAt: number
  /** Null: the request attaches nothing. */
  intake: Progress | null
}

/** A request as observers see it. */
export interface ObservedRequest {
  readonly head: IncomingHead
  readonly endpoint: { readonly dialect: Dialect }
  readonly state: RequestState
  readonly socket: Socket | null
  /** `performance.now()` */
  readonly beganAt: number
}

export interface Observer {
  /** Wraps the work on a request, for a context such as a span; null if none is needed. */
  readonly wrap: ((request: IncomingMessage, work: () => void) => void) | null
  /** The request's head was received. */
  began(): void
  /** The request begins an intake; the returned progress is updated by the intake. */
  intakeBegan(): Progress
  /** Its response was written to the socket. `isComplete` is false if it was cut off before its end. */
  answered(observed: ObservedRequest, status: number, isComplete: boolean): void
  /** Its processing has ended; called once for each `began`. */
  ended(observed: ObservedRequest): void
  /** A malformed request was refused; neither `began` nor `ended` is called for it. */
  refused(observed: ObservedRequest, status: number): void
  connected(): void
  disconnected(): void
}

export function newRequestState(): RequestState {
  return { counted: false, caller: null, route: null, headers: {}, fault: null, admittedAt: 0, intake: null }
}
