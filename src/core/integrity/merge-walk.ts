/** A merge join of rows and files in order of key; both are streamed. */
import type { StoredBlobs } from '../ports/contracts.ts'
import type { BlobRow, Inspection } from '../ports/inspection.ts'
import type { BlobKey } from '../model/model.ts'

const PAGE = 500

interface StoredFile {
  readonly key: BlobKey
  readonly size: number
  readonly modified: Date
}

/** At least one of `row` and `file` is not null. */
export interface Pair {
  readonly key: BlobKey
  readonly row: BlobRow | null
  readonly file: StoredFile | null
}

/** All rows after a key (null: from the first), read page by page. */
export async function* rowsOf(inspection: Pick<Inspection, 'blobs'>, from: BlobKey | null = null) {
  for (let after = from; ;) {
    const page: readonly BlobRow[] = await inspection.blobs(after, PAGE)
    yield* page
    after = page.at(-1)?.key ?? null
    if (page.length < PAGE) return
  }
}

/** All items of a paged read. */
export async function* pagesOf<T, A>(
  page: (after: A | null, limit: number) => Promise<readonly T[]>,
  at: (item: T) => A,
) {
  for (let after: A | null = null; ;) {
    const items: readonly T[] = await page(after, PAGE)
    yield* items
    const last = items.at(-1)
    if (last === undefined || items.length < PAGE) return
    after = at(last)
  }
}

export async function* mergeWalk(
  inspection: Pick<Inspection, 'blobs'>,
  blobs: Pick<StoredBlobs, 'list'>,
): AsyncGenerator<Pair, void, undefined> {
  const rows = rowsOf(inspection)
  const files = blobs.list()[Symbol.asyncIterator]()
  let row = await next(rows)
  let file = await next(files)
  while (row !== null || file !== null) {
    if (row !== null && (file === null || row.key < file.key)) {
      yield { key: row.key, row, file: null }
      row = await next(rows)
    } else if (file !== null && (row === null || file.key < row.key)) {
      yield { key: file.key, row: null, file }
      file = await next(files)
    } else if (row !== null) {
      yield { key: row.key, row, file }
      row = await next(rows)
      file = await next(files)
    }
  }
}

async function next<T>(items: AsyncIterator<T>): Promise<T | null> {
  const result = await items.next()
  return result.done === true ? null : result.value
}
