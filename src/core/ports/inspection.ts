/** Paged reads for integrity checks: a catalog's blob rows, and inconsistent rows. */
import type { AttachmentId, BlobKey, OrganizationId, Sha256 } from '../model/model.ts'

export interface BlobRow {
  readonly key: BlobKey
  /** Null, as is the hash, for bytes that were never attached. */
  readonly organization: OrganizationId | null
  readonly hash: Sha256 | null
  readonly size: number
  readonly holders: number
  readonly place: 'store' | 'catalog'
  /** Not null: claimed at this time; the bytes are to be removed. */
  readonly claimedAt: number | null
}

/** An attachment and its copy of the blob's hash and size. */
export interface Holder {
  readonly organization: OrganizationId
  readonly attachment: AttachmentId
  readonly key: BlobKey
  readonly hash: Sha256
  readonly size: number
}

/** An attachment that does not match its blob's row; `blob` is null if there is no such row. */
export interface MismatchedHolder extends Holder {
  readonly blob: Pick<BlobRow, 'organization' | 'hash' | 'size' | 'claimedAt'> | null
}

/** `length` of the bytes in the catalog; null: there are none. */
interface StoredLength {
  readonly key: BlobKey
  readonly length: number | null
}

/**
 * Each result is a consistent snapshot, also while a server runs. Pages are in order of key, after a given key (null: from
 * the first), with at most `limit` items. Each page of inconsistent rows scans the whole table: none or few are expected.
 */
export interface Inspection {
  blobs(after: BlobKey | null, limit: number): Promise<readonly BlobRow[]>
  blob(key: BlobKey): Promise<BlobRow | null>
  /** A small file's bytes; null if they are not stored in the catalog. */
  bytes(key: BlobKey): Promise<Uint8Array | null>
  /** Number and total size of the blobs that attachments hold. */
  extent(): Promise<{ readonly blobs: number; readonly bytes: number }>
  /** Unclaimed blobs whose stored count of holders is wrong, or that no attachment holds. */
  miscounted(after: BlobKey | null, limit: number): Promise<readonly (BlobRow & { readonly attachments: number })[]>
  /** Attachments whose blob has no row, is claimed, or differs from them in organization, hash or size; in order of attachment. */
  misled(after: Pick<Holder, 'organization' | 'attachment'> | null, limit: number): Promise<readonly MismatchedHolder[]>
  /** Small files whose bytes are missing from the catalog, or whose length differs from their row's size. */
  odd(after: BlobKey | null, limit: number): Promise<readonly (BlobRow & StoredLength)[]>
  /** Bytes in the catalog without a row. */
  stray(after: BlobKey | null, limit: number): Promise<readonly (StoredLength & { readonly length: number })[]>
  /** The holders of at most HOLDERS_AT_ONCE keys; at most 1,000 are returned. */
  holders(keys: readonly BlobKey[]): Promise<readonly Holder[]>
  /** Whether a lease is valid at `at`: a copy is being made, for which claimed bytes are kept. */
  isLeased(at: number): Promise<boolean>
  /** Damage that the engine finds in its own file; `thorough` reads all of it. Empty: none. */
  damage(thorough: boolean): Promise<readonly string[]>
  close(): Promise<void>
}

export const HOLDERS_AT_ONCE = 64
