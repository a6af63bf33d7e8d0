/** Metrics of a thread that serves HTTP: the families, and the slots of each dialect and route. */
import { FAULT_CODES, type FaultCode } from '../core/model/fault.ts'
import { createMetricsLayout, type MetricsLayout } from '../core/ports/metrics-buffer.ts'
import type { Dialect, Route } from '../http/contracts.ts'

export const SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
]

const PHASES = ['authentication', 'receive', 'commit', 'whole'] as const

/** `answers`: the first of five consecutive slots, for statuses 1xx to 5xx. */
export interface RouteSlots {
  readonly answers: number
  readonly seconds: Readonly<Record<(typeof PHASES)[number], number>>
}

interface DialectSlots {
  readonly refusals: Readonly<Record<FaultCode, number>>
  readonly uploads: number
  readonly uploadedFiles: number
  readonly uploadedBytes: number
  readonly received: number
  readonly sent: number
  readonly cut: number
  /** Requests that matched no route. */
  readonly noRoute: RouteSlots
}

export interface HttpLayout {
  readonly layout: MetricsLayout
  readonly ofDialect: ReadonlyMap<Dialect, DialectSlots>
  readonly ofRoute: ReadonlyMap<Route, RouteSlots>
}

export function createHttpLayout(dialects: readonly Dialect[]): HttpLayout {
  const layout = createMetricsLayout()
  const ofRoute = new Map<Route, RouteSlots>()
  const answers = layout.family({
    name: 'dossier_requests_total',
    help: 'Answered requests, by the pattern of their route and the first figure of their status.',
    type: 'counter',
    isSparse: true,
  })
  const seconds = layout.family({
    name: 'dossier_request_seconds',
    help: 'Time of requests by route and phase: authentication, receive (until all files lie in the store), commit (until their rows are safe), whole.',
    type: 'histogram',
    bounds: SECONDS,
    isSparse: true,
  })
  const slotsOf = (labels: { dialect: string; route: string; method: string }): RouteSlots => ({
    answers: ['1xx', '2xx', '3xx', '4xx', '5xx'].map((status) => answers({ ...labels, status }))[0] ?? 0,
    seconds: each(PHASES, (phase) => seconds({ ...labels, phase })),
  })
  const dialectSlots = dialectFamilies(layout)
  const ofDialect = new Map<Dialect, DialectSlots>()
  for (const dialect of dialects) {
    const { name } = dialect
    for (const route of dialect.routes)
      ofRoute.set(route, slotsOf({ dialect: name, route: route.path, method: route.method }))
    const noRoute = slotsOf({ dialect: name, route: 'none', method: 'any' })
    ofDialect.set(dialect, { ...dialectSlots(name), noRoute })
  }
  return { layout, ofDialect, ofRoute }
}

function dialectFamilies(layout: MetricsLayout): (dialect: string) => Omit<DialectSlots, 'noRoute'> {
  const counter = (name: string, help: string) => layout.family({ name, help, type: 'counter' })
  const refusals = counter('dossier_refusals_total', 'Refused requests by the code of their fault.')
  const uploads = counter('dossier_uploads_total', 'Requests that attached something.')
  const files = counter('dossier_uploaded_files_total', 'Files and links attached by uploads.')
  const bytes = counter('dossier_uploaded_bytes_total', 'Bytes of the files attached by uploads.')
  const received = counter('dossier_received_bytes_total', 'Bytes received from clients, heads included.')
  const sent = counter('dossier_sent_bytes_total', 'Bytes sent to clients, heads included.')
  const cut = counter('dossier_answers_cut_total', 'Answers that broke off before their end.')
  return (dialect) => ({
    refusals: each(FAULT_CODES, (code) => refusals({ dialect, code })),
    uploads: uploads({ dialect }),
    uploadedFiles: files({ dialect }),
    uploadedBytes: bytes({ dialect }),
    received: received({ dialect }),
    sent: sent({ dialect }),
    cut: cut({ dialect }),
  })
}

function each<K extends string>(keys: readonly K[], make: (key: K) => number): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, number>
}
