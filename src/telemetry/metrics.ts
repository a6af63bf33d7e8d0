/** One thread's metrics, and its view of those of all threads. */
import type { MetricsBuffer } from '../core/ports/metrics-buffer.ts'
import type { Dialect } from '../http/contracts.ts'
import { exposition, metric, metricsOf, type MetricsSource } from './exposition.ts'
import { processMetrics } from './process-metrics.ts'
import { openThreadSampler } from './thread-sampler.ts'
import { createThreadMetrics, createThreadMetricsLayout, type ThreadMetrics } from './thread-metrics.ts'
import { version } from './build.ts'

interface MetricsParts {
  readonly dialects: readonly Dialect[]
  /** Buffers of all threads that serve HTTP, including this one. */
  readonly buffers: readonly MetricsBuffer[]
  readonly thread: number
  /** Metrics of other layouts, such as the writer thread's. */
  readonly others: readonly MetricsSource[]
  /** Number of operations that wait for the writer thread. */
  readonly waiting: () => number
  /** When the certificate expires, in milliseconds since 1970; null without one. */
  readonly expiresAt: () => number | null
}

interface OpenMetrics {
  readonly metrics: ThreadMetrics
  /** All metrics in Prometheus' text format. */
  text(): Promise<string>
  stop(): void
}

/** One buffer for each thread; all threads receive all of them. */
export function newBuffers(dialects: readonly Dialect[], threads: number): MetricsBuffer[] {
  const { layout } = createThreadMetricsLayout(dialects)
  return Array.from({ length: threads }, () => layout.newBuffer())
}

export function openMetrics(parts: MetricsParts): OpenMetrics {
  const { dialects, buffers, thread, others, waiting, expiresAt } = parts
  const layout = createThreadMetricsLayout(dialects)
  const buffer = buffers[thread]
  if (buffer === undefined) throw new Error(`thread ${String(thread)} has no metrics buffer`)
  const sampler = openThreadSampler(buffer, layout.thread, waiting)
  const build = version()
  return {
    metrics: createThreadMetrics(layout, buffer),
    async text() {
      sampler.take()
      const expires = expiresAt()
      const sources = [{ families: layout.layout.families, buffers }, ...others]
      return exposition([
        ...sources.flatMap(metricsOf),
        ...(expires === null ? [] : [certificateMetric(expires)]),
        ...processMetrics(build),
      ])
    },
    stop: () => sampler.stop(),
  }
}

function certificateMetric(expiresAt: number) {
  return metric('dossier_tls_certificate_expiry_seconds', 'When the certificate expires, since 1970.', 'gauge', [
    { labels: {}, value: Math.floor(expiresAt / 1000) },
  ])
}
