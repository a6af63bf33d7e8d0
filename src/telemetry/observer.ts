/** Passes the events of requests on to the access log, the metrics and the spans. */
import type { Progress } from '../core/files/intake.ts'
import type { Observer, ObservedRequest } from '../http/observer.ts'
import type { AccessLog } from './access-log.ts'
import type { Spans } from './spans.ts'
import type { ThreadMetrics } from './thread-metrics.ts'
import { createTraffic } from './traffic.ts'

interface ObserverParts {
  /** Called for each request, because it may change; null: no line is written. */
  readonly accessLog: () => AccessLog | null
  /** Null: no metrics are recorded. */
  readonly metrics: ThreadMetrics | null
  /** Null: no spans are recorded. */
  readonly spans: Spans | null
}

export function createObserver({ accessLog, metrics, spans }: ObserverParts): Observer {
  const trafficOf = createTraffic()
  const report = (observed: ObservedRequest, method: string | null, status: number, isComplete: boolean) => {
    const endedAt = performance.now()
    spans?.answered(observed, status, isComplete, endedAt)
    const write = accessLog()
    if (write === null && metrics === null) return
    const traffic = trafficOf(observed.socket)
    metrics?.answered(observed, status, isComplete, endedAt)
    metrics?.passed(observed.endpoint.dialect, traffic)
    write?.({ observed, method, status, isComplete, milliseconds: endedAt - observed.beganAt, traffic })
  }
  return {
    wrap: spans === null ? null : (request, work) => spans.wrap(request, work),
    began: () => metrics?.open('requests', 1),
    intakeBegan(): Progress {
      metrics?.open('uploads', 1)
      return { receivedAt: 0, committedAt: 0, attached: 0, bytes: 0 }
    },
    answered: (observed, status, isComplete) => report(observed, observed.head.method, status, isComplete),
    ended(observed) {
      spans?.ended(observed)
      if (metrics === null) return
      const { state, endpoint, socket } = observed
      metrics.open('requests', -1)
      if (state.intake !== null) metrics.open('uploads', -1)
      // The rest of a refused body was read after the response.
      if (state.fault !== null) metrics.passed(endpoint.dialect, trafficOf(socket))
    },
    refused: (observed, status) => report(observed, null, status, true),
    connected: () => metrics?.open('connections', 1),
    disconnected: () => metrics?.open('connections', -1),
  }
}
