/** What was found a moment ago and is taken to be so still: it spares a read where many requests ask the same in a row. */
const BELIEVED_MS = 1_000
const REMEMBERED = 10_000

export interface TtlCache<V> {
  /** Undefined when it was never found, or longer than a second ago. */
  get(key: string): V | undefined
  /** `asked`: when it was looked for, in milliseconds; what changed while the answer was on its way is noticed in time. */
  set(key: string, value: V, asked: number): void
  delete(key: string): void
  clear(): void
}

/** A change elsewhere is noticed within a second; whoever cannot wait clears it. */
export function createTtlCache<V>(now: () => number): TtlCache<V> {
  const found = new Map<string, { readonly value: V; readonly until: number }>()
  return {
    get(key) {
      const known = found.get(key)
      return known !== undefined && known.until > now() ? known.value : undefined
    },
    set(key, value, asked) {
      if (found.size >= REMEMBERED) found.clear()
      found.set(key, { value, until: asked + BELIEVED_MS })
    },
    delete: (key) => void found.delete(key),
    clear: () => found.clear(),
  }
}
