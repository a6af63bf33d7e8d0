/** HighLevel's limits: so many calls per interval and per day, for each client in each location. */
import { Fault } from '../../core/fault.ts'
import type { Caller } from '../../core/model.ts'

export interface Limits {
  /** Calls per interval. */
  readonly max: number
  readonly intervalMs: number
  /** Calls per day. */
  readonly daily: number
}

export interface Throttle {
  /** Null when the call is within the limits. */
  count(caller: Caller): Fault | null
  headers(caller: Caller | null): Readonly<Record<string, string>>
}

const DAY_MS = 86_400_000
/** More counters than this are not kept; the oldest goes first. */
const REMEMBERED = 10_000

/** Both windows begin with the first call that falls into them. */
interface Windows {
  interval: { began: number; calls: number }
  day: { began: number; calls: number }
}

/** Null limits: nothing is counted and no header is sent. */
export function createThrottle(limits: Limits | null, now: () => number): Throttle {
  if (limits === null) return { count: () => null, headers: () => ({}) }
  const counters = new Map<string, Windows>()
  const current = (key: string | null): Windows => {
    const known = key === null ? undefined : counters.get(key)
    const fresh = { began: now(), calls: 0 }
    const running = (window: { began: number; calls: number } | undefined, length: number) =>
      window !== undefined && now() - window.began < length ? window : fresh
    return {
      interval: { ...running(known?.interval, limits.intervalMs) },
      day: { ...running(known?.day, DAY_MS) },
    }
  }
  return {
    count(caller) {
      const windows = current(keyOf(caller))
      const refusal = refusalBy(windows, limits)
      if (refusal !== null) return refusal
      windows.interval.calls++
      windows.day.calls++
      if (counters.size >= REMEMBERED && !counters.has(keyOf(caller))) dropOldest(counters)
      counters.set(keyOf(caller), windows)
      return null
    },
    headers: (caller) => headersOf(current(caller === null ? null : keyOf(caller)), limits, now()),
  }
}

function keyOf({ client, organization, agency }: Caller): string {
  return `${client} ${organization?.id ?? agency}`
}

function dropOldest(counters: Map<string, Windows>): void {
  for (const key of counters.keys()) {
    counters.delete(key)
    return
  }
}

function refusalBy({ interval, day }: Windows, limits: Limits): Fault | null {
  if (day.calls >= limits.daily)
    return new Fault(
      'too_many',
      'request',
      `More than ${String(limits.daily)} calls in a day; X-RateLimit-Daily-Reset says in how many milliseconds they begin anew.`,
    )
  if (interval.calls >= limits.max)
    return new Fault(
      'too_many',
      'request',
      `More than ${String(limits.max)} calls in ${String(limits.intervalMs)} milliseconds; wait that long and send it again.`,
    )
  return null
}

/** Five are published; the sixth, in milliseconds, its SDK reads. */
function headersOf({ interval, day }: Windows, limits: Limits, at: number): Readonly<Record<string, string>> {
  return {
    'x-ratelimit-limit-daily': String(limits.daily),
    'x-ratelimit-daily-remaining': String(limits.daily - day.calls),
    'x-ratelimit-daily-reset': String(day.began + DAY_MS - at),
    'x-ratelimit-interval-milliseconds': String(limits.intervalMs),
    'x-ratelimit-max': String(limits.max),
    'x-ratelimit-remaining': String(limits.max - interval.calls),
  }
}
