/** Requests that Node could not parse (a malformed, oversized or slow head) are answered in a dialect's format as well. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Fault } from '../core/model/fault.ts'
import type { Connections } from './connections.ts'
import type { Answer, Dialect, IncomingHead } from './contracts.ts'
import { hintOf } from './hint.ts'
import { newRequestState, type Observer } from './observer.ts'
import { plainAddress } from './sender.ts'

interface ClientError extends Error {
  readonly code?: string
  readonly rawPacket?: Buffer
}

interface MalformedContext {
  readonly connections: Connections
  readonly observer: Observer
  readonly dialectFor: (path: string) => Dialect
}

export function refuseMalformed(
  error: ClientError,
  socket: Duplex,
  { connections, observer, dialectFor }: MalformedContext,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const fault = faultOf(error)
  // Written now, it would appear within another response, or be read as one.
  if (connections.markMalformed(socket, fault)) return
  const head = guessHead(error.rawPacket, socket)
  sendRefusal(socket, dialectFor(head.path), fault, head, observer)
}

/** CONNECT is for proxies; Node would close the connection without a response. */
export function refuseTunnel(head: IncomingHead, socket: Duplex, dialect: Dialect, observer: Observer): void {
  const fault = new Fault('not_found', 'method', 'CONNECT is not answered; this server is no proxy.')
  sendRefusal(socket, dialect, fault, head, observer)
}

function sendRefusal(socket: Duplex, dialect: Dialect, fault: Fault, head: IncomingHead, observer: Observer): void {
  const answer = dialect.refuse(fault, head)
  const observed = { head, endpoint: { dialect }, state: { ...newRequestState(), fault }, beganAt: performance.now() }
  observer.refused({ ...observed, socket: socket instanceof Socket ? socket : null }, answer.status)
  socket.on('error', () => socket.destroy())
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

/** Method and path as far as the request line shows them; the path selects the dialect. */
function guessHead(packet: Buffer | undefined, socket: Duplex): IncomingHead {
  const line = packet?.subarray(0, 2_000).toString('latin1').split('\r\n', 1)[0] ?? ''
  const [method = '', target = ''] = line.split(' ')
  return {
    id: randomUUID(),
    method,
    path: target.startsWith('/') ? (target.split('?', 1)[0] ?? '/') : '/',
    query: new URLSearchParams(),
    headers: {},
    address: plainAddress(socket instanceof Socket ? (socket.remoteAddress ?? '') : ''),
    proxy: 'unknown',
    isSecure: 'encrypted' in socket,
    host: '',
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
