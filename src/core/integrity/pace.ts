/** Resolves when so many bytes more may be read. */
export type Pace = (bytes: number) => Promise<void>

/** A pause shorter than this is saved up: timers are coarse. */
const LEAST_PAUSE_MS = 20

/** On average no more than so many bytes in a second; time that was not used is not made up for. */
export function createPace(bytesPerSecond: number, now: () => number = Date.now): Pace {
  let due = now()
  return async (bytes) => {
    const at = now()
    due = Math.max(due, at) + (bytes / bytesPerSecond) * 1_000
    if (due - at >= LEAST_PAUSE_MS) await new Promise((resolve) => setTimeout(resolve, due - at))
  }
}
