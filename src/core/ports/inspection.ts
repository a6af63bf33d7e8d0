/** What a catalog tells those who look after it: its rows about bytes, page by page, and what does not fit together. */
import type { AttachmentId, BlobKey, OrganizationId, Sha256 } from '../model/model.ts'

export interface BlobRow {
  readonly key: BlobKey
  /** Null, as is the hash, for bytes that never were anybody's. */
  readonly organization: OrganizationId | null
  readonly hash: Sha256 | null
  readonly size: number
  readonly holders: number
  readonly place: 'store' | 'catalog'
  /** Not null: nobody's any more, the bytes are to be deleted. */
  readonly claimedAt: number | null
}

/** An attachment and what it says of its bytes. */
export interface Holder {
  readonly organization: OrganizationId
  readonly attachment: AttachmentId
  readonly key: BlobKey
  readonly hash: Sha256
  readonly size: number
}

/** `blob` is what its row says; null: there is no such row. */
export interface Misled extends Holder {
  readonly blob: Pick<BlobRow, 'organization' | 'hash' | 'size' | 'claimedAt'> | null
}

/** `length` of the bytes that are there; null: none are. */
export interface Odd {
  readonly key: BlobKey
  readonly length: number | null
}

/**
 * Each answer is what the catalog held at one moment, also beside a running server. Pages are in order of key, from after
 * one on (null: from the first), at most `limit` long. What does not fit together is found by passing over the whole table
 * once per page: none or few are expected.
 */
export interface Inspection {
  blobs(after: BlobKey | null, limit: number): Promise<readonly BlobRow[]>
  blob(key: BlobKey): Promise<BlobRow | null>
  /** A small file's bytes; null when they are not kept here. */
  bytes(key: BlobKey): Promise<Uint8Array | null>
  /** How many blobs are held, and how many bytes they have together. */
  extent(): Promise<{ readonly blobs: number; readonly bytes: number }>
  /** Blobs whose count of holders is not the number of attachments that hold them, or that none holds; claimed ones left out. */
  miscounted(after: BlobKey | null, limit: number): Promise<readonly (BlobRow & { readonly attachments: number })[]>
  /** Attachments whose blob has no row, is claimed, or differs from them in organization, hash or size; in order of attachment. */
  misled(after: Pick<Holder, 'organization' | 'attachment'> | null, limit: number): Promise<readonly Misled[]>
  /** Small files whose bytes are not in the catalog, or not as long as their row says. */
  odd(after: BlobKey | null, limit: number): Promise<readonly (BlobRow & Odd)[]>
  /** Bytes in the catalog without a row. */
  stray(after: BlobKey | null, limit: number): Promise<readonly (Odd & { readonly length: number })[]>
  /** Who holds these, at most HOLDERS_AT_ONCE keys; at most 1,000 are named. */
  holders(keys: readonly BlobKey[]): Promise<readonly Holder[]>
  /** Whether a copy is being made, for which claimed bytes are kept. */
  isLeased(at: number): Promise<boolean>
  /** What the engine finds wrong with its own file; `thorough` reads all of it. Empty: nothing. */
  damage(thorough: boolean): Promise<readonly string[]>
  close(): Promise<void>
}

export const HOLDERS_AT_ONCE = 64
