import type { Readable } from 'node:stream'
import type { BlobKey } from '../model/model.ts'

/** Inclusive byte offsets, as in HTTP's Range. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** The operations that sweep and integrity checks need of a blob store. */
export type StoredBlobs = Pick<BlobStore, 'open' | 'remove' | 'list' | 'abandon'>

/** Response headers of a downloaded file: its media type (`Content-Type`), and `Content-Disposition`. */
export interface DownloadHeaders {
  readonly type: string
  readonly disposition: string
}

/** The store of blobs. Each key is written once. Real errors (a full disk, a lost mount) reject with their cause. */
export interface BlobStore {
  /** Resolves once the bytes would survive a power cut; a rejected put leaves nothing readable and no temporary file. */
  put(key: BlobKey, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  /** Returns null if there is no such blob. The stream closes its handle however it ends. */
  open(key: BlobKey, range?: ByteRange): Promise<Readable | null>
  /** A short-lived URL that permits reading these bytes without credentials; left out by stores without such URLs. */
  readonly address?: (key: BlobKey, shown: DownloadHeaders) => Promise<string>
  /** Rejects if the store cannot accept bytes at the moment. */
  check(): Promise<void>
  /** Removing a missing blob is no error. */
  remove(key: BlobKey): Promise<void>
  /** All complete blobs in order of key, after a key (left out: from the first). */
  list(after?: BlobKey): AsyncIterable<{ key: BlobKey; size: number; modified: Date }>
  /** Removes unfinished writes begun before `before` (milliseconds), whose process died; returns their number. */
  abandon(before: number): Promise<number>
  close(): Promise<void>
}

/** The media type of bytes, detected from their first 4,100 bytes (or all, if fewer); null if unknown. */
export type Sniff = (head: Uint8Array) => Promise<string | null>

/** Slow password hashing, off the event loop. */
export interface Passwords {
  readonly hash: (password: string) => Promise<string>
  /** A null hash, for a user that does not exist, takes as long as any other and always returns false. */
  readonly verify: (hash: string | null, password: string) => Promise<boolean>
}

/** Metrics of sweeps; both methods return at once. */
export interface SweepMetrics {
  /** A run ended, with or without success. */
  ran(isInOrder: boolean): void
  /** Bytes were removed from the store; `keys` is the number of blobs. */
  removed(keys: number, bytes: number): void
}

/** Structured logging; the fields never hold a secret, and no customer's file name above level `debug`. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
