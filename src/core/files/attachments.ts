import { Readable } from 'node:stream'
import type { Actor } from '../access/actor.ts'
import type { AttachmentChanged, AttachmentPage } from '../ports/attachment-page.ts'
import type { Catalog, Download } from '../ports/catalog.ts'
import type { ByteRange, DownloadHeaders } from '../ports/contracts.ts'
import { Fault } from '../model/fault.ts'
import { createIntake, type AttachmentParts, type Intake, type IntakeTerms } from './intake.ts'
import type { Attachment, AttachmentId, AttachmentRole, DocumentId, RecordId } from '../model/model.ts'
import type { Gate, Target } from '../access/authorize.ts'
import { createOperations, open, type Open, type Operation, type Requirement } from '../access/operation.ts'
import { RETRY_MS, type Retry } from './idempotency.ts'

/** Idempotency keys deleted per operation; bounds how long concurrent writes wait. */
const RETRIES_BATCH = 500

export interface AttachmentList {
  readonly attachments: readonly Attachment[]
  readonly more: boolean
}

export interface Attachments {
  /** Runs `take` with an intake; when it throws, whatever had been received is removed. The intake's `attach` asks the gate. */
  readonly intake: Open<<T>(terms: IntakeTerms, take: (intake: Intake) => Promise<T>) => Promise<T>>
  /** Stores how a request under an idempotency key was answered, for its repetition. */
  readonly remember: Open<(retry: Retry, answer: string) => Promise<void>>
  /** Deletes idempotency keys older than a day. */
  readonly forgetRetries: Open<() => Promise<void>>
  /** Null `record`: whatever it belongs to. Fault: `not_found`. */
  readonly find: Operation<[record: RecordId | null, id: AttachmentId], Attachment>
  /** What a path of module, record and attachment leads to, in one read; null when anything on it is not there. */
  readonly download: Operation<[module: string, record: RecordId, id: AttachmentId], Download | null>
  /** Newest first. */
  readonly list: Operation<[record: RecordId, offset: number, limit: number], AttachmentList>
  /** What the filter of the page lets through. */
  readonly page: Operation<[page: Omit<AttachmentPage, 'organization'>], AttachmentList>
  /** Renames it or moves it. Faults: `not_found` about `attachment` or `record`, `conflict`. */
  readonly change: Operation<[id: AttachmentId, change: AttachmentRename], Attachment>
  readonly photo: Operation<[record: RecordId], Attachment | null>
  /** A document's id is a secret that opens it. Fault: `not_found`. */
  readonly document: Open<(id: string) => Promise<Attachment>>
  /** Fault: `invalid_input` for a link, `internal` when bytes that should be there are not. */
  readonly open: Open<(attachment: Attachment, range?: ByteRange) => Promise<Readable>>
  /** The same; a small file's bytes as they are. */
  readonly content: Open<(attachment: Attachment, range?: ByteRange) => Promise<Readable | Uint8Array>>
  /** A URL of the store for its bytes, valid for a minute; null for a small file or a link. Null itself: downloads go through here. */
  readonly address: Open<(attachment: Attachment, shown: DownloadHeaders) => Promise<string | null>> | null
  /** From the record (null: from the organization itself; `any`: wherever they are). Answers those that were removed. */
  readonly remove: Operation<[record: RecordId | 'any' | null, ids: readonly AttachmentId[]], readonly AttachmentId[]>
}

interface AttachmentRename {
  readonly name?: string
  readonly record?: RecordId | null
}

export function createAttachments(parts: AttachmentParts): Attachments {
  const { catalog, sweep, gate } = parts
  const { operation } = createOperations(gate)
  const content = contentReader(parts)
  return {
    ...openings(parts, content),
    find: operation([], (actor, record, id) => findAttachment({ catalog, gate }, actor, record, id)),
    download: operation(
      (_actor, _module, record, _id) => ['attachments.view', fileTarget(record)],
      ({ organization }, module, record, attachment) => catalog.download({ organization, module, record, attachment }),
    ),
    list: operation(
      (_actor, record, _offset, _limit) => ['attachments.view', fileTarget(record)],
      ({ organization }, record, offset, limit) => catalog.attachments(organization, record, offset, limit),
    ),
    page: operation(
      (_actor, page) => ['attachments.view', mustBeOneRecords(page)],
      ({ organization }, page) => catalog.attachmentPage({ ...page, organization }),
    ),
    change: operation(
      (actor, id, change) => needsOfChange(catalog, actor, id, change),
      async ({ organization, user }, id, change) => {
        mustBeChanged(await catalog.changeAttachment({ ...change, organization, id, by: user, at: parts.now() }))
        const changed = await catalog.attachment(organization, id)
        if (changed === null) throw notFound()
        return changed
      },
    ),
    photo: operation(
      (_actor, record) => ['records.view', { kind: 'record', record }],
      ({ organization }, record) => catalog.photo(organization, record),
    ),
    remove: operation(
      (actor, _record, ids) => needsOfRemoval(catalog, actor, ids),
      async ({ organization }, record, ids) => {
        const removed = await catalog.removeAttachments(organization, record, ids, parts.now())
        if (removed.length > 0) await sweep.collectBatch()
        return removed
      },
    ),
  }
}

type ReadContent = (attachment: Attachment, range?: ByteRange) => Promise<Readable | Uint8Array>

function contentReader({ catalog, blobs }: AttachmentParts): ReadContent {
  return async (attachment, range) => {
    if (attachment.blob === null) throw linkHasNoBytes()
    const small = await catalog.bytes(attachment.blob)
    if (small !== null) return range === undefined ? small : small.subarray(range.start, range.end + 1)
    const stream = await blobs.open(attachment.blob, range)
    if (stream === null) throw bytesAreMissing(attachment)
    return stream
  }
}

/** What needs no actor of its own, because an attachment or a secret was found before. */
function openings(parts: AttachmentParts, content: ReadContent) {
  const { catalog, blobs } = parts
  const { address } = blobs
  return {
    intake: open('attach asks the gate', async <T>(terms: IntakeTerms, take: (intake: Intake) => Promise<T>) => {
      const intake = createIntake(parts, terms)
      try {
        return await take(intake)
      } finally {
        await intake.discard()
      }
    }),
    remember: open('the request itself was let through', (retry: Retry, answer: string) =>
      catalog.rememberAnswer(retry.scope, answer),
    ),
    forgetRetries: open('background work', async () => {
      while (await catalog.forgetRetries(parts.now() - RETRY_MS, RETRIES_BATCH));
    }),
    document: open('whoever knows the secret id may open it', async (id: string) => {
      const attachment = /^[0-9A-Za-z]{20}$/.test(id) ? await catalog.document(id as DocumentId) : null
      if (attachment === null) throw notFound()
      return attachment
    }),
    content: open('the attachment was found for the actor', content),
    open: open('the attachment was found for the actor', async (attachment: Attachment, range?: ByteRange) => {
      const found = await content(attachment, range)
      return found instanceof Uint8Array ? Readable.from([found], { objectMode: false }) : found
    }),
    address:
      address === undefined
        ? null
        : open('the attachment was found for the actor', async ({ blob }: Attachment, shown: DownloadHeaders) =>
            blob === null || (await catalog.bytes(blob)) !== null ? null : address(blob, shown),
          ),
  }
}

/** An attachment that is not there needs nothing: that it is missing is said by the operation itself. */
async function needsOfChange(
  catalog: Pick<Catalog, 'attachment'>,
  { organization }: Actor,
  id: AttachmentId,
  { record }: AttachmentRename,
): Promise<readonly Requirement[]> {
  const found = await catalog.attachment(organization, id)
  if (found === null) return []
  const change: Requirement = ['attachments.change', targetOf(found)]
  return record === undefined ? [change] : [change, ['attachments.create', fileTarget(record, found.role)]]
}

async function needsOfRemoval(
  catalog: Pick<Catalog, 'attachment'>,
  { organization }: Actor,
  ids: readonly AttachmentId[],
): Promise<readonly Requirement[]> {
  const found = await Promise.all(ids.map((id) => catalog.attachment(organization, id)))
  return found.flatMap((one) => (one === null ? [] : [['attachments.delete', targetOf(one)] as const]))
}

/** Of one record or of none; of all records at once only for those whom nothing can be hidden from. */
function mustBeOneRecords({ record }: Pick<AttachmentPage, 'record'>): Target {
  if (record === 'own') return fileTarget(null)
  if (record !== null) return fileTarget(record)
  throw new Fault(
    'forbidden',
    'module',
    'Only an administrator may list the attachments of all records at once; ask for those of one record.',
    { reason: 'profile', details: { action: 'attachments.view' } },
  )
}

function fileTarget(record: RecordId | null, role: AttachmentRole = 'attachment'): Target {
  return { kind: 'file', record, role }
}

function targetOf({ record, role }: Attachment): Target {
  return fileTarget(record, role)
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
  { catalog, gate }: { readonly catalog: Pick<Catalog, 'attachment'>; readonly gate: Gate },
  actor: Actor,
  record: RecordId | null,
  id: AttachmentId,
): Promise<Attachment> {
  const attachment = await catalog.attachment(actor.organization, id)
  if (attachment === null || (record !== null && attachment.record !== record)) throw notFound()
  await gate.authorize(actor, 'attachments.view', targetOf(attachment))
  return attachment
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
