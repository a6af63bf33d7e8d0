/** Metrics of a thread that do not belong to a route: requests and connections open, sweeps, reloads, event loop. */
import type { MetricsLayout } from '../core/ports/metrics-buffer.ts'

export const QUANTILES = [0.5, 0.9, 0.99, 1] as const

export interface ThreadSlots {
  readonly requests: number
  readonly uploads: number
  readonly connections: number
  readonly sweeps: number
  readonly failedSweeps: number
  readonly sweptKeys: number
  readonly sweptBytes: number
  readonly reloads: number
  readonly refusedReloads: number
  readonly waiting: number
  readonly utilization: number
  readonly heap: number
  /** One for each of QUANTILES. */
  readonly delays: readonly number[]
}

export function declareThreadMetrics(layout: MetricsLayout): ThreadSlots {
  const gauge = (name: string, help: string) => layout.family({ name, help, type: 'gauge' })
  const counter = (name: string, help: string) => layout.family({ name, help, type: 'counter' })
  const threadGauge = (name: string, help: string) => layout.family({ name, help, type: 'gauge', isPerThread: true })
  const sweeps = counter('dossier_sweep_runs_total', 'Runs of the sweep, by how they ended.')
  const reloads = counter('dossier_reloads_total', 'How often the settings were to be read again, by how that ended.')
  const delay = threadGauge(
    'dossier_event_loop_delay_seconds',
    'How late the event loop was, as quantiles of the last seconds.',
  )
  return {
    requests: gauge('dossier_requests_open', 'Requests under way.')(),
    uploads: gauge('dossier_uploads_open', 'Requests under way that take files in.')(),
    connections: gauge('dossier_connections_open', 'Open connections.')(),
    sweeps: sweeps({ outcome: 'done' }),
    failedSweeps: sweeps({ outcome: 'failed' }),
    sweptKeys: counter('dossier_swept_blobs_total', 'Blobs whose bytes were removed from the store.')(),
    sweptBytes: counter('dossier_swept_bytes_total', 'Bytes removed from the store.')(),
    reloads: reloads({ outcome: 'done' }),
    refusedReloads: reloads({ outcome: 'refused' }),
    waiting: gauge('dossier_writer_queue_length', 'Operations asked of the writer thread and not answered yet.')(),
    utilization: threadGauge('dossier_event_loop_utilization', 'Share of the last seconds in which the loop worked.')(),
    heap: threadGauge('dossier_heap_used_bytes', "Memory in use on the thread's JavaScript heap.")(),
    delays: QUANTILES.map((quantile) => delay({ quantile: String(quantile) })),
  }
}
