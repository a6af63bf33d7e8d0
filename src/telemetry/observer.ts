/** What the door tells of its requests, handed on to the access log, the tally and the spans. */
import type { Progress } from '../core/intake.ts'
import type { Observer, Passage } from '../http/observer.ts'
import type { AccessLog } from './access-log.ts'
import type { Spans } from './spans.ts'
import type { Tally } from './tally.ts'
import { createTraffic } from './traffic.ts'

export interface ObserverParts {
  /** Asked for each request, for it may change; null: nothing is written. */
  readonly accessLog: () => AccessLog | null
  /** Null: nothing is counted. */
  readonly tally: Tally | null
  /** Null: nobody wants spans. */
  readonly spans: Spans | null
}

export function createObserver({ accessLog, tally, spans }: ObserverParts): Observer {
  const trafficOf = createTraffic()
  const note = (passage: Passage, method: string | null, status: number, isWhole: boolean) => {
    const endedAt = performance.now()
    spans?.answered(passage, status, isWhole, endedAt)
    const write = accessLog()
    if (write === null && tally === null) return
    const traffic = trafficOf(passage.socket)
    tally?.answered(passage, status, isWhole, endedAt)
    tally?.passed(passage.counter.dialect, traffic)
    write?.({ passage, method, status, isWhole, milliseconds: endedAt - passage.beganAt, traffic })
  }
  return {
    around: spans === null ? null : (request, work) => spans.around(request, work),
    began: () => tally?.open('requests', 1),
    intakeBegan(): Progress {
      tally?.open('uploads', 1)
      return { receivedAt: 0, committedAt: 0, attached: 0, bytes: 0 }
    },
    answered: (passage, status, isWhole) => note(passage, passage.head.method, status, isWhole),
    ended(passage) {
      spans?.ended(passage)
      if (tally === null) return
      const { seen, counter, socket } = passage
      tally.open('requests', -1)
      if (seen.intake !== null) tally.open('uploads', -1)
      // The rest of a refused body was read after the answer.
      if (seen.fault !== null) tally.passed(counter.dialect, trafficOf(socket))
    },
    refused: (passage, status) => note(passage, null, status, true),
    connected: () => tally?.open('connections', 1),
    disconnected: () => tally?.open('connections', -1),
  }
}
