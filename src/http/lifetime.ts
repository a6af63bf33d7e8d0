import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fault } from '../core/model/fault.ts'
import { clientDisconnected } from './body.ts'

export interface Lifetime {
  readonly controller: AbortController
  /** Whether it timed out, was aborted or lost its client: the connection must not be used for further requests. */
  isOver(): boolean
  /** Aborts the request with this fault. */
  abort(fault: Fault): void
  end(): void
}

/** Aborts a request when its client disconnects, sends nothing for `idleMs`, or takes longer than `requestMs` to send it. */
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
    if (!response.writableFinished) abort(clientDisconnected())
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
  // Also fires for a complete request: the handler is at work, or the client stopped reading the response.
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
  // Shortly before Node's own limit, which would close the connection without a response.
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
