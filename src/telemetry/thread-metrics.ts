/** One thread's metrics: adds the events of HTTP, the sweep and the thread itself to its buffer. */
import type { SweepMetrics } from '../core/ports/contracts.ts'
import { add, observe, type MetricsBuffer } from '../core/ports/metrics-buffer.ts'
import type { Dialect } from '../http/contracts.ts'
import type { Passage } from '../http/observer.ts'
import { createHttpLayout, SECONDS, type HttpLayout, type RouteSlots } from './http-layout.ts'
import { declareThread, type ThreadSlots } from './thread-families.ts'
import type { Traffic } from './traffic.ts'

/** The same in every thread, because all have the same dialects. */
export interface ThreadMetricsLayout extends HttpLayout {
  readonly thread: ThreadSlots
}

export function createThreadMetricsLayout(dialects: readonly Dialect[]): ThreadMetricsLayout {
  const http = createHttpLayout(dialects)
  return { ...http, thread: declareThread(http.layout) }
}

export interface ThreadMetrics {
  readonly sweep: SweepMetrics
  /** Adds to a gauge of what is open. */
  open(what: 'requests' | 'uploads' | 'connections', change: 1 | -1): void
  answered(passage: Passage, status: number, isWhole: boolean, endedAt: number): void
  passed(dialect: Dialect, traffic: Traffic): void
  /** The settings were reread, or rejected. */
  reloaded(isInOrder: boolean): void
}

export function createThreadMetrics(
  { ofDialect, ofRoute, thread }: ThreadMetricsLayout,
  buffer: MetricsBuffer,
): ThreadMetrics {
  const count = (slots: RouteSlots, { seen, beganAt }: Passage, endedAt: number) => {
    const { seconds } = slots
    const took = (at: number, from: number, to: number) => observe(buffer, at, SECONDS, (to - from) / 1000)
    took(seconds.whole, beganAt, endedAt)
    if (seen.admittedAt > 0) took(seconds.authentication, beganAt, seen.admittedAt)
    const intake = seen.intake
    if (intake === null || intake.receivedAt === 0) return
    took(seconds.receive, seen.admittedAt || beganAt, intake.receivedAt)
    if (intake.committedAt > 0) took(seconds.commit, intake.receivedAt, intake.committedAt)
  }
  return {
    sweep: {
      ran: (isInOrder) => add(buffer, isInOrder ? thread.sweeps : thread.failedSweeps, 1),
      removed(keys, bytes) {
        add(buffer, thread.sweptKeys, keys)
        add(buffer, thread.sweptBytes, bytes)
      },
    },
    open: (what, change) => add(buffer, thread[what], change),
    answered(passage, status, isWhole, endedAt) {
      const { seen, endpoint } = passage
      const dialect = ofDialect.get(endpoint.dialect)
      if (dialect === undefined) return
      const slots = (seen.route === null ? undefined : ofRoute.get(seen.route)) ?? dialect.noRoute
      add(buffer, slots.answers + Math.min(Math.max(Math.trunc(status / 100), 1), 5) - 1, 1)
      count(slots, passage, endedAt)
      if (seen.fault !== null) add(buffer, dialect.refusals[seen.fault.code], 1)
      if (!isWhole) add(buffer, dialect.cut, 1)
      if (seen.intake === null || seen.intake.attached === 0) return
      add(buffer, dialect.uploads, 1)
      add(buffer, dialect.uploadedFiles, seen.intake.attached)
      add(buffer, dialect.uploadedBytes, seen.intake.bytes)
    },
    reloaded: (isInOrder) => add(buffer, isInOrder ? thread.reloads : thread.refusedReloads, 1),
    passed(dialect, { received, sent }) {
      const slots = ofDialect.get(dialect)
      if (slots === undefined) return
      add(buffer, slots.received, received)
      add(buffer, slots.sent, sent)
    },
  }
}
