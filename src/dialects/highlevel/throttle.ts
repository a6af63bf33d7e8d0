/** HighLevel's limits: calls per interval and per day, for each client in each location. */
import type { RateLimiter, Period } from '../../core/limits/rate-limiter.ts'
import { Fault } from '../../core/model/fault.ts'
import type { Caller } from '../../core/model/model.ts'

export interface Limits {
  /** Calls per interval. */
  readonly max: number
  readonly intervalMs: number
  /** Calls per day. */
  readonly daily: number
}

interface Throttle {
  /** Counts the call. Returns null when it is within the limits. */
  count(caller: Caller): Fault | null
  headers(caller: Caller | null): Readonly<Record<string, string>>
}

export const RATE_LIMIT_HEADERS = [
  'x-ratelimit-limit-daily',
  'x-ratelimit-daily-remaining',
  'x-ratelimit-daily-reset',
  'x-ratelimit-interval-milliseconds',
  'x-ratelimit-max',
  'x-ratelimit-remaining',
] as const

const DAY: Period = { milliseconds: 86_400_000, kind: 'fixed' }

/** Null limits: nothing is counted and no header is sent. */
export function createThrottle(limitsNow: () => Limits | null, limiter: RateLimiter): Throttle {
  return {
    count(caller) {
      const limits = limitsNow()
      if (limits === null) return null
      const key = keyOf(caller)
      if (!limiter.take(`${key} day`, DAY, limits.daily)) return tooManyToday(limits)
      if (limiter.take(`${key} interval`, intervalOf(limits), limits.max)) return null
      limiter.untake(`${key} day`)
      return tooManyNow(limits)
    },
    headers(caller) {
      const limits = limitsNow()
      if (limits === null) return {}
      const key = caller === null ? null : keyOf(caller)
      const none = { used: 0, ends: DAY.milliseconds }
      const day = key === null ? none : limiter.peek(`${key} day`, DAY)
      const now = key === null ? none : limiter.peek(`${key} interval`, intervalOf(limits))
      // Five headers are published; the SDK also reads the sixth, the interval in milliseconds.
      return {
        'x-ratelimit-limit-daily': String(limits.daily),
        'x-ratelimit-daily-remaining': String(Math.max(0, limits.daily - day.used)),
        'x-ratelimit-daily-reset': String(day.ends),
        'x-ratelimit-interval-milliseconds': String(limits.intervalMs),
        'x-ratelimit-max': String(limits.max),
        'x-ratelimit-remaining': String(Math.max(0, limits.max - now.used)),
      }
    },
  }
}

function intervalOf({ intervalMs }: Limits): Period {
  return { milliseconds: intervalMs, kind: 'fixed' }
}

function keyOf({ client, organization, agency }: Caller): string {
  return `highlevel ${client} ${organization?.id ?? agency}`
}

function tooManyToday({ daily }: Limits): Fault {
  return new Fault(
    'too_many',
    'request',
    `More than ${String(daily)} calls in a day; X-RateLimit-Daily-Reset says in how many milliseconds they begin anew.`,
  )
}

function tooManyNow({ max, intervalMs }: Limits): Fault {
  return new Fault(
    'too_many',
    'request',
    `More than ${String(max)} calls in ${String(intervalMs)} milliseconds; wait that long and send it again.`,
  )
}
