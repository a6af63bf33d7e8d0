/** Lists of any length, read one page at a time. */
import type { PageWire } from '../dialects/native/wire.ts'

/** `for await` iterates over all items; pages are requested on demand. */
export interface Pages<T> extends AsyncIterable<T> {
  pages(): AsyncIterable<PageWire<T>>
  /** The first page, or the one that a cursor (`next` of another page) names. */
  page(cursor?: string): Promise<PageWire<T>>
  /** All items, at most `most`. */
  all(most?: number): Promise<readonly T[]>
}

export function createPages<T>(read: (cursor: string | null) => Promise<PageWire<T>>): Pages<T> {
  async function* pages(): AsyncGenerator<PageWire<T>, void, void> {
    for (let cursor: string | null = null; ;) {
      const page: PageWire<T> = await read(cursor)
      yield page
      if (page.next === null) return
      cursor = page.next
    }
  }
  async function* items(): AsyncGenerator<T, void, void> {
    for await (const page of pages()) yield* page.items
  }
  return {
    pages,
    page: (cursor) => read(cursor ?? null),
    async all(most = Number.POSITIVE_INFINITY) {
      const all: T[] = []
      for await (const page of pages()) {
        all.push(...page.items.slice(0, most - all.length))
        if (all.length >= most) break
      }
      return all
    },
    [Symbol.asyncIterator]: items,
  }
}
