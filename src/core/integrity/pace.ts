/** Resolves when this many further bytes may be read. */
export type Pace = (bytes: number) => Promise<void>

/** Shorter pauses are accumulated, because timers are coarse. */
const MIN_PAUSE_MS = 20

/** Limits the average rate to `bytesPerSecond`; unused time is not carried over. */
export function createPace(bytesPerSecond: number, now: () => number = Date.now): Pace {
  let due = now()
  return async (bytes) => {
    const at = now()
    due = Math.max(due, at) + (bytes / bytesPerSecond) * 1_000
    if (due - at >= MIN_PAUSE_MS) await new Promise((resolve) => setTimeout(resolve, due - at))
  }
}
