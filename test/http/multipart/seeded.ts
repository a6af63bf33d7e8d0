// Chance that can be had again: every round of a fuzz test is made from its seed.

export interface Chance {
  /** 0 to below `limit`. */
  below(limit: number): number
  pick<T>(choices: readonly T[]): T
  bytes(length: number): Buffer
  /** So many characters of an alphabet. */
  text(alphabet: string, length: number): string
}

/** Mulberry32: small, and good enough to find what nobody thought of. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit)
  }
  const pick = <T>(choices: readonly T[]): T => {
    const choice = choices[below(choices.length)]
    if (choice === undefined) throw new Error('nothing to pick from')
    return choice
  }
  return {
    below,
    pick,
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
    text: (alphabet, length) => Array.from({ length }, () => alphabet.charAt(below(alphabet.length))).join(''),
  }
}

/** So many seeds from 1 on; DOSSIER_FUZZ_ROUNDS goes further. */
export function seeds(rounds: number): number[] {
  const asked = Number(process.env['DOSSIER_FUZZ_ROUNDS'])
  return Array.from({ length: asked > 0 ? asked : rounds }, (_, index) => index + 1)
}

/** The bytes in pieces of any size, some of them empty, some of them one byte. */
export function* scattered(bytes: Buffer, chance: Chance): Generator<Buffer> {
  const longest = chance.pick([1, 20, 20, 60, 60, 700, 700, bytes.length + 1])
  for (let at = 0; at < bytes.length;) {
    const size = chance.below(longest + 1)
    yield bytes.subarray(at, at + size)
    at += size
  }
}
