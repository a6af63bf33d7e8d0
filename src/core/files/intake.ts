/** Receives the files of one request one by one, then attaches them in one commit or removes them. */
import { hash } from 'node:crypto'
import type { Actor } from '../access/actor.ts'
import type { Attached, Catalog, NewAttachment } from '../ports/catalog.ts'
import { mustMatch, sha256In } from './checksum.ts'
import type { BlobStore, Log } from '../ports/contracts.ts'
import { Fault } from '../model/fault.ts'
import { newDocumentId } from '../model/ids.ts'
import type { Attachment, AttachmentId, AttachmentRole, FieldId, RecordId, Sha256 } from '../model/model.ts'
import type { Gate } from '../access/authorize.ts'
import type { FileClaim, Policy } from './policy.ts'
import { receive, type Loose } from './receive.ts'
import { contentOf, type Retry } from './idempotency.ts'
import type { Sweep } from './sweep.ts'

export interface IncomingFile extends FileClaim {
  /** The name of its multipart part. */
  readonly part: string
  readonly encoding: string
  /** The checksum that the client announced, as written; null if none. */
  readonly digest: string | null
  readonly bytes: AsyncIterable<Uint8Array>
}

/** Role, field and visibility of an attachment on its record. */
export interface Placement {
  readonly role?: AttachmentRole
  readonly field?: FieldId
  /** The client's file id: the file becomes an entry of `field`. */
  readonly fieldKey?: string
  /** Assigns a document id, which opens it without a token. */
  readonly published?: boolean
}

/** The files and links of one request: one call of `attach` attaches all of them, or none is kept. */
export interface Intake {
  /** Number of files and links received so far. */
  readonly count: number
  /** Receives one file. Throws a Fault if it is rejected. */
  file(file: IncomingFile, policy: Policy, placement?: Placement): Promise<void>
  /** A link is stored and never fetched. Fault: `invalid_input` about `link` if it is no absolute http(s) URL. */
  link(url: string, placement?: Placement): void
  /** Attaches to a record, or (null) to the organization itself; returns the attachments in the order received. */
  attach(record: RecordId | null): Promise<readonly Attachment[]>
}

/** The context of an intake. */
export interface IntakeTerms {
  readonly actor: Actor
  /** Once aborted, nothing is attached. */
  readonly signal: AbortSignal
  /** Null: the request has no idempotency key. */
  readonly retry: Retry | null
  /** Receives the hash of each file whose announced checksum matched. */
  readonly receipts: Sha256[]
  /** Receives the progress; left out if no metrics are kept. */
  readonly progress?: Progress
}

/** Progress of an intake. Times are `performance.now()`, 0 if not reached. */
export interface Progress {
  /** All files had been received and the commit was requested. */
  receivedAt: number
  committedAt: number
  /** Number of attached files and links, and total size of the files. */
  attached: number
  bytes: number
}

export interface AttachmentParts {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  readonly gate: Gate
  readonly sweep: Sweep
  readonly log: Log
  readonly newId: () => string
  readonly now: () => number
}

/** `discard` removes the bytes of files that were received and not attached. */
export function createIntake(parts: AttachmentParts, terms: IntakeTerms): Intake & { discard(): Promise<void> } {
  const { catalog, blobs, gate, sweep, log, newId, now } = parts
  const { actor, signal, retry, receipts, progress } = terms
  const items: NewAttachment[] = []
  const content: [string, string, Sha256][] = []
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
      mustHaveShortName(file)
      const expected = file.digest === null ? null : sha256In(file.digest, 'part', `The checksum of ${file.label}`)
      const received = await receive(blobs, file.bytes, file, policy, signal)
      if (received.bytes === null) loose.add(received)
      if (expected !== null) {
        mustMatch(expected, received.hash, 'part', file.label)
        receipts.push(received.hash)
      }
      content.push([file.part, file.name, received.hash])
      add(file.name, file, { kind: 'file', ...received }, placement)
    },
    link(url, placement = {}) {
      mustBeLink(url)
      const digest = hash('sha256', url, 'hex') as Sha256
      content.push(['', url, digest])
      add(url, { claimedType: null, encoding: '7bit' }, { kind: 'link', url, hash: digest }, placement)
    },
    async attach(record) {
      const role = items.every((item) => item.role === 'photo') ? 'photo' : 'attachment'
      await gate.authorize(actor, 'attachments.create', { kind: 'file', record, role })
      // A client that went away has not been answered, so nothing is acknowledged by stopping here.
      signal.throwIfAborted()
      if (progress !== undefined) progress.receivedAt = performance.now()
      const outcome = await catalog
        .attach({
          organization: actor.organization,
          record,
          by: actor.user,
          at: now(),
          items,
          retry: retry === null ? null : { scope: retry.scope, content: contentOf(content) },
        })
        .catch((error: unknown) => {
          if (mayBeCommitted(error)) loose.clear()
          throw error
        })
      if (progress !== undefined) progress.committedAt = performance.now()
      if (outcome.outcome === 'repeated') {
        if (retry !== null) Object.assign(retry, { outcome: 'repeated', answer: outcome.answer })
        return outcome.attachments
      }
      const { attachments, unused } = mustBeAttached(outcome)
      if (progress !== undefined) count(attachments, progress)
      if (retry !== null) retry.outcome = 'attached'
      loose.clear()
      await removeBytes(unused)
      if (items.some((item) => item.role === 'photo')) await sweep.collectBatch()
      return attachments
    },
    discard: () => removeBytes([...loose].map(({ key }) => key)),
  }
}

function count(attachments: readonly Attachment[], progress: Progress): void {
  progress.attached += attachments.length
  for (const { size } of attachments) progress.bytes += size
}

/**
 * A commit that was written but could not be flushed is rejected, yet may be present after a crash: its bytes must be kept.
 * The sweep may remove them later, because it begins with its own commit. A commit that failed for lack of space was never
 * written.
 */
function mayBeCommitted(error: unknown): boolean {
  const isUncertain = error instanceof Error && 'code' in error && error.code === 'CATALOG_UNCERTAIN'
  return isUncertain || Fault.from(error).code === 'internal'
}

function mustBeAttached(
  outcome: Exclude<Attached, { outcome: 'repeated' }>,
): Extract<Attached, { outcome: 'attached' }> {
  switch (outcome.outcome) {
    case 'attached':
      return outcome
    case 'no_record':
      throw new Fault('not_found', 'record', 'The record is not there: it was never made, or removed meanwhile.')
    case 'no_field':
      throw new Fault('not_found', 'field', 'The custom field was removed meanwhile.')
    case 'duplicate_link':
      throw new Fault('conflict', 'link', `The link ${outcome.url.slice(0, 200)} is already attached to this record.`)
    case 'other_content':
      throw new Fault(
        'conflict',
        'request',
        'This Idempotency-Key was used before, here, for other content. Use a new key for a new upload, and the old one only to repeat the old.',
        { reason: 'idempotency' },
      )
    case 'claimed':
      throw new Fault('unavailable', 'file', 'The upload took longer than unattached bytes are kept; send it again.')
  }
}

/** File systems limit names to 255 characters, so longer ones could not be saved after a download. */
function mustHaveShortName(file: FileClaim): void {
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
    // The URL parser silently drops line breaks, but the text is stored and shown as received.
    !/[\0-\x1f\x7f]/.test(url) &&
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
