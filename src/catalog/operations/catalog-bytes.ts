/** Whether the bytes that live in the catalog and the rows about them fit together. */
import { sql } from 'kysely'
import type { BlobKey } from '../../core/model/model.ts'
import { all, type Op, type Params, statement } from '../statement.ts'
import { blobOf, type ReturnsOf } from './inspection.ts'

type Page = { after: BlobKey; limit: number }

const START = '' as BlobKey

const selectOdd = statement((db, p: Params<Page>) => {
  const length = sql<number | null>`length(s.bytes)`
  return db
    .selectFrom('blob as b')
    .leftJoin('blob_bytes as s', 's.key', 'b.key')
    .selectAll('b')
    .select(length.as('length'))
    .where('b.place', '=', 'catalog')
    .where((where) => where.or([where('s.key', 'is', null), where(length, '!=', where.ref('b.size'))]))
    .where('b.key', '>', p('after'))
    .orderBy('b.key')
    .limit(p('limit'))
})

const selectStray = statement((db, p: Params<Page>) =>
  db
    .selectFrom('blob_bytes as s')
    .leftJoin('blob as b', 'b.key', 's.key')
    .select(['s.key', sql<number>`length(s.bytes)`.as('length')])
    .where('b.key', 'is', null)
    .where('s.key', '>', p('after'))
    .orderBy('s.key')
    .limit(p('limit')),
)

export function* odd(after: BlobKey | null, limit: number): ReturnsOf<'odd'> {
  const rows = yield* all(selectOdd({ after: after ?? START, limit }))
  return rows.map((row) => ({ ...blobOf(row), length: row.length }))
}

export function* stray(after: BlobKey | null, limit: number): Op<readonly { key: BlobKey; length: number }[]> {
  return yield* all(selectStray({ after: after ?? START, limit }))
}
