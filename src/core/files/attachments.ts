import { Readable } from 'node:stream'
import type { Actor } from '../access/access.ts'
import type { AttachmentChanged, AttachmentPage } from '../ports/attachment-page.ts'
import type { Catalog, Download } from '../ports/catalog.ts'
import type { ByteRange, ShownAs } from '../ports/contracts.ts'
import { Fault } from '../model/fault.ts'
import { createIntake, type AttachmentParts, type Intake, type IntakeTerms } from './intake.ts'
import type { Action, Attachment, AttachmentId, DocumentId, RecordId } from '../model/model.ts'
import { createGuard } from '../access/permissions.ts'
import { RETRY_MS, type Retry } from './idempotency.ts'

/** Idempotency keys deleted per operation; bounds how long concurrent writes wait. */
const RETRIES_BATCH = 500

export interface Attachments {
  /** Runs `take` with an intake; received files that were not attached are removed afterwards, also if it throws. */
  intake<T>(terms: IntakeTerms, take: (intake: Intake) => Promise<T>): Promise<T>
  /** Stores the response to a request under an idempotency key, for its repetitions. */
  remember(retry: Retry, answer: string): Promise<void>
  /** Deletes idempotency keys older than RETRY_MS. */
  forgetRetries(): Promise<void>
  /** Null `record`: on any record or on the organization itself. Fault: `not_found`. */
  find(actor: Actor, record: RecordId | null, id: AttachmentId): Promise<Attachment>
  /** Finds the attachment at a path of module, record and attachment in one read; null if any part of it does not exist. */
  download(actor: Actor, module: string, record: RecordId, id: AttachmentId): Promise<Download | null>
  /** Newest first. */
  list(
    actor: Actor,
    record: RecordId,
    offset: number,
    limit: number,
  ): Promise<{ readonly attachments: readonly Attachment[]; readonly more: boolean }>
  /** The attachments that match the page's filter. */
  page(
    actor: Actor,
    page: Omit<AttachmentPage, 'organization'>,
  ): Promise<{ readonly attachments: readonly Attachment[]; readonly more: boolean }>
  /** Renames or moves it. Faults: `not_found` about `attachment` or `record`, `conflict`. */
  change(actor: Actor, id: AttachmentId, change: { name?: string; record?: RecordId | null }): Promise<Attachment>
  photo(actor: Actor, record: RecordId): Promise<Attachment | null>
  /** Needs no actor: knowledge of a document's id is the permission to open it. Fault: `not_found`. */
  document(id: string): Promise<Attachment>
  /** Faults: `invalid_input` for a link, `internal` if the bytes are missing from the store. */
  open(attachment: Attachment, range?: ByteRange): Promise<Readable>
  /** As `open`, but returns a small file's bytes directly. */
  content(attachment: Attachment, range?: ByteRange): Promise<Readable | Uint8Array>
  /** A short-lived URL of the store for its bytes; null for a small file or a link. Null itself: the store has no such URLs. */
  readonly address: ((attachment: Attachment, shown: ShownAs) => Promise<string | null>) | null
  /** From the record (null: from the organization itself; `any`: from either). Returns the ids that existed and were removed. */
  remove(actor: Actor, record: RecordId | 'any' | null, ids: readonly AttachmentId[]): Promise<readonly AttachmentId[]>
}

export function createAttachments(parts: AttachmentParts): Attachments {
  const { catalog, blobs, sweep } = parts
  const guard = createGuard(catalog)
  const mustMayChange = async (actor: Actor, id: AttachmentId, target: RecordId | null) => {
    const attachment = await catalog.attachment(actor.organization, id)
    if (attachment?.record != null) await guard.mustMayWith(actor, attachment.record, 'attachments.change')
    if (target !== null) await guard.mustMayWith(actor, target, 'attachments.create')
  }
  const mustMayBrowse = async (actor: Actor, { record }: Pick<AttachmentPage, 'record'>) => {
    if (actor.profile === null || record === 'own') return
    if (record !== null) return guard.mustMayWith(actor, record, 'attachments.view')
    throw new Fault(
      'forbidden',
      'module',
      'Only an administrator may list the attachments of all records at once; ask for those of one record.',
      { reason: 'profile', details: { action: 'attachments.view' } },
    )
  }
  const mustMayRemove = async (actor: Actor, id: AttachmentId) => {
    const attachment = await catalog.attachment(actor.organization, id)
    if (attachment === null || attachment.record === null) return
    const action = attachment.role === 'photo' ? 'records.change' : 'attachments.delete'
    await guard.mustMayWith(actor, attachment.record, action)
  }
  const content = async (attachment: Attachment, range?: ByteRange) => {
    if (attachment.blob === null) throw linkHasNoBytes()
    const small = await catalog.bytes(attachment.blob)
    if (small !== null) return range === undefined ? small : small.subarray(range.start, range.end + 1)
    const stream = await blobs.open(attachment.blob, range)
    if (stream === null) throw bytesAreMissing(attachment)
    return stream
  }
  const { address } = blobs
  return {
    content,
    address:
      address === undefined
        ? null
        : async ({ blob }, shown) =>
            blob === null || (await catalog.bytes(blob)) !== null ? null : address(blob, shown),
    async intake(terms, take) {
      const intake = createIntake(parts, terms)
      try {
        return await take(intake)
      } finally {
        await intake.discard()
      }
    },
    async forgetRetries() {
      while (await catalog.forgetRetries(parts.now() - RETRY_MS, RETRIES_BATCH));
    },
    remember: (retry, answer) => catalog.rememberAnswer(retry.scope, answer),
    find: (actor, record, id) => findAttachment(catalog, actor, record, id),
    async download(actor, module, record, attachment) {
      if (actor.profile !== null) await guard.mustMayWith(actor, record, 'attachments.view')
      return catalog.download({ organization: actor.organization, module, record, attachment })
    },
    async list(actor, record, offset, limit) {
      await guard.mustMayWith(actor, record, 'attachments.view')
      return catalog.attachments(actor.organization, record, offset, limit)
    },
    async page(actor, page) {
      await mustMayBrowse(actor, page)
      return catalog.attachmentPage({ ...page, organization: actor.organization })
    },
    async change(actor, id, change) {
      const { organization, user } = actor
      if (actor.profile !== null) await mustMayChange(actor, id, change.record ?? null)
      mustBeChanged(await catalog.changeAttachment({ ...change, organization, id, by: user, at: parts.now() }))
      const changed = await catalog.attachment(organization, id)
      if (changed === null) throw notFound()
      return changed
    },
    async photo(actor, record) {
      await guard.mustMayWith(actor, record, 'records.view')
      return catalog.photo(actor.organization, record)
    },
    async document(id) {
      const attachment = /^[0-9A-Za-z]{20}$/.test(id) ? await catalog.document(id as DocumentId) : null
      if (attachment === null) throw notFound()
      return attachment
    },
    async open(attachment, range) {
      const found = await content(attachment, range)
      return found instanceof Uint8Array ? Readable.from([found], { objectMode: false }) : found
    },
    async remove(actor, record, ids) {
      if (actor.profile !== null) for (const id of ids) await mustMayRemove(actor, id)
      const removed = await catalog.removeAttachments(actor.organization, record, ids, parts.now())
      if (removed.length > 0) await sweep.tidy()
      return removed
    },
  }
}

function mustBeChanged(outcome: AttachmentChanged): void {
  switch (outcome) {
    case 'changed':
      return
    case 'missing':
      throw notFound()
    case 'no_record':
      throw new Fault('not_found', 'record', 'There is no such record to move the attachment to.')
    case 'duplicate_link':
      throw new Fault('conflict', 'link', 'The record that it is to move to has this link already.')
    case 'photo':
      throw new Fault('conflict', 'attachment', 'The photo of a record cannot move to another one; upload it there.')
  }
}

/** Null `record`: on any record or on the organization itself. Faults: `not_found`, `forbidden`. */
export async function findAttachment(
  catalog: Pick<Catalog, 'attachment' | 'recordAccess'>,
  actor: Actor,
  record: RecordId | null,
  id: AttachmentId,
): Promise<Attachment> {
  const attachment = await catalog.attachment(actor.organization, id)
  if (attachment === null || (record !== null && attachment.record !== record)) throw notFound()
  if (actor.profile !== null && attachment.record !== null)
    await createGuard(catalog).mustMayWith(actor, attachment.record, viewing(attachment))
  return attachment
}

function viewing({ role }: Attachment): Action {
  return role === 'photo' ? 'records.view' : 'attachments.view'
}

function notFound(): Fault {
  return new Fault('not_found', 'attachment', 'There is no such attachment here: it was never made, or it was removed.')
}

function linkHasNoBytes(): Fault {
  return new Fault(
    'invalid_input',
    'attachment',
    'This attachment is a link to another site; it has no bytes to download.',
    { reason: 'link' },
  )
}

function bytesAreMissing({ id, blob }: Attachment): Fault {
  return new Fault(
    'internal',
    'attachment',
    'The bytes of this attachment are missing from the store; its operator should look at the log.',
    { cause: new Error(`blob ${blob ?? ''} of attachment ${id} is missing`) },
  )
}
