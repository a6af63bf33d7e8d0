import type {
  Attachment,
  AttachmentId,
  BlobKey,
  DocumentId,
  OrganizationId,
  RecordId,
  Sha256,
} from '../../core/model/model.ts'
import { attachmentOf, attachmentRow } from '../rows.ts'
import type { AttachmentTable } from '../schema.ts'
import { all, columns, type Db, type Op, one, type Params, run, statement } from '../statement.ts'
import { releaseBytes } from './blobs.ts'

type Key = { organization: OrganizationId; id: AttachmentId }
type OnRecord = { organization: OrganizationId; record: RecordId }

/** Attachments that can be seen, each with who made and changed it: what is on a removed record is gone with it. */
export function visible(db: Db) {
  return db
    .selectFrom('attachment as a')
    .innerJoin('user as c', (join) =>
      join.onRef('c.organization', '=', 'a.organization').onRef('c.id', '=', 'a.created_by'),
    )
    .innerJoin('user as m', (join) =>
      join.onRef('m.organization', '=', 'a.organization').onRef('m.id', '=', 'a.modified_by'),
    )
    .leftJoin('record as r', (join) =>
      join.onRef('r.organization', '=', 'a.organization').onRef('r.id', '=', 'a.record'),
    )
    .where('r.removed_at', 'is', null)
    .selectAll('a')
    .select(['c.name as created_by_name', 'c.email as created_by_email'])
    .select(['m.name as modified_by_name', 'm.email as modified_by_email'])
}

const insert = statement((db, p: Params<Pick<AttachmentTable, keyof AttachmentTable>>) =>
  db.insertInto('attachment').values({
    ...columns(p, 'organization', 'id', 'record', 'role', 'kind', 'name', 'size', 'hash', 'url', 'blob'),
    ...columns(p, 'claimed_type', 'encoding', 'field', 'document'),
    ...columns(p, 'created_at', 'modified_at', 'created_by', 'modified_by'),
  }),
)

const selectOne = statement((db, p: Params<Key>) =>
  visible(db).where('a.organization', '=', p('organization')).where('a.id', '=', p('id')),
)

const newestFirst = (db: Db, p: Params<OnRecord & { limit: number }>) =>
  visible(db)
    .where('a.organization', '=', p('organization'))
    .where('a.record', '=', p('record'))
    .where('a.role', '=', 'attachment')
    .orderBy('a.id', 'desc')
    .limit(p('limit'))

const selectFirstPage = statement(newestFirst)

const selectPageFrom = statement((db, p: Params<OnRecord & { from: AttachmentId; limit: number }>) =>
  newestFirst(db, p).where('a.id', '<=', p('from')),
)

/** The one at which a page begins: passed over is the record's own index alone, not what it leads to. */
const selectStart = statement((db, p: Params<OnRecord & { offset: number }>) =>
  db
    .selectFrom('attachment')
    .select('id')
    .where('organization', '=', p('organization'))
    .where('record', '=', p('record'))
    .where('role', '=', 'attachment')
    .orderBy('id', 'desc')
    .limit(1)
    .offset(p('offset')),
)

const selectPhoto = statement((db, p: Params<OnRecord>) =>
  visible(db)
    .where('a.organization', '=', p('organization'))
    .where('a.record', '=', p('record'))
    .where('a.role', '=', 'photo'),
)

/** It opens without a token, so nobody has looked at its organization and module yet. */
const selectDocument = statement((db, p: Params<{ id: DocumentId }>) =>
  visible(db)
    .innerJoin('organization as o', 'o.id', 'a.organization')
    .leftJoin('module as mo', (join) =>
      join.onRef('mo.organization', '=', 'r.organization').onRef('mo.id', '=', 'r.module'),
    )
    .where('a.document', '=', p('id'))
    .where('o.removed_at', 'is', null)
    .where('mo.removed_at', 'is', null),
)

const selectLink = statement((db, p: Params<OnRecord & { hash: Sha256 }>) =>
  visible(db)
    .where('a.organization', '=', p('organization'))
    .where('a.record', '=', p('record'))
    .where('a.role', '=', 'attachment')
    .where('a.kind', '=', 'link')
    .where('a.hash', '=', p('hash')),
)

const giveDocument = statement((db, p: Params<Key & { document: DocumentId }>) =>
  db
    .updateTable('attachment')
    .set({ document: p('document') })
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id'))
    .where('document', 'is', null),
)

const remove = statement((db, p: Params<Key>) =>
  db.deleteFrom('attachment').where('organization', '=', p('organization')).where('id', '=', p('id')).returning('blob'),
)

/** Keeps it as it is given, and gives it back. */
export function* insertAttachment(attachment: Attachment): Op<Attachment> {
  yield* run(insert(attachmentRow(attachment)))
  return attachment
}

export function* attachment(organization: OrganizationId, id: AttachmentId): Op<Attachment | null> {
  const row = yield* one(selectOne({ organization, id }))
  return row && attachmentOf(row)
}

export function* attachments(
  organization: OrganizationId,
  record: RecordId,
  offset: number,
  limit: number,
): Op<{ readonly attachments: readonly Attachment[]; readonly more: boolean }> {
  const on = { organization, record }
  const start = offset === 0 ? null : yield* one(selectStart({ ...on, offset }))
  if (offset > 0 && start === null) return { attachments: [], more: false }
  const bounds = { ...on, limit: limit + 1 }
  const rows = yield* all(start === null ? selectFirstPage(bounds) : selectPageFrom({ ...bounds, from: start.id }))
  return { attachments: rows.slice(0, limit).map(attachmentOf), more: rows.length > limit }
}

export function* photo(organization: OrganizationId, record: RecordId): Op<Attachment | null> {
  const row = yield* one(selectPhoto({ organization, record }))
  return row && attachmentOf(row)
}

export function* document(id: DocumentId): Op<Attachment | null> {
  const row = yield* one(selectDocument({ id }))
  return row && attachmentOf(row)
}

/** The record's link to the URL of this hash. */
export function* link(organization: OrganizationId, record: RecordId, hash: Sha256): Op<Attachment | null> {
  const row = yield* one(selectLink({ organization, record, hash }))
  return row && attachmentOf(row)
}

/** The attachment with a document id: the one it has, else this. */
export function* withDocument(present: Attachment, document: DocumentId | null): Op<Attachment> {
  if (present.document !== null || document === null) return present
  const { organization, id } = present
  yield* run(giveDocument({ organization, id, document }))
  return { ...present, document }
}

export function* removeAttachments(
  organization: OrganizationId,
  record: RecordId | 'any' | null,
  ids: readonly AttachmentId[],
  at: number,
): Op<readonly AttachmentId[]> {
  const removed: AttachmentId[] = []
  for (const id of ids) {
    const present = yield* attachment(organization, id)
    if (present === null || (record !== 'any' && present.record !== record)) continue
    yield* removeAttachment(organization, id, at)
    removed.push(id)
  }
  return removed
}

/** Its row goes, its entries with it, and then its hold on the bytes. */
export function* removeAttachment(organization: OrganizationId, id: AttachmentId, at: number): Op<void> {
  const row = yield* one(remove({ organization, id }))
  const blob: BlobKey | null = row === null ? null : row.blob
  if (blob !== null) yield* releaseBytes(blob, at)
}
