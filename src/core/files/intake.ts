/** What one request brings is taken in file by file, and attached by one call, or removed again. */
import { hash } from 'node:crypto'
import type { Actor } from '../access/access.ts'
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
  /** The name of the part it came in. */
  readonly part: string
  readonly encoding: string
  /** The checksum that its sender announced, as written; null when none was. */
  readonly digest: string | null
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

/** For whom, and under what terms, an intake works. */
export interface IntakeTerms {
  readonly actor: Actor
  /** Aborted: nothing is attached any more. */
  readonly signal: AbortSignal
  /** Null: not asked for. */
  readonly retry: Retry | null
  /** Gets the hash of every file whose announced checksum was found right. */
  readonly receipts: Sha256[]
  /** Gets how far it came; not asked for where nobody counts. */
  readonly progress?: Progress
}

/** How far an intake came. Times are `performance.now()`, 0 where it did not come to that. */
export interface Progress {
  /** Everything had been received, and the commit was asked for. */
  receivedAt: number
  committedAt: number
  /** What was attached: files and links, and the files' bytes. */
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

/** `discard` removes the bytes of whatever was received and not attached. */
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
      mustBeShort(file)
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
          if (mayStillBeKept(error)) loose.clear()
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
      if (items.some((item) => item.role === 'photo')) await sweep.tidy()
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
 * A commit that was written and could not be flushed is refused, and found after a crash all the same: its bytes must be
 * there then. The sweep may remove them, for it begins with a commit of its own. One that found no room was never written.
 */
function mayStillBeKept(error: unknown): boolean {
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
    // The parser drops line breaks without a word, but what is kept and shown is the text as it came.
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
