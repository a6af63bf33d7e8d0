import type { Attach, Attached, NewAttachment } from '../../core/ports/catalog.ts'
import type { Attachment, AttachmentId, BlobKey, FieldEntry, FieldId, Sha256, User } from '../../core/model/model.ts'
import type { Op } from '../statement.ts'
import { insertAttachment, link, photo, removeAttachment, withDocument } from './attachments.ts'
import { holdBytes, isClaimed } from './blobs.ts'
import { entries, fillField } from './entries.ts'
import { field } from './fields.ts'
import { mustUser } from './organizations.ts'
import { moduleOfRecord } from './records.ts'
import { rememberAttached, repetition } from './retries.ts'

export function* attach(input: Attach): Op<Attached> {
  const before = yield* repetition(input)
  if (before !== null) return before
  const held = yield* heldEntries(input)
  const refusal = yield* refusalOf(input, held)
  if (refusal !== null) return refusal
  const by = yield* mustUser(input.organization, input.by)
  const attachments: Attachment[] = []
  const unused: BlobKey[] = []
  for (const item of input.items) {
    const kept = keptEntry(item, held)
    const attached = kept ? yield* withDocument(kept.attachment, item.document) : yield* add(input, item, by)
    attachments.push(attached)
    if (isUnused(item, attached)) unused.push(item.source.key)
  }
  yield* fillFields(input, attachments)
  yield* rememberAttached(input, attachments)
  return { outcome: 'attached', attachments, unused }
}

/** What the record's file fields hold before this call; only looked up for a call that fills one. */
function* heldEntries(input: Attach): Op<readonly FieldEntry[]> {
  const isFilling = input.items.some((item) => item.fieldKey !== null)
  return isFilling && input.record !== null ? yield* entries(input.organization, input.record) : []
}

/** The entry that this item already is: same field, same key, same bytes. */
function keptEntry(item: NewAttachment, held: readonly FieldEntry[]): FieldEntry | undefined {
  if (item.fieldKey === null) return undefined
  return held.find(
    ({ field, key, attachment }) =>
      field === item.field &&
      key === item.fieldKey &&
      attachment.kind === item.source.kind &&
      attachment.hash === item.source.hash,
  )
}

function* refusalOf(input: Attach, held: readonly FieldEntry[]): Op<Attached | null> {
  const { organization } = input
  const module = input.record === null ? null : yield* moduleOfRecord(organization, input.record)
  if (input.record !== null && module === null) return { outcome: 'no_record' }
  for (const id of new Set(input.items.map((item) => item.field))) {
    if (id === null) continue
    const present = yield* field(organization, id)
    if (present === null || (module !== null && present.module !== module)) return { outcome: 'no_field', field: id }
  }
  const links = new Set<Sha256>()
  for (const item of input.items) {
    const refusal = keptEntry(item, held) ? null : yield* refusalOfItem(input, item, links)
    if (refusal !== null) return refusal
  }
  return null
}

function* refusalOfItem(input: Attach, item: NewAttachment, links: Set<Sha256>): Op<Attached | null> {
  const { source } = item
  if (source.kind === 'file') {
    // Bytes that come along have never lain where a sweep could claim them.
    const isLost = source.bytes === null && (yield* isClaimed(source.key))
    return isLost ? { outcome: 'claimed', key: source.key } : null
  }
  if (input.record === null || item.role === 'photo') return null
  const isTwin = links.has(source.hash) || (yield* link(input.organization, input.record, source.hash)) !== null
  links.add(source.hash)
  return isTwin ? { outcome: 'duplicate_link', url: source.url } : null
}

function* add(input: Attach, item: NewAttachment, by: User): Op<Attachment> {
  const { organization, record, at } = input
  const { source } = item
  const blob = source.kind === 'file' ? yield* holdBytes(organization, source) : null
  if (item.role === 'photo') yield* removePhoto(input)
  return yield* insertAttachment({
    id: item.id,
    organization,
    record,
    role: item.role,
    name: item.name,
    kind: source.kind,
    size: source.kind === 'file' ? source.size : 0,
    hash: source.hash,
    url: source.kind === 'link' ? source.url : null,
    blob,
    claimedType: item.claimedType,
    encoding: item.encoding,
    field: item.field,
    document: item.document,
    createdAt: at,
    modifiedAt: at,
    createdBy: by,
    modifiedBy: by,
  })
}

/** Called after the new photo holds its bytes, so that the same picture put again is not removed in between. */
function* removePhoto(input: Attach): Op<void> {
  if (input.record === null) return
  const former = yield* photo(input.organization, input.record)
  if (former !== null) yield* removeAttachment(input.organization, former.id, input.at)
}

/** Bytes put in the store for nothing: the attachment lives on others. */
function isUnused(
  item: NewAttachment,
  attached: Attachment,
): item is NewAttachment & { source: { kind: 'file'; key: BlobKey } } {
  return item.source.kind === 'file' && item.source.bytes === null && attached.blob !== item.source.key
}

function* fillFields(input: Attach, attachments: readonly Attachment[]): Op<void> {
  if (input.record === null) return
  const values = new Map<FieldId, Map<string, AttachmentId>>()
  for (const [index, item] of input.items.entries()) {
    const attachment = attachments[index]
    if (item.field === null || item.fieldKey === null || attachment === undefined) continue
    const value = values.get(item.field) ?? new Map<string, AttachmentId>()
    values.set(item.field, value.set(item.fieldKey, attachment.id))
  }
  for (const [field, value] of values) yield* fillField(input.organization, input.record, field, value)
}
