/** What the entries of a file field name, found before anything is written, and put into the field after. */
import type { FieldFiles, FileReference, SavedRecord, SaveRecord } from '../../core/ports/catalog.ts'
import type { Attachment, AttachmentId, FieldId, OrganizationId, RecordId, UserId } from '../../core/model/model.ts'
import type { Op } from '../statement.ts'
import { attachment, document, insertAttachment, link, withDocument } from './attachments.ts'
import { fillField } from './entries.ts'
import { field } from './fields.ts'
import { mustUser } from './organizations.ts'

type Entry = FieldFiles['entries'][number]

/** `found` is null for a URL: the record's link to it is looked for, or made, when the record is there. */
interface ResolvedField {
  readonly field: FieldId
  readonly entries: readonly { readonly entry: Entry; readonly found: Attachment | null }[]
}

interface Owner {
  readonly organization: OrganizationId
  readonly record: RecordId
  readonly by: UserId
  readonly at: number
}

type Refusal = Extract<SavedRecord, { outcome: 'bad_reference' }>

export function* resolveFiles(input: SaveRecord): Op<{ readonly files: readonly ResolvedField[] } | Refusal> {
  const files: ResolvedField[] = []
  for (const { field: id, entries } of input.files) {
    const target = yield* field(input.organization, id)
    const resolved: ResolvedField['entries'][number][] = []
    for (const entry of entries) {
      const found = yield* find(input.organization, entry.reference)
      if (target?.module !== input.module || (found === null && entry.reference.by !== 'url')) {
        return { outcome: 'bad_reference', field: id, key: entry.key }
      }
      resolved.push({ entry, found })
    }
    files.push({ field: id, entries: resolved })
  }
  return { files }
}

export function* takeFiles(owner: Owner, files: readonly ResolvedField[]): Op<void> {
  for (const { field, entries } of files) {
    const value = new Map<string, AttachmentId>()
    for (const { entry, found } of entries) {
      const file = found ?? (yield* linkOf(owner, field, entry))
      if (file === null) continue
      value.set(entry.key, (yield* withDocument(file, entry.document)).id)
    }
    yield* fillField(owner.organization, owner.record, field, value)
  }
}

function* find(organization: OrganizationId, reference: FileReference): Op<Attachment | null> {
  if (reference.by === 'url') return null
  if (reference.by === 'attachment') return yield* attachment(organization, reference.attachment)
  const found = yield* document(reference.document)
  return found?.organization === organization ? found : null
}

function* linkOf(owner: Owner, field: FieldId, { reference, id, document }: Entry): Op<Attachment | null> {
  if (reference.by !== 'url') return null
  const { organization, record, at, by } = owner
  const { url, hash } = reference
  const present = yield* link(organization, record, hash)
  if (present !== null) return present
  const user = yield* mustUser(organization, by)
  return yield* insertAttachment({
    id,
    organization,
    record,
    role: 'attachment',
    name: url,
    kind: 'link',
    size: 0,
    hash,
    url,
    blob: null,
    claimedType: null,
    encoding: '',
    field,
    document,
    createdAt: at,
    modifiedAt: at,
    createdBy: user,
    modifiedBy: user,
  })
}
