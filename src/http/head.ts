import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { IncomingHead } from './contracts.ts'

/** Splits the target at its first `?`; an absolute-form target (RFC 9112, 3.2.2) loses its origin. */
export function headOf(request: IncomingMessage): IncomingHead {
  const target = withoutOrigin(request.url ?? '/')
  const mark = target.indexOf('?')
  return {
    id: randomUUID(),
    method: request.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers: request.headers,
  }
}

function withoutOrigin(target: string): string {
  if (target.startsWith('/')) return target
  const absolute = URL.parse(target)
  return absolute === null ? `/${target}` : absolute.pathname + absolute.search
}

/** The configured public origin, else what the client called us. */
export function originOf(request: IncomingMessage, configured: string | null): string {
  if (configured !== null) return configured
  const host = request.headers.host ?? ''
  if (/^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$/.test(host)) return `http://${host}`
  const address = request.socket.localAddress ?? '127.0.0.1'
  return `http://${address.includes(':') ? `[${address}]` : address}:${String(request.socket.localPort ?? 80)}`
}
