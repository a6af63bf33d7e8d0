/** Whoever counts and writes down what passes through the door. Called on every request: it adds up and returns, and never throws. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Fault } from '../core/model/fault.ts'
import type { Progress } from '../core/files/intake.ts'
import type { Caller } from '../core/model/model.ts'
import type { Dialect, IncomingHead, Route } from './contracts.ts'

/** What became known of a request on its way. */
export interface Seen {
  /** The dialect's limits let it in, and are to hear of its end. */
  counted: boolean
  caller: Caller | null
  route: Route | null
  /** Headers for its answer. */
  headers: Readonly<Record<string, string>>
  fault: Fault | null
  /** When its token was believed, as `performance.now()`; 0: it came without one, or was not believed. */
  admittedAt: number
  /** Null: it brought nothing in. */
  intake: Progress | null
}

/** One request on its way through the door. */
export interface Passage {
  readonly head: IncomingHead
  readonly endpoint: { readonly dialect: Dialect }
  readonly seen: Seen
  readonly socket: Socket | null
  /** `performance.now()` */
  readonly beganAt: number
}

export interface Observer {
  /** Where the work on a request is to be done within something; null where it is not. */
  readonly around: ((request: IncomingMessage, work: () => void) => void) | null
  /** Its head has come. */
  began(): void
  /** It takes something in; what it answers is written on from there. */
  intakeBegan(): Progress
  /** Its answer is handed to the socket. `isWhole` is false when that broke off. */
  answered(passage: Passage, status: number, isWhole: boolean): void
  /** Nothing more will be done for it; called once for each `began`. */
  ended(passage: Passage): void
  /** What came was no request, and was answered all the same; neither `began` nor `ended` is called for it. */
  refused(passage: Passage, status: number): void
  connected(): void
  disconnected(): void
}

export function newSeen(): Seen {
  return { counted: false, caller: null, route: null, headers: {}, fault: null, admittedAt: 0, intake: null }
}
