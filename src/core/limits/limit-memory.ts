/** Memory layout of rate limits: one slot of numbers per key, in memory shared by the threads of a process. */

export const SLOTS = 8_192
/** A slot has two 64-bit integers (the key's hash, the start of the period), then six of 32 bits. */
const LONGS = 5
const INTS = 10

/** Zeroed memory for `createRateLimiter`, passed to each thread. */
export function createLimitMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(SLOTS * INTS * 4)
}

interface Numbers {
  readonly longs: BigInt64Array
  readonly ints: Int32Array
}

export function numbersIn(memory: SharedArrayBuffer): Numbers {
  return { longs: new BigInt64Array(memory), ints: new Int32Array(memory) }
}

/** Index in `longs` of the key's hash; 0 in a free slot. */
export const keyOf = (slot: number) => slot * LONGS
/** Index in `longs` of the period's start, in milliseconds since 1970. */
export const beganOf = (slot: number) => slot * LONGS + 1
/** Indexes in `ints`: calls of this period, calls of the previous one, length of a period in milliseconds. */
export const callsOf = (slot: number) => slot * INTS + 4
export const formerOf = (slot: number) => slot * INTS + 5
export const periodOf = (slot: number) => slot * INTS + 6
/** Index in `ints` of concurrent calls on this node, and of those reported by other nodes. */
export const underWayOf = (slot: number) => slot * INTS + 7
export const elsewhereOf = (slot: number) => slot * INTS + 8
/** Index in `ints`; 1 if a call began here since the last exchange. */
export const begunOf = (slot: number) => slot * INTS + 9
