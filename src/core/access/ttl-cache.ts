/** Caches values for one second, which saves a read for each of many similar requests in a row. */
const TTL_MS = 1_000
const MAX_ENTRIES = 10_000

interface TtlCache<V> {
  /** Returns undefined if there is no entry, or it is older than a second. */
  get(key: string): V | undefined
  /** `readAt`: when the read began, in milliseconds: changes made during the read are noticed within the second too. */
  set(key: string, value: V, readAt: number): void
  delete(key: string): void
  clear(): void
}

/** A change elsewhere is noticed within a second; call `clear` where that is too late. */
export function createTtlCache<V>(now: () => number): TtlCache<V> {
  const entries = new Map<string, { readonly value: V; readonly until: number }>()
  return {
    get(key) {
      const entry = entries.get(key)
      return entry !== undefined && entry.until > now() ? entry.value : undefined
    },
    set(key, value, readAt) {
      if (entries.size >= MAX_ENTRIES) entries.clear()
      entries.set(key, { value, until: readAt + TTL_MS })
    },
    delete: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  }
}
