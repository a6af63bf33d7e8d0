/** What the door tells of its requests, as lines of the access log. */
import type { Progress } from '../core/intake.ts'
import type { Observer, Passage } from '../http/observer.ts'
import type { AccessLog } from './access-log.ts'
import { createTraffic } from './traffic.ts'

export function createObserver({ accessLog }: { readonly accessLog: AccessLog | null }): Observer {
  const trafficOf = createTraffic()
  const note = (passage: Passage, method: string | null, status: number, isWhole: boolean) => {
    const milliseconds = performance.now() - passage.beganAt
    accessLog?.({ passage, method, status, isWhole, milliseconds, traffic: trafficOf(passage.socket) })
  }
  return {
    began() {},
    intakeBegan: (): Progress => ({ receivedAt: 0, committedAt: 0, attached: 0, bytes: 0 }),
    answered: (passage, status, isWhole) => note(passage, passage.head.method, status, isWhole),
    ended() {},
    refused: (passage, status) => note(passage, null, status, true),
    connected() {},
    disconnected() {},
  }
}
