import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Actor } from './access.ts'
import type { Attached, Catalog, NewAttachment } from './catalog.ts'
import type { BlobStore, ByteRange, Log } from './contracts.ts'
import { Fault } from './fault.ts'
import { newDocumentId } from './ids.ts'
import type { Attachment, AttachmentId, AttachmentRole, DocumentId, FieldId, RecordId, Sha256 } from './model.ts'
import type { FileClaim, Policy } from './policy.ts'
import { receive, type Loose } from './receive.ts'
import type { Sweep } from './sweep.ts'

export interface IncomingFile extends FileClaim {
  readonly encoding: string
  readonly bytes: AsyncIterable<Uint8Array>
}

/** Where an attachment goes, besides its record. */
export interface Placement {
  readonly role?: AttachmentRole
  readonly field?: FieldId
  /** The client's file id: the file becomes an entry of `field`. */
  readonly fieldKey?: string
  /** Gives it a document id, under which it opens without a token. */
  readonly published?: boolean
}

/** What one request brings. All of it is attached by one call of `attach`, or nothing of it is kept. */
export interface Intake {
  /** How many files and links have come so far. */
  readonly count: number
  /** Takes a file in; a Fault refuses it. */
  file(file: IncomingFile, policy: Policy, placement?: Placement): Promise<void>
  /** A link is stored and never fetched. Fault: `invalid_input` about `link` when it is no absolute http(s) URL. */
  link(url: string, placement?: Placement): void
  /** To a record, or (null) to the organization itself; in the order they came. */
  attach(record: RecordId | null): Promise<readonly Attachment[]>
}

export interface Attachments {
  /** Runs `take` with an intake; when it throws, whatever had been received is removed. */
  intake<T>(actor: Actor, signal: AbortSignal, take: (intake: Intake) => Promise<T>): Promise<T>
  /** Null `record`: whatever it belongs to. Fault: `not_found`. */
  find(actor: Actor, record: RecordId | null, id: AttachmentId): Promise<Attachment>
  /** Newest first. */
  list(
    actor: Actor,
    record: RecordId,
    offset: number,
    limit: number,
  ): Promise<{ readonly attachments: readonly Attachment[]; readonly more: boolean }>
  photo(actor: Actor, record: RecordId): Promise<Attachment | null>
  /** Whoever knows a document's id may open it. Fault: `not_found`. */
  document(id: string): Promise<Attachment>
  /** Fault: `invalid_input` for a link, `internal` when bytes that should be there are not. */
  open(attachment: Attachment, range?: ByteRange): Promise<Readable>
  /** Answers those that were there and are gone now. */
  remove(actor: Actor, record: RecordId | null, ids: readonly AttachmentId[]): Promise<readonly AttachmentId[]>
}

export interface AttachmentParts {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  readonly sweep: Sweep
  readonly log: Log
  readonly newId: () => string
  readonly now: () => number
}

export function createAttachments(parts: AttachmentParts): Attachments {
  const { catalog, blobs, sweep } = parts
  return {
    async intake(actor, signal, take) {
      const intake = createIntake(parts, actor, signal)
      try {
        return await take(intake)
      } finally {
        await intake.discard()
      }
    },
    async find(actor, record, id) {
      const attachment = await catalog.attachment(actor.organization, id)
      if (attachment === null || (record !== null && attachment.record !== record)) throw notFound()
      return attachment
    },
    list: (actor, record, offset, limit) => catalog.attachments(actor.organization, record, offset, limit),
    photo: (actor, record) => catalog.photo(actor.organization, record),
    async document(id) {
      const attachment = /^[0-9A-Za-z]{20}$/.test(id) ? await catalog.document(id as DocumentId) : null
      if (attachment === null) throw notFound()
      return attachment
    },
    async open(attachment, range) {
      if (attachment.blob === null)
        throw new Fault(
          'invalid_input',
          'attachment',
          'This attachment is a link to another site; it has no bytes to download.',
          { reason: 'link' },
        )
      const small = await catalog.bytes(attachment.blob)
      if (small !== null)
        return Readable.from([range === undefined ? small : small.subarray(range.start, range.end + 1)], {
          objectMode: false,
        })
      const stream = await blobs.open(attachment.blob, range)
      if (stream === null)
        throw new Fault(
          'internal',
          'attachment',
          'The bytes of this attachment are missing from the store; its operator should look at the log.',
          { cause: new Error(`blob ${attachment.blob} of attachment ${attachment.id} is missing`) },
        )
      return stream
    },
    async remove(actor, record, ids) {
      const removed = await catalog.removeAttachments(actor.organization, record, ids, parts.now())
      if (removed.length > 0) await sweep.collect()
      return removed
    },
  }
}

function createIntake(
  parts: AttachmentParts,
  actor: Actor,
  signal: AbortSignal,
): Intake & { discard(): Promise<void> } {
  const { catalog, blobs, sweep, log, newId, now } = parts
  const items: NewAttachment[] = []
  const loose = new Set<Loose>()
  const add = (
    name: string,
    claim: { claimedType: string | null; encoding: string },
    source: NewAttachment['source'],
    placement: Placement,
  ) => {
    items.push({
      id: newId() as AttachmentId,
      role: placement.role ?? 'attachment',
      name,
      claimedType: claim.claimedType,
      encoding: claim.encoding,
      source,
      field: placement.field ?? null,
      fieldKey: placement.fieldKey ?? null,
      document: placement.published === true ? newDocumentId() : null,
    })
  }
  const removeBytes = async (keys: Iterable<Loose['key']>) => {
    for (const key of keys) {
      await blobs
        .remove(key)
        .catch((error: unknown) =>
          log.warn({ err: error }, 'bytes that nobody needs could not be removed; the sweep will'),
        )
    }
  }
  return {
    get count() {
      return items.length
    },
    async file(file, policy, placement = {}) {
      mustBeShort(file)
      const received = await receive(blobs, file.bytes, file, policy, signal)
      if (received.bytes === null) loose.add(received)
      add(file.name, file, { kind: 'file', ...received }, placement)
    },
    link(url, placement = {}) {
      mustBeLink(url)
      add(
        url,
        { claimedType: null, encoding: '7bit' },
        { kind: 'link', url, hash: hash('sha256', url, 'hex') as Sha256 },
        placement,
      )
    },
    async attach(record) {
      // A client that went away has not been answered, so nothing is acknowledged by stopping here.
      signal.throwIfAborted()
      const outcome = await catalog.attach({
        organization: actor.organization,
        record,
        by: actor.user,
        at: now(),
        items,
      })
      const { attachments, unused } = mustBeAttached(outcome)
      loose.clear()
      await removeBytes(unused)
      if (items.some((item) => item.role === 'photo')) await sweep.collect()
      return attachments
    },
    discard: () => removeBytes([...loose].map(({ key }) => key)),
  }
}

function mustBeAttached(outcome: Attached): Extract<Attached, { outcome: 'attached' }> {
  switch (outcome.outcome) {
    case 'attached':
      return outcome
    case 'no_record':
      throw new Fault('not_found', 'record', 'The record is not there: it was never made, or removed meanwhile.')
    case 'no_field':
      throw new Fault('not_found', 'field', 'The custom field was removed meanwhile.')
    case 'duplicate_link':
      throw new Fault('conflict', 'link', `The link ${outcome.url.slice(0, 200)} is already attached to this record.`)
    case 'claimed':
      throw new Fault('unavailable', 'file', 'The upload took longer than unattached bytes are kept; send it again.')
  }
}

/** No file system that the file may come from or go to has longer names. */
function mustBeShort(file: FileClaim): void {
  if (file.name.length <= 255) return
  throw new Fault(
    'invalid_input',
    'part',
    `${file.label} has a file name of ${String(file.name.length)} characters; at most 255 are kept. Send it under a shorter name.`,
    { reason: 'name' },
  )
}

/** Contract: at most 3,000 characters, absolute, http or https. */
function mustBeLink(url: string): void {
  const parsed = URL.parse(url)
  if (
    url.length <= 3_000 &&
    parsed !== null &&
    (parsed.protocol === 'http:' || parsed.protocol === 'https:') &&
    /^https?:\/\/[^/]/i.test(url)
  )
    return
  throw new Fault(
    'invalid_input',
    'link',
    `"${url.slice(0, 60)}" is not an absolute http or https URL of at most 3,000 characters, such as https://example.com/page.`,
  )
}

function notFound(): Fault {
  return new Fault('not_found', 'attachment', 'There is no such attachment here: it was never made, or it was removed.')
}
