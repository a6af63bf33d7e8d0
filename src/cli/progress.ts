const REDRAW_INTERVAL_MS = 200

/** One line on standard error, overwritten while work progresses; nothing if it is no terminal. */
export interface Progress {
  /** `rest` is appended: an estimate of the remaining time. */
  show(what: string, done: number, all: number, rest?: string): void
  /** Erases the line, so that other output can be written. */
  clear(): void
}

export function createProgress(isQuiet: boolean): Progress {
  const { stderr } = process
  if (isQuiet || !stderr.isTTY) return { show: () => undefined, clear: () => undefined }
  let shownAt = 0
  return {
    show(what, done, all, rest = '') {
      if (Date.now() - shownAt < REDRAW_INTERVAL_MS) return
      shownAt = Date.now()
      const part = all === 0 ? 1 : done / all
      stderr.write(`\r\x1b[K${what} ${barOf(part)} ${String(Math.floor(part * 100))}%${rest}`)
    },
    clear: () => void stderr.write('\r\x1b[K'),
  }
}

const WIDTH = 24

function barOf(part: number): string {
  const filled = Math.floor(part * WIDTH)
  return `[${'='.repeat(filled)}${' '.repeat(WIDTH - filled)}]`
}

/** Minimum share of the work, and minimum time, before an estimate is given. */
const MIN_SHARE = 0.02
const MIN_ELAPSED_MS = 3_000

/** Estimates the remaining time of a stage from the part that this process did; empty while that part is small. */
export function createForecast(now: () => number = Date.now) {
  let current = { what: '', at: 0, first: 0 }
  return (what: string, done: number, all: number): string => {
    if (what !== current.what) current = { what, at: now(), first: done }
    const [took, part] = [now() - current.at, (done - current.first) / Math.max(1, all)]
    if (took < MIN_ELAPSED_MS || part < MIN_SHARE || done >= all) return ''
    const seconds = Math.round(((took / 1_000) * (all - done)) / (done - current.first))
    return seconds < 90 ? `, about ${String(seconds)} s left` : `, about ${String(Math.round(seconds / 60))} min left`
  }
}
