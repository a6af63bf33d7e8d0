/** Lists of any length, a page at a time. */
import type { PageWire } from '../dialects/native/wire.ts'

/** `for await` walks all items; pages are asked for as they are needed. */
export interface Pages<T> extends AsyncIterable<T> {
  pages(): AsyncIterable<PageWire<T>>
  /** The first page, or the one that a cursor (`next` of another page) names. */
  page(cursor?: string): Promise<PageWire<T>>
  /** Everything at once, at most `most` items. */
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
