const EVERY_MS = 200

/** One line on standard error that is written over while work goes on; nothing where nobody watches. */
export interface Progress {
  show(what: string, done: number, all: number): void
  /** Takes the line away, so that something else can be written. */
  clear(): void
}

export function createProgress(isQuiet: boolean): Progress {
  const { stderr } = process
  if (isQuiet || !stderr.isTTY) return { show: () => undefined, clear: () => undefined }
  let shownAt = 0
  return {
    show(what, done, all) {
      if (Date.now() - shownAt < EVERY_MS) return
      shownAt = Date.now()
      const part = all === 0 ? 100 : Math.floor((done / all) * 100)
      stderr.write(`\r\x1b[K${what} ${String(part)}%`)
    },
    clear: () => void stderr.write('\r\x1b[K'),
  }
}
