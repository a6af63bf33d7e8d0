/**
 * Zoho's limits: credits per organization in 24 hours, one per call, and concurrent calls per client of an
 * organization.
 */
import type { RateLimiter, Period } from '../../core/limits/rate-limiter.ts'
import { Fault } from '../../core/model/fault.ts'
import type { Caller } from '../../core/model/model.ts'

/** 0: no limit. */
export interface Limits {
  readonly credits: number
  readonly concurrency: number
}

export interface Throttle {
  /** Begins a call. Returns null when it is within the limits; `end` must then follow. */
  begin(caller: Caller): Fault | null
  end(caller: Caller): void
  headers(caller: Caller | null): Readonly<Record<string, string>>
}

const UNLIMITED = 1_000_000_000
const DAY: Period = { milliseconds: 86_400_000, kind: 'rolling' }

/**
 * `limits` is read for each call, because limits can change at run time. `countsCalls`: whether concurrent calls are
 * counted; it is fixed, because a call that began uncounted would otherwise be subtracted at its end.
 */
export function createThrottle(limits: () => Limits, countsCalls: boolean, limiter: RateLimiter): Throttle {
  return {
    begin(caller) {
      const { credits, concurrency } = limits()
      if (countsCalls && !limiter.begin(clientKey(caller), concurrency || UNLIMITED)) return tooManyAtOnce(concurrency)
      if (credits === 0 || limiter.take(organizationKey(caller), DAY, credits)) return null
      if (countsCalls) limiter.end(clientKey(caller))
      return creditsSpent(credits)
    },
    end(caller) {
      if (countsCalls) limiter.end(clientKey(caller))
    },
    /** v8 sends the remaining credits once half are spent; the v2 SDKs read the headers of a daily limit. */
    headers(caller): Record<string, string> {
      const { credits } = limits()
      if (caller === null || credits === 0) return {}
      const remaining = Math.max(0, credits - limiter.peek(organizationKey(caller), DAY).used)
      return {
        'x-ratelimit-day-limit': String(credits),
        'x-ratelimit-day-remaining': String(remaining),
        ...(remaining * 2 <= credits ? { 'x-api-credits-remaining': String(remaining) } : {}),
      }
    },
  }
}

function organizationKey({ organization, agency }: Caller): string {
  return `zoho ${organization?.id ?? agency}`
}

function clientKey(caller: Caller): string {
  return `${organizationKey(caller)} ${caller.client}`
}

function tooManyAtOnce(concurrency: number): Fault {
  return new Fault(
    'too_many',
    'request',
    `This client has ${String(concurrency)} calls under way in this organization, which is the limit; wait until one is answered.`,
    { reason: 'concurrency' },
  )
}

function creditsSpent(credits: number): Fault {
  return new Fault(
    'too_many',
    'request',
    `This organization has spent its ${String(credits)} API credits of the last 24 hours; more come back hour by hour.`,
    { reason: 'credits' },
  )
}
