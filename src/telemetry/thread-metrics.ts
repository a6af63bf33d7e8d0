/** One thread's metrics: adds the events of HTTP, the sweep and the thread itself to its buffer. */
import type { SweepMetrics } from '../core/ports/contracts.ts'
import { add, observe, type MetricsBuffer } from '../core/ports/metrics-buffer.ts'
import type { Dialect } from '../http/contracts.ts'
import type { ObservedRequest } from '../http/observer.ts'
import { createHttpLayout, SECONDS, type HttpLayout, type RouteSlots } from './http-layout.ts'
import { declareThreadMetrics, type ThreadSlots } from './thread-families.ts'
import type { Traffic } from './traffic.ts'

/** The same in every thread, because all have the same dialects. */
interface ThreadMetricsLayout extends HttpLayout {
  readonly thread: ThreadSlots
}

export function createThreadMetricsLayout(dialects: readonly Dialect[]): ThreadMetricsLayout {
  const http = createHttpLayout(dialects)
  return { ...http, thread: declareThreadMetrics(http.layout) }
}

export interface ThreadMetrics {
  readonly sweep: SweepMetrics
  /** Adds to a gauge of what is open. */
  open(what: 'requests' | 'uploads' | 'connections', change: 1 | -1): void
  answered(observed: ObservedRequest, status: number, isComplete: boolean, endedAt: number): void
  passed(dialect: Dialect, traffic: Traffic): void
  /** The settings were reread, or rejected. */
  reloaded(succeeded: boolean): void
}

export function createThreadMetrics(
  { ofDialect, ofRoute, thread }: ThreadMetricsLayout,
  buffer: MetricsBuffer,
): ThreadMetrics {
  const count = (slots: RouteSlots, { state, beganAt }: ObservedRequest, endedAt: number) => {
    const { seconds } = slots
    const record = (at: number, from: number, to: number) => observe(buffer, at, SECONDS, (to - from) / 1000)
    record(seconds.whole, beganAt, endedAt)
    if (state.admittedAt > 0) record(seconds.authentication, beganAt, state.admittedAt)
    const intake = state.intake
    if (intake === null || intake.receivedAt === 0) return
    record(seconds.receive, state.admittedAt || beganAt, intake.receivedAt)
    if (intake.committedAt > 0) record(seconds.commit, intake.receivedAt, intake.committedAt)
  }
  return {
    sweep: {
      ran: (succeeded) => add(buffer, succeeded ? thread.sweeps : thread.failedSweeps, 1),
      removed(keys, bytes) {
        add(buffer, thread.sweptKeys, keys)
        add(buffer, thread.sweptBytes, bytes)
      },
    },
    open: (what, change) => add(buffer, thread[what], change),
    answered(observed, status, isComplete, endedAt) {
      const { state, endpoint } = observed
      const dialect = ofDialect.get(endpoint.dialect)
      if (dialect === undefined) return
      const slots = (state.route === null ? undefined : ofRoute.get(state.route)) ?? dialect.noRoute
      add(buffer, slots.answers + Math.min(Math.max(Math.trunc(status / 100), 1), 5) - 1, 1)
      count(slots, observed, endedAt)
      if (state.fault !== null) add(buffer, dialect.refusals[state.fault.code], 1)
      if (!isComplete) add(buffer, dialect.cut, 1)
      if (state.intake === null || state.intake.attached === 0) return
      add(buffer, dialect.uploads, 1)
      add(buffer, dialect.uploadedFiles, state.intake.attached)
      add(buffer, dialect.uploadedBytes, state.intake.bytes)
    },
    reloaded: (succeeded) => add(buffer, succeeded ? thread.reloads : thread.refusedReloads, 1),
    passed(dialect, { received, sent }) {
      const slots = ofDialect.get(dialect)
      if (slots === undefined) return
      add(buffer, slots.received, received)
      add(buffer, slots.sent, sent)
    },
  }
}
