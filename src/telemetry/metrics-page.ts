/** `GET /metrics` as a dialect of its own: Prometheus' text format, for authorized clients. */
import { hash, timingSafeEqual } from 'node:crypto'
import { Fault } from '../core/model/fault.ts'
import type { Answer, Call, Dialect, IncomingHead } from '../http/contracts.ts'
import { EXPOSITION_TYPE } from './exposition.ts'

const PATH = '/metrics'

interface MetricsPage {
  /** The token that `Authorization: Bearer` must carry; null: only requests from this machine are allowed. */
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
    tokenKinds: [],
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

/** An untrusted proxy on this machine would make all clients appear local. */
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
