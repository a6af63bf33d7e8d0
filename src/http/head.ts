import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { IncomingHead } from './contracts.ts'
import type { Sender, SenderOf } from './sender.ts'

/** Splits the target at its first `?`; an absolute-form target (RFC 9112, 3.2.2) loses its origin. */
export function headOf(request: IncomingMessage, senderOf: SenderOf): IncomingHead {
  const sender = senderOf(request)
  const target = withoutOrigin(request.url ?? '/')
  const mark = target.indexOf('?')
  return {
    id: randomUUID(),
    method: request.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers: request.headers,
    address: sender.address,
    proxy: sender.proxy,
    isSecure: sender.isSecure,
    host: sender.host,
  }
}

function withoutOrigin(target: string): string {
  if (target.startsWith('/')) return target
  const absolute = URL.parse(target)
  return absolute === null ? `/${target}` : absolute.pathname + absolute.search
}

/** The configured public origin, else the one that the client addressed. */
export function originOf(request: IncomingMessage, { isSecure, host }: Sender, configured: string | null): string {
  if (configured !== null) return configured
  const scheme = isSecure ? 'https' : 'http'
  if (/^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$/.test(host)) return `${scheme}://${host}`
  const address = request.socket.localAddress ?? '127.0.0.1'
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${String(request.socket.localPort ?? 80)}`
}
