import type { Readable } from 'node:stream'
import type { BlobKey } from '../model/model.ts'

/** Inclusive, in bytes, as HTTP counts them. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What whoever looks after stored bytes needs of a store. */
export type StoredBlobs = Pick<BlobStore, 'open' | 'remove' | 'list' | 'abandon'>

/** What a browser is told of a file: its media type, and `Content-Disposition`. */
export interface ShownAs {
  readonly type: string
  readonly disposition: string
}

/** Where bytes lie. Keys are written once. Real errors (a full disk, a lost mount) rise with their cause. */
export interface BlobStore {
  /** Resolves once the bytes would survive a power cut; a rejected put leaves nothing readable and no temporary file. */
  put(key: BlobKey, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  /** Null when there is no such blob. The stream closes its handle however it ends. */
  open(key: BlobKey, range?: ByteRange): Promise<Readable | null>
  /** A URL under which anybody may read these bytes for a moment; left out by stores that have none to give. */
  readonly address?: (key: BlobKey, shown: ShownAs) => Promise<string>
  /** Rejects when no bytes could be put just now. */
  check(): Promise<void>
  /** Removing what is already gone is no error. */
  remove(key: BlobKey): Promise<void>
  /** Every whole blob, in order of key, from after a key on. */
  list(after?: BlobKey): AsyncIterable<{ key: BlobKey; size: number; modified: Date }>
  /** Gives up what was begun before `before` (milliseconds) and never finished, because its process died; answers how many. */
  abandon(before: number): Promise<number>
  close(): Promise<void>
}

/** What bytes are, judged by their beginning (4,100 bytes or all there are); null when nothing is known about them. */
export type Sniff = (head: Uint8Array) => Promise<string | null>

/** Passwords, hashed slowly and off the event loop. */
export interface Passwords {
  readonly hash: (password: string) => Promise<string>
  /** Null, for a user that does not exist, takes as long as any other hash, and nothing is its password. */
  readonly verify: (hash: string | null, password: string) => Promise<boolean>
}

/** Whoever counts what sweeps do: adds up and returns. */
export interface SweepMetrics {
  /** A run ended, in order or not. */
  ran(isInOrder: boolean): void
  /** Bytes were removed from the store, under so many keys. */
  removed(keys: number, bytes: number): void
}

/** Structured logging; the fields never hold a secret, and no customer's file name above `debug`. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
