/** Passes the events of requests on to the access log, the metrics and the spans. */
import type { Progress } from '../core/files/intake.ts'
import type { Observer, Passage } from '../http/observer.ts'
import type { AccessLog } from './access-log.ts'
import type { Spans } from './spans.ts'
import type { ThreadMetrics } from './thread-metrics.ts'
import { createTraffic } from './traffic.ts'

export interface ObserverParts {
  /** Called for each request, because it may change; null: no line is written. */
  readonly accessLog: () => AccessLog | null
  /** Null: no metrics are recorded. */
  readonly metrics: ThreadMetrics | null
  /** Null: no spans are recorded. */
  readonly spans: Spans | null
}

export function createObserver({ accessLog, metrics, spans }: ObserverParts): Observer {
  const trafficOf = createTraffic()
  const note = (passage: Passage, method: string | null, status: number, isWhole: boolean) => {
    const endedAt = performance.now()
    spans?.answered(passage, status, isWhole, endedAt)
    const write = accessLog()
    if (write === null && metrics === null) return
    const traffic = trafficOf(passage.socket)
    metrics?.answered(passage, status, isWhole, endedAt)
    metrics?.passed(passage.endpoint.dialect, traffic)
    write?.({ passage, method, status, isWhole, milliseconds: endedAt - passage.beganAt, traffic })
  }
  return {
    around: spans === null ? null : (request, work) => spans.around(request, work),
    began: () => metrics?.open('requests', 1),
    intakeBegan(): Progress {
      metrics?.open('uploads', 1)
      return { receivedAt: 0, committedAt: 0, attached: 0, bytes: 0 }
    },
    answered: (passage, status, isWhole) => note(passage, passage.head.method, status, isWhole),
    ended(passage) {
      spans?.ended(passage)
      if (metrics === null) return
      const { seen, endpoint, socket } = passage
      metrics.open('requests', -1)
      if (seen.intake !== null) metrics.open('uploads', -1)
      // The rest of a refused body was read after the response.
      if (seen.fault !== null) metrics.passed(endpoint.dialect, trafficOf(socket))
    },
    refused: (passage, status) => note(passage, null, status, true),
    connected: () => metrics?.open('connections', 1),
    disconnected: () => metrics?.open('connections', -1),
  }
}
