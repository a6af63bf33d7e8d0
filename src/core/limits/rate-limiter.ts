/**
 * Rate limits: calls per period, and concurrent calls. The counts are in memory shared by the threads of a process, so that
 * all workers count together; `shared-counts.ts` synchronizes them with other nodes.
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
  /** `fixed`: begins with the first call after the previous one ended. `rolling`: the last `milliseconds`, estimated from two periods. */
  readonly kind: 'fixed' | 'rolling'
}

export interface RateLimiter {
  /** Counts one call under the key; returns false and counts nothing if that would exceed `most`. */
  take(key: string, period: Period, most: number): boolean
  /** Undoes one `take`. */
  untake(key: string): void
  /** The current count, and the milliseconds until the period ends. Counts nothing. */
  peek(key: string, period: Period): { readonly used: number; readonly ends: number }
  /** Begins one concurrent call; returns false and counts nothing if that would exceed `most`. Each success needs an `end`. */
  begin(key: string, most: number): boolean
  end(key: string): void
}

const PROBES = 16
const MAX_CACHED_SLOTS = 10_000

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

  /** The key's slot; a new key takes a free slot, or the one whose period began longest ago. */
  const slotOf = (key: string): number => {
    const known = slots.get(key)
    if (known !== undefined && Atomics.load(longs, keyOf(known.slot)) === known.hash) return known.slot
    const hash = hashOf(key)
    const slot = claim(hash)
    if (slots.size >= MAX_CACHED_SLOTS) slots.clear()
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

  /** Begins a new period if the last one is over; returns the elapsed milliseconds of the current one. */
  const roll = (slot: number, { milliseconds, kind }: Period): number => {
    const at = now()
    const began = Atomics.load(longs, beganOf(slot))
    const elapsed = at - Number(began)
    if (elapsed >= 0 && elapsed < milliseconds) return elapsed
    const isNext = elapsed >= 0 && elapsed < 2 * milliseconds
    const next = kind === 'rolling' && isNext ? Number(began) + milliseconds : at
    // Only one thread succeeds in replacing the old period; a call that another counts at the same moment may be lost.
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
    untake(key) {
      lower(ints, callsOf(slotOf(key)))
    },
    peek(key, period) {
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

/** Decrements, but never below 0: the slot may have been reassigned to another key meanwhile. */
function lower(ints: Int32Array, at: number): void {
  const value = Atomics.load(ints, at)
  if (value > 0 && Atomics.compareExchange(ints, at, value, value - 1) !== value) lower(ints, at)
}

/** Never 0, which marks a free slot. */
function hashOf(key: string): bigint {
  const hash = createHash('sha256').update(key).digest().readBigInt64LE()
  return hash === 0n ? 1n : hash
}
