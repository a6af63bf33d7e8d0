import type { AttachmentId, ModuleId, OrganizationId, RecordId } from '../../core/model/model.ts'
import { all, type Op, one, type Params, run, statement } from '../statement.ts'
import { removeAttachment } from './attachments.ts'
import { countRecords } from './modules.ts'
import { moduleOfRecord } from './records.ts'

/** What one call clears at most at once, so that the writer is not held up: a record that has more is cleared later. */
const AT_ONCE = 200

type Key = { organization: OrganizationId; id: RecordId }

const selectAttachments = statement(
  (db, p: Params<{ organization: OrganizationId; record: RecordId; limit: number }>) =>
    db
      .selectFrom('attachment')
      .select('id')
      .where('organization', '=', p('organization'))
      .where('record', '=', p('record'))
      .limit(p('limit')),
)

const hide = statement((db, p: Params<Key & { at: number }>) =>
  db
    .updateTable('record')
    .set({ removed_at: p('at') })
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id')),
)

const selectHidden = statement((db, _: Params<Record<string, never>>) =>
  db
    .selectFrom('record')
    .select(['organization', 'id'])
    .where('removed_at', 'is not', null)
    .orderBy('removed_at')
    .limit(1),
)

const remove = statement((db, p: Params<Key>) =>
  db.deleteFrom('record').where('organization', '=', p('organization')).where('id', '=', p('id')),
)

export function* removeRecords(
  organization: OrganizationId,
  module: ModuleId,
  ids: readonly RecordId[],
  at: number,
): Op<readonly RecordId[]> {
  const removed: RecordId[] = []
  let room = AT_ONCE
  for (const id of ids) {
    if ((yield* moduleOfRecord(organization, id)) !== module) continue
    const attachments = yield* attachmentsOf({ organization, id }, room + 1)
    if (attachments.length > room) {
      yield* run(hide({ organization, id, at }))
    } else {
      yield* clear({ organization, id }, attachments, at)
      yield* run(remove({ organization, id }))
      room -= attachments.length
    }
    removed.push(id)
  }
  if (removed.length > 0) yield* countRecords(organization, module, -removed.length)
  return removed
}

/** Records whose removal began; false when there are none. */
export function* clearRecords(limit: number, at: number): Op<boolean> {
  let room = limit
  let hidden = yield* one(selectHidden({}))
  const wasLeft = hidden !== null
  while (hidden !== null && room > 0) {
    const attachments = yield* attachmentsOf(hidden, room)
    yield* clear(hidden, attachments, at)
    if (attachments.length < room) yield* run(remove(hidden))
    // A record itself counts too: many empty ones must not make one endless operation.
    room -= attachments.length + 1
    hidden = yield* one(selectHidden({}))
  }
  return wasLeft
}

function* attachmentsOf({ organization, id }: Key, limit: number): Op<readonly AttachmentId[]> {
  const rows = yield* all(selectAttachments({ organization, record: id, limit }))
  return rows.map((row) => row.id)
}

function* clear({ organization }: Key, attachments: readonly AttachmentId[], at: number): Op<void> {
  for (const id of attachments) yield* removeAttachment(organization, id, at)
}
