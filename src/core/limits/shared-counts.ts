/**
 * Synchronizes rate limits between nodes. Requests are checked against the node's own memory; a few times a second the
 * node publishes what it counted since, and sets its counts to the total of all nodes. If that fails, it counts alone.
 */
import {
  beganOf,
  begunOf,
  callsOf,
  elsewhereOf,
  formerOf,
  keyOf,
  numbersIn,
  periodOf,
  SLOTS,
  underWayOf,
} from './limit-memory.ts'

/** The count of one key; times in milliseconds. */
export interface CallCount {
  readonly key: bigint
  readonly period: number
  /** Elapsed time of the current period. */
  readonly elapsed: number
  /** Calls in this period: sent, those not published yet (negative: undone); returned, those of all nodes. */
  readonly calls: number
  /** Calls in the previous period. */
  readonly former: number
}

export interface UnderWay {
  readonly key: bigint
  readonly calls: number
}

export interface SharedCounts {
  /** Adds these counts; returns the totals, without keys whose period is over. */
  add(counts: readonly CallCount[]): Promise<readonly CallCount[]>
  /** Publishes this node's concurrent calls, valid for TOLD_MS; returns those of the other nodes. */
  publish(node: string, underWay: readonly UnderWay[]): Promise<readonly UnderWay[]>
  /** Deletes counts whose periods are over. */
  forget(): Promise<void>
  close(): Promise<void>
}

/**
 * Validity of published concurrent calls, in milliseconds: after it a dead node's calls count no more, and a node without
 * connection counts alone.
 */
export const PUBLISHED_MS = 3_000
/** Number of exchanges without a change after which a key is no longer exchanged. */
const MAX_IDLE = 40

/** A slot's key, period and count at the last exchange. */
interface Known {
  readonly key: bigint
  readonly began: bigint
  readonly calls: number
  readonly idle: number
}

interface Exchange {
  /** Exchanges counts with the other nodes; sends nothing if there is nothing to exchange. */
  run(): Promise<void>
  /** Call when `run` fails: after TOLD_MS the concurrent calls of other nodes are reset. */
  resetElsewhere(): void
}

export function createExchange(
  memory: SharedArrayBuffer,
  counts: SharedCounts,
  node: string,
  now: () => number = Date.now,
): Exchange {
  const { longs, ints } = numbersIn(memory)
  const known = new Map<number, Known>()
  const published = new Map<bigint, number>()
  let lastExchangeAt = now()

  const isKnown = (slot: number, { key, began }: Pick<Known, 'key' | 'began'>) =>
    Atomics.load(longs, keyOf(slot)) === key && Atomics.load(longs, beganOf(slot)) === began

  /** Returns null if nothing was counted in the slot recently. */
  const changesOf = (
    slot: number,
    at: number,
  ): (CallCount & { readonly slot: number; readonly began: bigint }) | null => {
    const [key, began] = [Atomics.load(longs, keyOf(slot)), Atomics.load(longs, beganOf(slot))]
    const [period, all] = [Atomics.load(ints, periodOf(slot)), Atomics.load(ints, callsOf(slot))]
    const elapsed = at - Number(began)
    const last = known.get(slot)
    const isSame = last !== undefined && last.key === key && last.began === began
    const calls = all - (isSame ? last.calls : 0)
    if (elapsed < 0 || elapsed >= period || (calls === 0 && (!isSame || last.idle >= MAX_IDLE))) {
      known.delete(slot)
      return null
    }
    known.set(slot, { key, began, calls: all - calls, idle: calls === 0 ? (last?.idle ?? 0) + 1 : 0 })
    return { slot, key, began, period, elapsed, calls, former: Atomics.load(ints, formerOf(slot)) }
  }

  const exchangeCalls = async (slots: readonly number[]) => {
    const at = now()
    const own = slots.map((slot) => changesOf(slot, at)).filter((count) => count !== null)
    if (own.length === 0) return
    const common = new Map((await counts.add(own)).map((count) => [count.key, count]))
    for (const { slot, key, began, calls } of own) {
      const [all, last] = [common.get(key), known.get(slot)]
      if (all === undefined || last === undefined || !isKnown(slot, { key, began })) continue
      const begins = BigInt(now() - Math.min(Math.max(all.elapsed, 0), all.period - 1))
      Atomics.compareExchange(longs, beganOf(slot), began, begins)
      // Added, not stored: calls counted here meanwhile must be kept.
      Atomics.add(ints, callsOf(slot), all.calls - last.calls - calls)
      Atomics.store(ints, formerOf(slot), all.former)
      known.set(slot, { ...last, began: begins, calls: all.calls })
    }
  }

  const exchangeConcurrent = async (slots: readonly number[]) => {
    const keys = new Map<bigint, number | null>([...published.keys()].map((key) => [key, null]))
    for (const slot of slots) {
      const began = Atomics.exchange(ints, begunOf(slot), 0)
      if (began + Atomics.load(ints, underWayOf(slot)) + Atomics.load(ints, elsewhereOf(slot)) > 0)
        keys.set(Atomics.load(longs, keyOf(slot)), slot)
    }
    if (keys.size === 0) return
    const own = [...keys].map(([key, slot]) => ({
      key,
      calls: slot === null ? 0 : Atomics.load(ints, underWayOf(slot)),
    }))
    const others = new Map((await counts.publish(node, own)).map(({ key, calls }) => [key, calls]))
    published.clear()
    for (const { key, calls } of own) if (calls > 0) published.set(key, calls)
    for (const [key, slot] of keys) {
      if (slot !== null && Atomics.load(longs, keyOf(slot)) === key)
        Atomics.store(ints, elsewhereOf(slot), others.get(key) ?? 0)
    }
  }

  const used = () =>
    Array.from({ length: SLOTS }, (_, slot) => slot).filter((slot) => Atomics.load(longs, keyOf(slot)) !== 0n)

  return {
    async run() {
      const slots = used()
      await exchangeCalls(slots)
      await exchangeConcurrent(slots)
      lastExchangeAt = now()
    },
    resetElsewhere() {
      if (now() - lastExchangeAt < PUBLISHED_MS) return
      for (let slot = 0; slot < SLOTS; slot++) Atomics.store(ints, elsewhereOf(slot), 0)
    },
  }
}
