/** `GET /metrics`, as a wire language of its own: Prometheus' text, for whoever may see how the server is doing. */
import { hash, timingSafeEqual } from 'node:crypto'
import { Fault } from '../core/model/fault.ts'
import type { Answer, Call, Dialect, IncomingHead } from '../http/contracts.ts'
import { EXPOSITION_TYPE } from './exposition.ts'

const PATH = '/metrics'

export interface MetricsPage {
  /** What `Authorization: Bearer` must say; null: whoever calls from this machine may see it, and nobody else. */
  readonly token: () => string | null
  readonly text: () => Promise<string>
}

export function createMetricsPage({ token, text }: MetricsPage): Dialect {
  return {
    name: 'metrics',
    owns: (path) => path === PATH,
    hidesRoutes: false,
    routes: [
      {
        method: 'GET',
        path: PATH,
        needs: 'nobody',
        operation: 'read the metrics',
        async answer(call: Call): Promise<Answer> {
          mustBeAllowed(call, token())
          return { status: 200, headers: { 'content-type': EXPOSITION_TYPE, ...PRIVATE }, text: await text() }
        },
      },
    ],
    secret: secretOf,
    refuse: (fault) => ({
      status: STATUSES[fault.code] ?? (fault.code === 'internal' || fault.code === 'unavailable' ? 503 : 400),
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        ...PRIVATE,
        ...(fault.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer realm="metrics"' } : {}),
      },
      text: `${fault.message}\n`,
    }),
    cors: { mode: 'credentials', methods: ['GET'], exposes: [] },
  }
}

const PRIVATE = { 'cache-control': 'no-store' }
const STATUSES: Readonly<Record<string, number>> = { unauthenticated: 401, forbidden: 403, not_found: 405 }

function secretOf(head: IncomingHead): string | null {
  return /^bearer\s+(\S+)\s*$/i.exec(head.headers.authorization ?? '')?.[1] ?? null
}

function mustBeAllowed(head: IncomingHead, token: string | null): void {
  if (token === null) return mustBeLocal(head)
  const secret = secretOf(head)
  if (secret !== null && timingSafeEqual(digestOf(secret), digestOf(token))) return
  throw new Fault(
    'unauthenticated',
    'token',
    'The metrics want their own token: send Authorization: Bearer <the setting metricsToken>.',
    { reason: secret === null ? 'missing' : 'unknown' },
  )
}

/** A proxy on this machine that nobody trusts would make the whole world local. */
function mustBeLocal({ address, proxy }: IncomingHead): void {
  if (proxy !== 'unknown' && (address === '::1' || address.startsWith('127.'))) return
  throw new Fault(
    'forbidden',
    'request',
    'The metrics are shown on the machine itself only; set metricsToken to read them from elsewhere.',
  )
}

function digestOf(text: string): Buffer {
  return Buffer.from(hash('sha256', text, 'hex'))
}
