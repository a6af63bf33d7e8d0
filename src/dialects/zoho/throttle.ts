/** Zoho's limits: credits of an organization in 24 hours, one for each call, and calls under way for each of its clients. */
import type { RateLimiter, Period } from '../../core/limits/rate-limiter.ts'
import { Fault } from '../../core/model/fault.ts'
import type { Caller } from '../../core/model/model.ts'

/** 0: without a limit. */
export interface Limits {
  readonly credits: number
  readonly concurrency: number
}

export interface Throttle {
  /** Begins a call; null when it is within the limits, and then `end` must follow. */
  begin(caller: Caller): Fault | null
  end(caller: Caller): void
  headers(caller: Caller | null): Readonly<Record<string, string>>
}

const UNLIMITED = 1_000_000_000
const DAY: Period = { milliseconds: 86_400_000, kind: 'rolling' }

/**
 * `limits` is asked for each call, for they may change. `countsCalls`: whether calls under way are counted at all, which
 * cannot change: what began uncounted would end counted.
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
    /** v8 says what remains once half is spent; the v2 SDKs know names for a day's limit. */
    headers(caller): Record<string, string> {
      const { credits } = limits()
      if (caller === null || credits === 0) return {}
      const remaining = Math.max(0, credits - limiter.look(organizationKey(caller), DAY).used)
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
