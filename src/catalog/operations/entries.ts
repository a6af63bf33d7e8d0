/** The files in a record's file fields. */
import type { AttachmentId, FieldEntry, FieldId, OrganizationId, RecordId } from '../../core/model/model.ts'
import { attachmentOf } from '../rows.ts'
import type { FieldEntryTable } from '../schema.ts'
import { all, columns, type Op, type Params, run, statement } from '../statement.ts'
import { visible } from './attachments.ts'

/** A field's files by the client's key, in order. */
type FieldValue = ReadonlyMap<string, AttachmentId>

const select = statement((db, p: Params<{ organization: OrganizationId; record: RecordId }>) =>
  visible(db)
    .innerJoin('field_entry as e', (join) =>
      join.onRef('e.organization', '=', 'a.organization').onRef('e.attachment', '=', 'a.id'),
    )
    .innerJoin('field as f', (join) =>
      join.onRef('f.organization', '=', 'e.organization').onRef('f.id', '=', 'e.field'),
    )
    .innerJoin('record as on', (join) =>
      join.onRef('on.organization', '=', 'e.organization').onRef('on.id', '=', 'e.record'),
    )
    .select(['e.field as entry_field', 'e.key as entry_key'])
    .where('e.organization', '=', p('organization'))
    .where('e.record', '=', p('record'))
    .where('on.removed_at', 'is', null)
    .orderBy('f.position')
    .orderBy('f.id')
    .orderBy('e.position'),
)

const insert = statement((db, p: Params<Pick<FieldEntryTable, keyof FieldEntryTable>>) =>
  db.insertInto('field_entry').values(columns(p, 'organization', 'record', 'field', 'key', 'attachment', 'position')),
)

const clear = statement((db, p: Params<{ organization: OrganizationId; record: RecordId; field: FieldId }>) =>
  db
    .deleteFrom('field_entry')
    .where('organization', '=', p('organization'))
    .where('record', '=', p('record'))
    .where('field', '=', p('field')),
)

export function* entries(organization: OrganizationId, record: RecordId): Op<readonly FieldEntry[]> {
  const rows = yield* all(select({ organization, record }))
  return rows.map((row) => ({ field: row.entry_field, key: row.entry_key, attachment: attachmentOf(row) }))
}

/** The field holds exactly these from now on. */
export function* fillField(
  organization: OrganizationId,
  record: RecordId,
  field: FieldId,
  value: FieldValue,
): Op<void> {
  yield* run(clear({ organization, record, field }))
  let position = 0
  for (const [key, attachment] of value) {
    yield* run(insert({ organization, record, field, key, attachment, position: position++ }))
  }
}
