/** Where limits count: a slot of plain numbers for each key, in memory that the threads of a process share. */

export const SLOTS = 8_192
/** Two whole numbers of 64 bits (the key's hash, when the period began), then six of 32. */
const LONGS = 5
const INTS = 10

/** Zeroed memory for `createRateLimiter`, to hand to every thread. */
export function createLimitMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(SLOTS * INTS * 4)
}

export interface Numbers {
  readonly longs: BigInt64Array
  readonly ints: Int32Array
}

export function numbersIn(memory: SharedArrayBuffer): Numbers {
  return { longs: new BigInt64Array(memory), ints: new Int32Array(memory) }
}

/** Among `longs`: 0 in a slot that is free. */
export const keyOf = (slot: number) => slot * LONGS
/** Among `longs`: in milliseconds since 1970. */
export const beganOf = (slot: number) => slot * LONGS + 1
/** The rest among `ints`: calls of this period, of the one before, and how long it is in milliseconds. */
export const callsOf = (slot: number) => slot * INTS + 4
export const formerOf = (slot: number) => slot * INTS + 5
export const periodOf = (slot: number) => slot * INTS + 6
/** Calls under way here, and on other nodes as far as they have told. */
export const underWayOf = (slot: number) => slot * INTS + 7
export const elsewhereOf = (slot: number) => slot * INTS + 8
/** 1: some began here since the others were asked. */
export const begunOf = (slot: number) => slot * INTS + 9
