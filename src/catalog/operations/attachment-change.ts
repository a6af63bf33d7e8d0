import type { AttachmentChange, AttachmentChanged } from '../../core/ports/attachment-page.ts'
import type { Attachment, AttachmentId, OrganizationId, RecordId } from '../../core/model/model.ts'
import type { AttachmentTable } from '../schema.ts'
import { columns, type Op, type Params, run, statement } from '../statement.ts'
import { attachment, link } from './attachments.ts'
import { moduleOfRecord } from './records.ts'

type Key = { organization: OrganizationId; id: AttachmentId }
type Changing = 'name' | 'record' | 'field' | 'modified_at' | 'modified_by'

const update = statement((db, p: Params<Key & Pick<AttachmentTable, Changing>>) =>
  db
    .updateTable('attachment')
    .set(columns(p, 'name', 'record', 'field', 'modified_at', 'modified_by'))
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id')),
)

const leaveFields = statement((db, p: Params<Key>) =>
  db.deleteFrom('field_entry').where('organization', '=', p('organization')).where('attachment', '=', p('id')),
)

/** Renames it, and moves it to another record: its bytes are not touched. */
export function* changeAttachment(change: AttachmentChange): Op<AttachmentChanged> {
  const { organization, id } = change
  const present = yield* attachment(organization, id)
  if (present === null) return 'missing'
  const record = change.record === undefined ? present.record : change.record
  const isMoved = record !== present.record
  const refusal = isMoved ? yield* refusalOf(present, record) : null
  if (refusal !== null) return refusal
  if (isMoved) yield* run(leaveFields({ organization, id }))
  yield* run(
    update({
      organization,
      id,
      name: change.name ?? present.name,
      record,
      field: isMoved ? null : present.field,
      modified_at: change.at,
      modified_by: change.by,
    }),
  )
  return 'changed'
}

function* refusalOf(present: Attachment, record: RecordId | null): Op<AttachmentChanged | null> {
  const { organization } = present
  if (present.role === 'photo') return 'photo'
  if (record === null) return null
  if ((yield* moduleOfRecord(organization, record)) === null) return 'no_record'
  const twin = present.kind === 'link' ? yield* link(organization, record, present.hash) : null
  return twin === null ? null : 'duplicate_link'
}
