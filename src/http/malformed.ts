/** What never became a request (a broken head, one too large or too slow) is answered in a dialect's voice as well. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { Fault } from '../core/fault.ts'
import type { Answer, Dialect, IncomingHead } from './contracts.ts'
import { hintOf } from './hint.ts'

interface ClientError extends Error {
  readonly code?: string
  readonly rawPacket?: Buffer
}

export function refuseMalformed(error: ClientError, socket: Duplex, dialectFor: (path: string) => Dialect): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const head = guessHead(error.rawPacket)
  const fault = faultOf(error)
  const answer = dialectFor(head.path).refuse(fault, head)
  socket.end(
    asText({ ...answer, headers: { ...answer.headers, 'x-request-id': head.id, 'x-dossier-hint': hintOf(fault) } }),
  )
}

function faultOf(error: ClientError): Fault {
  const reason = error.code ?? 'unknown'
  if (reason === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Fault('aborted', 'request', 'The request did not arrive in time; nothing was kept.', { reason: 'late' })
  if (reason === 'HPE_HEADER_OVERFLOW')
    return new Fault(
      'too_large',
      'request',
      'The head of the request is larger than 32 KiB; send fewer or shorter headers.',
      { reason: 'head' },
    )
  return new Fault(
    'invalid_input',
    'request',
    `The request is not HTTP as RFC 9112 has it (${reason.replace(/[^A-Z_]/g, '')}).`,
    { reason: 'http' },
  )
}

/** The path as far as it can be told from the first line, so that the right dialect answers. */
function guessHead(packet: Buffer | undefined): IncomingHead {
  const line = packet?.subarray(0, 2_000).toString('latin1').split('\r\n', 1)[0] ?? ''
  const [method = '', target = ''] = line.split(' ')
  return {
    id: randomUUID(),
    method,
    path: target.startsWith('/') ? (target.split('?', 1)[0] ?? '/') : '/',
    query: new URLSearchParams(),
    headers: {},
  }
}

function asText(answer: Answer): string {
  const body = answer.json === undefined ? (answer.text ?? '') : JSON.stringify(answer.json)
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return `HTTP/1.1 ${String(answer.status)} ${STATUS_CODES[answer.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}
