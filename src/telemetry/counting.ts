/** One thread's part in counting, and its view of what all threads have counted. */
import type { Sheet } from '../core/tally.ts'
import type { Dialect } from '../http/contracts.ts'
import { exposition, metric, metricsOf, type Counted } from './exposition.ts'
import { processMetrics } from './process-metrics.ts'
import { openPulse } from './pulse.ts'
import { createTally, createTallyLayout, type Tally } from './tally.ts'
import { version } from './build.ts'

export interface CountingParts {
  readonly dialects: readonly Dialect[]
  /** Of every thread that serves HTTP, this one's among them. */
  readonly sheets: readonly Sheet[]
  readonly thread: number
  /** What others count, whose sheets it can see. */
  readonly others: readonly Counted[]
  /** Operations that wait for the writer thread. */
  readonly waiting: () => number
  /** When the certificate's time is over, in milliseconds since 1970; null without one. */
  readonly expiresAt: () => number | null
}

export interface Counting {
  readonly tally: Tally
  /** Everything, as Prometheus reads it. */
  text(): Promise<string>
  stop(): void
}

/** Sheets for so many threads, to be handed to each of them. */
export function newSheets(dialects: readonly Dialect[], threads: number): Sheet[] {
  const { layout } = createTallyLayout(dialects)
  return Array.from({ length: threads }, () => layout.newSheet())
}

export function openCounting(parts: CountingParts): Counting {
  const { dialects, sheets, thread, others, waiting, expiresAt } = parts
  const layout = createTallyLayout(dialects)
  const sheet = sheets[thread]
  if (sheet === undefined) throw new Error(`thread ${String(thread)} has no sheet to count on`)
  const pulse = openPulse(sheet, layout.thread, waiting)
  const build = version()
  return {
    tally: createTally(layout, sheet),
    async text() {
      pulse.take()
      const expires = expiresAt()
      const counted = [{ families: layout.layout.families, sheets }, ...others]
      return exposition([
        ...counted.flatMap(metricsOf),
        ...(expires === null ? [] : [certificateMetric(expires)]),
        ...processMetrics(build),
      ])
    },
    stop: () => pulse.stop(),
  }
}

function certificateMetric(expiresAt: number) {
  return metric('dossier_tls_certificate_expiry_seconds', 'When the certificate expires, since 1970.', 'gauge', [
    { labels: {}, value: Math.floor(expiresAt / 1000) },
  ])
}
