/**
 * What limits count: calls within a time, and calls under way. The numbers lie in memory that the threads of a process
 * share, so that several workers count together; `common-counts.ts` keeps them in step with those of other nodes.
 */
import { createHash } from 'node:crypto'
import {
  beganOf,
  begunOf,
  callsOf,
  createLimitMemory,
  elsewhereOf,
  formerOf,
  keyOf,
  numbersIn,
  periodOf,
  SLOTS,
  underWayOf,
} from './limit-memory.ts'

export interface Period {
  readonly milliseconds: number
  /** `fixed`: begins with the first call, and anew when it is over. `rolling`: always the last so many milliseconds, as a close estimate. */
  readonly kind: 'fixed' | 'rolling'
}

export interface RateLimiter {
  /** Counts one more under the key, unless that makes more than `most`; false then. */
  take(key: string, period: Period, most: number): boolean
  /** Takes one back. */
  give(key: string): void
  /** How many count now, and in how many milliseconds the period ends. */
  look(key: string, period: Period): { readonly used: number; readonly ends: number }
  /** One more is under way, unless that makes more than `most`; false then. */
  begin(key: string, most: number): boolean
  end(key: string): void
}

const PROBES = 16
const REMEMBERED = 10_000

interface Slot {
  readonly slot: number
  readonly hash: bigint
}

export function createRateLimiter(
  memory: SharedArrayBuffer = createLimitMemory(),
  now: () => number = Date.now,
): RateLimiter {
  const { longs, ints } = numbersIn(memory)
  const slots = new Map<string, Slot>()

  /** Where the key is counted; a new one takes a free slot, or the one whose period began longest ago. */
  const slotOf = (key: string): number => {
    const known = slots.get(key)
    if (known !== undefined && Atomics.load(longs, keyOf(known.slot)) === known.hash) return known.slot
    const hash = hashOf(key)
    const slot = claim(hash)
    if (slots.size >= REMEMBERED) slots.clear()
    slots.set(key, { slot, hash })
    return slot
  }

  const claim = (hash: bigint): number => {
    const first = Number(BigInt.asUintN(31, hash)) % SLOTS
    const slots = Array.from({ length: PROBES }, (_, step) => (first + step) % SLOTS)
    for (const slot of slots) {
      const held = Atomics.compareExchange(longs, keyOf(slot), 0n, hash)
      if (held === 0n || held === hash) return slot
    }
    const idle = slots.filter((slot) => Atomics.load(ints, underWayOf(slot)) === 0)
    const began = (slot: number) => Atomics.load(longs, beganOf(slot))
    const oldest = (idle.length === 0 ? slots : idle).reduce((a, b) => (began(b) < began(a) ? b : a))
    Atomics.store(longs, beganOf(oldest), 0n)
    for (const place of [callsOf, formerOf, periodOf, underWayOf, elsewhereOf, begunOf])
      Atomics.store(ints, place(oldest), 0)
    Atomics.store(longs, keyOf(oldest), hash)
    return oldest
  }

  /** Begins a new period where the last one is over; answers how long the present one has run. */
  const roll = (slot: number, { milliseconds, kind }: Period): number => {
    const at = now()
    const began = Atomics.load(longs, beganOf(slot))
    const elapsed = at - Number(began)
    if (elapsed >= 0 && elapsed < milliseconds) return elapsed
    const isNext = elapsed >= 0 && elapsed < 2 * milliseconds
    const next = kind === 'rolling' && isNext ? Number(began) + milliseconds : at
    // Of several threads one finds the old period; what another counts at that very moment may be lost.
    if (Atomics.compareExchange(longs, beganOf(slot), began, BigInt(next)) === began) {
      const calls = Atomics.exchange(ints, callsOf(slot), 0)
      Atomics.store(ints, formerOf(slot), isNext ? calls : 0)
      Atomics.store(ints, periodOf(slot), milliseconds)
    }
    return at - next
  }

  const usedIn = (slot: number, { milliseconds, kind }: Period, elapsed: number): number => {
    const calls = Atomics.load(ints, callsOf(slot))
    if (kind === 'fixed') return calls
    return calls + Math.floor(Atomics.load(ints, formerOf(slot)) * (1 - elapsed / milliseconds))
  }

  return {
    take(key, period, most) {
      const slot = slotOf(key)
      const elapsed = roll(slot, period)
      Atomics.add(ints, callsOf(slot), 1)
      if (usedIn(slot, period, elapsed) <= most) return true
      Atomics.sub(ints, callsOf(slot), 1)
      return false
    },
    give(key) {
      lower(ints, callsOf(slotOf(key)))
    },
    look(key, period) {
      const slot = slotOf(key)
      const elapsed = now() - Number(Atomics.load(longs, beganOf(slot)))
      if (period.kind === 'fixed' && (elapsed < 0 || elapsed >= period.milliseconds))
        return { used: 0, ends: period.milliseconds }
      const run = period.kind === 'fixed' ? elapsed : roll(slot, period)
      return { used: usedIn(slot, period, run), ends: period.milliseconds - run }
    },
    begin(key, most) {
      const slot = slotOf(key)
      const at = underWayOf(slot)
      Atomics.store(ints, begunOf(slot), 1)
      if (Atomics.add(ints, at, 1) + Atomics.load(ints, elsewhereOf(slot)) < most) return true
      lower(ints, at)
      return false
    },
    end(key) {
      lower(ints, underWayOf(slotOf(key)))
    },
  }
}

/** Never below nothing: a slot may have been given to another key meanwhile. */
function lower(ints: Int32Array, at: number): void {
  const value = Atomics.load(ints, at)
  if (value > 0 && Atomics.compareExchange(ints, at, value, value - 1) !== value) lower(ints, at)
}

/** Never 0, which is a free slot's. */
function hashOf(key: string): bigint {
  const hash = createHash('sha256').update(key).digest().readBigInt64LE()
  return hash === 0n ? 1n : hash
}
