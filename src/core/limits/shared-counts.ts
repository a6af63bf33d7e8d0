/**
 * What nodes count together. Each looks at its own memory for every request; a few times a second it tells the others
 * what it counted since, and sets its numbers to what all have counted. While that does not go, it counts alone.
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

/** Of one key; times in milliseconds. */
export interface CallCount {
  readonly key: bigint
  readonly period: number
  /** How long the present period has run. */
  readonly elapsed: number
  /** In it: told, those that the others do not know of yet (fewer than none: given back); answered, those of all nodes. */
  readonly calls: number
  /** In the one before. */
  readonly former: number
}

export interface UnderWay {
  readonly key: bigint
  readonly calls: number
}

export interface SharedCounts {
  /** Counts these too; answers what is counted in all, but for keys whose period is over. */
  add(counts: readonly CallCount[]): Promise<readonly CallCount[]>
  /** How many calls this node has under way, which holds for three seconds; answers how many the others have. */
  tell(node: string, underWay: readonly UnderWay[]): Promise<readonly UnderWay[]>
  /** What no period holds any more. */
  forget(): Promise<void>
  close(): Promise<void>
}

/** What a node tells holds for so long: one that died has no more calls under way, one that hears nothing counts alone. */
export const TOLD_MS = 3_000
/** A key whose count did not change for so many exchanges is asked for no more. */
const IDLE = 40

/** A slot's key and period when its count was last made up to that of all. */
interface Known {
  readonly key: bigint
  readonly began: bigint
  readonly calls: number
  readonly idle: number
}

export interface Exchange {
  /** Asks for nothing while nothing is counted. */
  run(): Promise<void>
  /** For when `run` fails: after three seconds what others had under way counts no more. */
  alone(): void
}

export function createExchange(
  memory: SharedArrayBuffer,
  counts: SharedCounts,
  node: string,
  now: () => number = Date.now,
): Exchange {
  const { longs, ints } = numbersIn(memory)
  const known = new Map<number, Known>()
  const told = new Map<bigint, number>()
  let heardAt = now()

  const isKnown = (slot: number, { key, began }: Pick<Known, 'key' | 'began'>) =>
    Atomics.load(longs, keyOf(slot)) === key && Atomics.load(longs, beganOf(slot)) === began

  /** Null: nothing has been counted here lately. */
  const lookAt = (slot: number, at: number): (CallCount & { readonly slot: number; readonly began: bigint }) | null => {
    const [key, began] = [Atomics.load(longs, keyOf(slot)), Atomics.load(longs, beganOf(slot))]
    const [period, all] = [Atomics.load(ints, periodOf(slot)), Atomics.load(ints, callsOf(slot))]
    const elapsed = at - Number(began)
    const last = known.get(slot)
    const isSame = last !== undefined && last.key === key && last.began === began
    const calls = all - (isSame ? last.calls : 0)
    if (elapsed < 0 || elapsed >= period || (calls === 0 && (!isSame || last.idle >= IDLE))) {
      known.delete(slot)
      return null
    }
    known.set(slot, { key, began, calls: all - calls, idle: calls === 0 ? (last?.idle ?? 0) + 1 : 0 })
    return { slot, key, began, period, elapsed, calls, former: Atomics.load(ints, formerOf(slot)) }
  }

  const exchangeCalls = async (slots: readonly number[]) => {
    const at = now()
    const own = slots.map((slot) => lookAt(slot, at)).filter((count) => count !== null)
    if (own.length === 0) return
    const common = new Map((await counts.add(own)).map((count) => [count.key, count]))
    for (const { slot, key, began, calls } of own) {
      const [all, last] = [common.get(key), known.get(slot)]
      if (all === undefined || last === undefined || !isKnown(slot, { key, began })) continue
      const begins = BigInt(now() - Math.min(Math.max(all.elapsed, 0), all.period - 1))
      Atomics.compareExchange(longs, beganOf(slot), began, begins)
      // What was counted here since the look comes on top.
      Atomics.add(ints, callsOf(slot), all.calls - last.calls - calls)
      Atomics.store(ints, formerOf(slot), all.former)
      known.set(slot, { ...last, began: begins, calls: all.calls })
    }
  }

  const exchangeUnderWay = async (slots: readonly number[]) => {
    const keys = new Map<bigint, number | null>([...told.keys()].map((key) => [key, null]))
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
    const others = new Map((await counts.tell(node, own)).map(({ key, calls }) => [key, calls]))
    told.clear()
    for (const { key, calls } of own) if (calls > 0) told.set(key, calls)
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
      await exchangeUnderWay(slots)
      heardAt = now()
    },
    alone() {
      if (now() - heardAt < TOLD_MS) return
      for (let slot = 0; slot < SLOTS; slot++) Atomics.store(ints, elsewhereOf(slot), 0)
    },
  }
}
