/** Work that may run side by side, and work that must have the place to itself. */
interface Turns {
  together<T>(work: () => Promise<T>): Promise<T>
  /** Waits for what runs; what comes meanwhile waits for it. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

export function createTurns(): Turns {
  const running = new Set<Promise<unknown>>()
  let last: Promise<unknown> = Promise.resolve()
  return {
    async together(work) {
      for (let seen = null as typeof last | null; seen !== last;) {
        seen = last
        await seen
      }
      const mine = work()
      const settled: Promise<unknown> = mine.then(nothing, nothing).then(() => running.delete(settled))
      running.add(settled)
      return mine
    },
    alone(work) {
      const mine = last.then(() => Promise.all(running)).then(work)
      last = mine.then(nothing, nothing)
      return mine
    },
  }
}

function nothing(): void {
  // Only that it is over counts here, not how.
}
