import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fault } from '../core/model/fault.ts'
import { clientGone } from './body.ts'

export interface Lifetime {
  readonly controller: AbortController
  /** Whether its time ran out or its client left: then nothing more is to be expected of the connection. */
  isOver(): boolean
  /** Ends it for a reason from outside. */
  abort(fault: Fault): void
  end(): void
}

/** Ends a request's work when its client goes away, falls silent while sending, or takes longer than a request may. */
export function lifetimeOf(
  request: IncomingMessage,
  response: ServerResponse,
  limits: { idleMs: number; requestMs: number },
): Lifetime {
  const controller = new AbortController()
  let over = false
  const abort = (fault: Fault) => {
    over = true
    controller.abort(fault)
  }
  const onClose = () => {
    if (!response.writableFinished) abort(clientGone())
  }
  const onIdle = () => {
    const seconds = String(limits.idleMs / 1000)
    if (request.complete) return
    if (response.headersSent) request.destroy()
    else
      abort(
        new Fault(
          'aborted',
          'request',
          `Nothing came for ${seconds} seconds in the middle of the request; nothing was kept. Send it again.`,
          { reason: 'idle' },
        ),
      )
  }
  // The request is whole: silence now is our own work, or a client that stopped reading its answer.
  const onStalled = () => {
    if (response.headersSent) response.destroy()
  }
  const onLate = () => {
    if (request.complete) return
    abort(
      new Fault(
        'aborted',
        'request',
        `The request took longer than ${String(limits.requestMs / 1000)} seconds; nothing was kept.`,
        { reason: 'late' },
      ),
    )
  }
  // A little before Node's own limit, which would cut the connection without an answer.
  const late = setTimeout(onLate, Math.max(limits.requestMs - 1_500, 100))
  late.unref()
  response.once('close', onClose)
  request.setTimeout(limits.idleMs, onIdle)
  response.on('timeout', onStalled)
  return {
    controller,
    isOver: () => over,
    abort,
    end() {
      clearTimeout(late)
      response.off('close', onClose)
    },
  }
}
