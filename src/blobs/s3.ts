// Blobs as objects of an S3-compatible store: `<prefix><key>`, written once. Asks for nothing but what every such store
// has: no conditional PUT, no DeleteObjects, no chunked signatures, and no meaning in an ETag.
import { Readable } from 'node:stream'
import { DeleteObjectCommand, GetObjectCommand, HeadBucketCommand } from '@aws-sdk/client-s3'
import type { BlobStore, ByteRange } from '../core/ports/contracts.ts'
import type { BlobKey } from '../core/model/model.ts'
import { createClient, REQUEST_MS } from './s3-client.ts'
import { mustBeUsable } from './s3-start.ts'
import { arrivalOf } from './arrival.ts'
import { keyTaken, mustKey } from './key.ts'
import { presigned } from './s3-address.ts'
import { type Bucket, isStatus, sizeOf } from './s3-bucket.ts'
import { reaching } from './s3-reaching.ts'
import { breakingSilence } from './s3-silence.ts'
import { abortUnfinished, listObjects } from './s3-list.ts'
import { upload } from './s3-upload.ts'

export interface S3Options {
  readonly bucket: string
  /** Before every key; empty, or ending in a slash. */
  readonly prefix: string
  /** Null: Amazon's own for the region. */
  readonly endpoint: string | null
  readonly region: string
  /** `http://host/bucket/key` instead of `http://bucket.host/key`. */
  readonly pathStyle: boolean
  /** How long the service may be silent before it counts as away, in milliseconds; 15,000 unless told. */
  readonly silenceMs?: number
  /** Whether downloads may be sent on to the service itself. */
  readonly redirects?: boolean
}

const SILENCE_MS = 15_000

/** The same as `openS3Blobs`, once it has been seen that it can be used. Throws `StoreRefused`, `BlobsUnreachable`. */
export async function openUsableS3Blobs(options: S3Options): Promise<BlobStore> {
  const { silenceMs = SILENCE_MS } = options
  const client = createClient(options, { socketTimeout: silenceMs, requestTimeout: silenceMs })
  try {
    await mustBeUsable({ ...options, client }, options)
  } finally {
    client.destroy()
  }
  return openS3Blobs(options)
}

/** Credentials come from the SDK's own chain: environment, profile files, the machine's role. */
export function openS3Blobs({
  bucket,
  prefix,
  silenceMs = SILENCE_MS,
  redirects = false,
  ...service
}: S3Options): BlobStore {
  const client = createClient(service, { socketTimeout: silenceMs, requestTimeout: Math.max(REQUEST_MS, silenceMs) })
  // Whoever reads slowly is no silence of the service's, and takes no connection from those who write.
  const reading = createClient(service, { socketTimeout: 0, requestTimeout: silenceMs })
  const at: Bucket = { client, bucket, prefix }
  // Of another process's keys their randomness keeps us apart.
  const coming = new Set<BlobKey>()
  return {
    async put(key, bytes, signal) {
      const name = prefix + mustKey(key)
      signal.throwIfAborted()
      if (coming.has(key)) throw keyTaken(key)
      coming.add(key)
      try {
        if ((await sizeOf(at, name)) !== null) throw keyTaken(key)
        await upload(at, name, arrivalOf(bytes, signal), signal)
      } finally {
        coming.delete(key)
      }
    },
    async open(key, range) {
      const body = await openObject({ ...at, client: reading }, mustKey(key), range)
      return body && breakingSilence(body, silenceMs)
    },
    ...(redirects && {
      address: (key, shown) => reaching(() => presigned(reading, { bucket, name: prefix + mustKey(key) }, shown)),
    }),
    async check() {
      await client.send(new HeadBucketCommand({ Bucket: bucket }))
    },
    async remove(key) {
      const object = { Bucket: bucket, Key: prefix + mustKey(key) }
      await client.send(new DeleteObjectCommand(object))
    },
    abandon: (before) => abortUnfinished(at, before),
    list: (after) => listObjects(at, after === undefined ? null : mustKey(after)),
    async close() {
      client.destroy()
      reading.destroy()
    },
  }
}

async function openObject(
  { client, bucket, prefix }: Bucket,
  key: BlobKey,
  range?: ByteRange,
): Promise<Readable | null> {
  if (range && !(range.start >= 0 && range.end >= range.start))
    throw new RangeError('A range that ends before it begins')
  const part = range && { Range: `bytes=${String(range.start)}-${String(range.end)}` }
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + key, ...part }))
    if (!(Body instanceof Readable)) throw new Error('The object store answered without a stream')
    return Body
  } catch (error) {
    if (isStatus(error, 404)) return null
    // What begins past the end reads nothing.
    if (isStatus(error, 416)) return Readable.from([], { objectMode: false })
    throw error
  }
}
