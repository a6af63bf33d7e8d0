/** Log lines of failed and refused requests. */
import type { Log } from '../core/ports/contracts.ts'
import type { Fault } from '../core/model/fault.ts'
import type { IncomingHead } from './contracts.ts'

const DISCONNECT_CODES = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'])

/** A response was cut off. A client that disconnects is normal (debug); a store that fails during a download is an error. */
export function logCutAnswer(log: Log, head: IncomingHead, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (DISCONNECT_CODES.has(code)) log.debug({ id: head.id, err: error }, 'the client went away during the answer')
  else log.error({ id: head.id, err: error }, 'an answer broke off')
}

export function logRefusal(log: Log, head: IncomingHead, fault: Fault): void {
  const fields = { id: head.id, code: fault.code, subject: fault.subject, reason: fault.reason }
  if (fault.code === 'internal' || fault.code === 'unavailable')
    log.error({ ...fields, err: fault.cause ?? fault }, 'a request failed')
  else log.debug({ ...fields, message: fault.message }, 'a request was refused')
}
