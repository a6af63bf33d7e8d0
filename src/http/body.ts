import type { IncomingMessage } from 'node:http'
import { Fault } from '../core/model/fault.ts'
import type { BodyKind } from './contracts.ts'

/** Maximum size of bodies that are buffered completely: JSON and urlencoded forms. */
const WHOLE_BODY_BYTES = 1_048_576

export function bodyKindOf(request: IncomingMessage): BodyKind {
  const length = request.headers['content-length']
  const hasBody = request.headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) > 0)
  if (!hasBody) return 'none'
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'multipart/form-data') return 'multipart'
  return type === 'application/x-www-form-urlencoded' ? 'urlencoded' : 'other'
}

/** The complete body. Faults: `too_large` over 1 MiB, `aborted` when the client disconnects or `signal` is aborted. */
export async function readWhole(request: IncomingMessage, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  await new Promise<void>((resolve, reject) => {
    const settle = (error: unknown) => {
      request.off('data', onData).off('end', onEnd).off('error', settle).off('close', onClose)
      signal.removeEventListener('abort', onAbort)
      if (error === undefined) resolve()
      else reject(error instanceof Error ? error : new Error('the request failed', { cause: error }))
    }
    const onEnd = () => {
      settle(undefined)
    }
    const onClose = () => {
      settle(clientDisconnected())
    }
    const onAbort = () => {
      settle(signal.reason)
    }
    const onData = (chunk: Buffer) => {
      size += chunk.byteLength
      if (size > WHOLE_BODY_BYTES)
        settle(
          new Fault(
            'too_large',
            'body',
            `The body is larger than ${String(WHOLE_BODY_BYTES)} bytes, the most a request without files may have.`,
          ),
        )
      else chunks.push(chunk)
    }
    if (request.readableEnded) return settle(undefined)
    if (signal.aborted) return settle(signal.reason)
    request.on('data', onData).on('end', onEnd).on('error', settle).on('close', onClose)
    signal.addEventListener('abort', onAbort)
  })
  return Buffer.concat(chunks)
}

export function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.slice(0, 120) : ''
    throw new Fault('invalid_input', 'body', `The body is not JSON: ${detail}.`, { reason: 'json', cause })
  }
}

export function clientDisconnected(): Fault {
  return new Fault('aborted', 'request', 'The client went away before the request was complete; nothing was kept.')
}
