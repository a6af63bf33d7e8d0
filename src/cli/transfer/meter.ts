/** A bar on the terminal while files go up or down; nothing where nobody watches. */
import { sizeOf } from '../findings.ts'
import { printable } from '../table.ts'

const EVERY_MS = 100
const BAR = 24

export interface Meter {
  /** More to do was found. */
  expect(files: number, bytes: number): void
  /** Bytes moved; negative when an attempt begins anew. */
  move(bytes: number): void
  done(name: string): void
  /** Takes the bar away, so that something else can be written. */
  clear(): void
}

const SILENT: Meter = { expect: () => undefined, move: () => undefined, done: () => undefined, clear: () => undefined }

export function createMeter(isQuiet: boolean, now: () => number = Date.now): Meter {
  const { stderr } = process
  if (isQuiet || !stderr.isTTY) return SILENT
  const begun = now()
  const all = { files: 0, bytes: 0 }
  const gone = { files: 0, bytes: 0 }
  let shownAt = 0
  let last = ''
  const show = () => {
    if (now() - shownAt < EVERY_MS) return
    shownAt = now()
    const line = barOf(gone, all, (now() - begun) / 1_000)
    stderr.write(`\r\x1b[K${`${line}  ${printable(last)}`.slice(0, (stderr.columns || 80) - 1)}`)
  }
  return {
    expect(files, bytes) {
      all.files += files
      all.bytes += bytes
    },
    move(bytes) {
      gone.bytes += bytes
      show()
    },
    done(name) {
      gone.files += 1
      last = name
      show()
    },
    clear: () => void stderr.write('\r\x1b[K'),
  }
}

interface Amount {
  readonly files: number
  readonly bytes: number
}

function barOf(gone: Amount, all: Amount, seconds: number): string {
  const part = all.bytes === 0 ? gone.files / Math.max(1, all.files) : Math.min(1, gone.bytes / all.bytes)
  const filled = Math.round(part * BAR)
  const rate = gone.bytes / Math.max(seconds, 0.1)
  const left = rate > 0 ? ` ${durationOf((all.bytes - gone.bytes) / rate)} left` : ''
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}] ${String(Math.floor(part * 100))}%  ${String(gone.files)}/${String(all.files)} files  ${sizeOf(gone.bytes)} of ${sizeOf(all.bytes)}  ${sizeOf(rate)}/s${left}`
}

function durationOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${String(whole)} s`
  return whole < 3_600 ? `${String(Math.round(whole / 60))} min` : `${(whole / 3_600).toFixed(1)} h`
}
