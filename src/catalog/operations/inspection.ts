/** Rows about bytes, for those who compare them with the bytes. No index serves these: uploads do not pay for them. */
import type { BlobRow, Holder, Inspection, MismatchedHolder } from '../../core/ports/inspection.ts'
import type { AttachmentId, BlobKey, OrganizationId } from '../../core/model/model.ts'
import type { BlobTable } from '../schema.ts'
import { all, type Op, one, type Params, statement } from '../statement.ts'

type Page = { after: BlobKey; limit: number }
type HolderPage = { organization: OrganizationId; attachment: AttachmentId; limit: number }

/** Sorts before every key. */
const START = '' as BlobKey

const selectPage = statement((db, p: Params<Page>) =>
  db.selectFrom('blob').selectAll().where('key', '>', p('after')).orderBy('key').limit(p('limit')),
)

const selectOne = statement((db, p: Params<{ key: BlobKey }>) =>
  db.selectFrom('blob').selectAll().where('key', '=', p('key')),
)

const selectExtent = statement((db, _: Params<Record<string, never>>) =>
  db
    .selectFrom('blob')
    .select(({ fn }) => [fn.countAll<number>().as('blobs'), fn.sum<number | null>('size').as('bytes')])
    .where('claimed_at', 'is', null),
)

/** The attachments are counted in one pass, not blob by blob. */
const selectMiscounted = statement((db, p: Params<Page>) =>
  db
    .selectFrom('blob as b')
    .leftJoin(
      (from) =>
        from
          .selectFrom('attachment')
          .select(({ fn }) => ['blob', fn.countAll<number>().as('attachments')])
          .where('blob', 'is not', null)
          .groupBy('blob')
          .as('h'),
      (join) => join.onRef('h.blob', '=', 'b.key'),
    )
    .selectAll('b')
    .select('h.attachments')
    .where('b.claimed_at', 'is', null)
    .where((where) =>
      where.or([where('h.attachments', 'is', null), where('b.holders', '!=', where.ref('h.attachments'))]),
    )
    .where('b.key', '>', p('after'))
    .orderBy('b.key')
    .limit(p('limit')),
)

const selectMisled = statement((db, p: Params<HolderPage>) =>
  db
    .selectFrom('attachment as a')
    .leftJoin('blob as b', 'b.key', 'a.blob')
    .select(['a.organization', 'a.id', 'a.blob as key', 'a.hash', 'a.size'])
    .select(['b.key as row', 'b.organization as owner', 'b.hash as blob_hash', 'b.size as blob_size', 'b.claimed_at'])
    .where('a.kind', '=', 'file')
    .where((where) =>
      where.or([
        where('b.key', 'is', null),
        where('b.claimed_at', 'is not', null),
        where('b.hash', '!=', where.ref('a.hash')),
        where('b.size', '!=', where.ref('a.size')),
        where('b.organization', '!=', where.ref('a.organization')),
      ]),
    )
    .where((where) =>
      where.or([
        where('a.organization', '>', p('organization')),
        where.and([where('a.organization', '=', p('organization')), where('a.id', '>', p('attachment'))]),
      ]),
    )
    .orderBy('a.organization')
    .orderBy('a.id')
    .limit(p('limit')),
)

export function* blobs(after: BlobKey | null, limit: number): Op<readonly BlobRow[]> {
  return (yield* all(selectPage({ after: after ?? START, limit }))).map(blobOf)
}

export function* blob(key: BlobKey): Op<BlobRow | null> {
  const row = yield* one(selectOne({ key }))
  return row && blobOf(row)
}

export function* extent(): Op<{ readonly blobs: number; readonly bytes: number }> {
  const row = yield* one(selectExtent({}))
  return { blobs: row?.blobs ?? 0, bytes: row?.bytes ?? 0 }
}

export function* miscounted(after: BlobKey | null, limit: number): ReturnsOf<'miscounted'> {
  const rows = yield* all(selectMiscounted({ after: after ?? START, limit }))
  return rows.map((row) => ({ ...blobOf(row), attachments: row.attachments ?? 0 }))
}

export function* misled(after: Pick<Holder, 'organization' | 'attachment'> | null, limit: number): ReturnsOf<'misled'> {
  const from = after ?? { organization: '' as OrganizationId, attachment: '' as AttachmentId }
  const rows = yield* all(selectMisled({ organization: from.organization, attachment: from.attachment, limit }))
  return rows.map((row): MismatchedHolder => ({
    organization: row.organization,
    attachment: row.id,
    key: row.key ?? START,
    hash: row.hash,
    size: row.size,
    blob:
      row.row === null
        ? null
        : { organization: row.owner, hash: row.blob_hash, size: row.blob_size ?? 0, claimedAt: row.claimed_at },
  }))
}

/** An operation that answers a method of the contract. */
export type ReturnsOf<M extends keyof Inspection> = Op<Awaited<ReturnType<Inspection[M]>>>

export function blobOf(row: { [K in keyof BlobTable]: BlobTable[K] }): BlobRow {
  const { key, organization, hash, size, holders, place } = row
  return { key, organization, hash, size, holders, place, claimedAt: row.claimed_at }
}
