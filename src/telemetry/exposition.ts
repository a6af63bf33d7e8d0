/** Metrics in Prometheus' text format, written by prom-client, which is loaded at the first request for them. */
import { setImmediate } from 'node:timers/promises'
import type { Family, Labels, MetricsBuffer } from '../core/ports/metrics-buffer.ts'

/** A layout's families, and the buffers of all threads that use it. */
export interface MetricsSource {
  readonly families: readonly Family[]
  readonly buffers: readonly MetricsBuffer[]
}

/** A family as prom-client exchanges it between processes. */
export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: Family['type']
  readonly aggregator: 'sum'
  readonly values: readonly Value[]
}

interface Value {
  readonly value: number
  readonly labels: Labels
  readonly metricName?: string
}

/** Yields to the event loop after each family, so that no request waits for the whole text. */
export async function exposition(metrics: readonly Metric[]): Promise<string> {
  const { AggregatorRegistry } = await import('prom-client')
  const parts: string[] = []
  for (const metric of metrics) {
    parts.push(await AggregatorRegistry.aggregate([[metric]]).metrics())
    await setImmediate()
  }
  return parts.join('\n')
}

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export function metricsOf({ families, buffers }: MetricsSource): Metric[] {
  const total = (at: number) => buffers.reduce((sum, buffer) => sum + (buffer[at] ?? 0), 0)
  return families.map((family) => ({
    ...metric(family.name, family.help, family.type),
    values: family.isPerThread ? threadValues(family, buffers) : values(family, total),
  }))
}

export function metric(name: string, help: string, type: Family['type'], values: readonly Value[] = []): Metric {
  return { name, help, type, aggregator: 'sum', values }
}

function values(family: Family, total: (at: number) => number): Value[] {
  const { type, series, isSparse } = family
  if (type === 'histogram') return series.flatMap(({ labels, at }) => histogram(family, labels, at, total))
  return series.map(({ labels, at }) => ({ labels, value: total(at) })).filter(({ value }) => !isSparse || value > 0)
}

function histogram({ name, bounds, isSparse }: Family, labels: Labels, at: number, total: (at: number) => number) {
  let count = 0
  const buckets = [...bounds.map(String), '+Inf'].map((le, index): Value => {
    count += total(at + index)
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count }
  })
  if (isSparse && count === 0) return []
  const sum = { metricName: `${name}_sum`, labels, value: total(at + bounds.length + 1) }
  return [...buckets, sum, { metricName: `${name}_count`, labels, value: count }]
}

function threadValues({ series }: Family, buffers: readonly MetricsBuffer[]): Value[] {
  return buffers.flatMap((buffer, thread) =>
    series.map(({ labels, at }) => ({ labels: { ...labels, thread: String(thread) }, value: buffer[at] ?? 0 })),
  )
}
