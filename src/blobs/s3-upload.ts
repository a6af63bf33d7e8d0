/** One object from a stream: a single PUT when it is small, else in parts, of which two are in memory at most. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { background } from './background.ts'
import { type Bucket, isStatus, sizeOf } from './s3-bucket.ts'
import { BlobsUnreachable } from './s3-reaching.ts'

/** 10,000 parts are the most; 5 MiB the least a part may have. */
const PART_BYTES = 8 * 1_048_576

export async function upload(
  at: Bucket,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const parts = partsOf(bytes)
  const first = await parts.next()
  const begin = first.value ?? Buffer.alloc(0)
  if (begin.byteLength < PART_BYTES) {
    signal.throwIfAborted()
    await putWhole(at, name, begin)
    return
  }
  await uploadParts(at, name, begin, parts, signal)
}

/** Not to be aborted: a store may have kept what it did not answer for. */
async function putWhole({ client, bucket }: Bucket, name: string, bytes: Buffer): Promise<void> {
  const object = { Bucket: bucket, Key: name }
  try {
    const put = new PutObjectCommand({ ...object, Body: bytes, ContentLength: bytes.byteLength })
    await client.send(put)
  } catch (error) {
    await unlessAway(error, () => client.send(new DeleteObjectCommand(object)))
    throw error
  }
}

async function uploadParts(
  { client, bucket, prefix }: Bucket,
  name: string,
  first: Buffer,
  rest: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  const object = { Bucket: bucket, Key: name }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object))
  const done: { ETag: string | undefined; PartNumber: number }[] = []
  let size = 0
  const send = async (body: Buffer) => {
    const PartNumber = done.length + 1
    size += body.byteLength
    const part = { ...object, UploadId, PartNumber, Body: body, ContentLength: body.byteLength }
    const { ETag } = await client.send(new UploadPartCommand(part), { abortSignal: signal })
    done.push({ ETag, PartNumber })
  }
  let sending = background(send(first))
  try {
    for await (const body of rest) {
      await sending
      sending = background(send(body))
    }
    await sending
    signal.throwIfAborted()
    const complete = new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts: done } })
    // The SDK asks again when no answer came, of a store that may have kept it and forgotten the upload: the object tells.
    await client.send(complete).catch((error: unknown) => {
      if (!isStatus(error, 404)) throw error
    })
    const kept = await sizeOf({ client, bucket, prefix }, name)
    if (kept !== size) throw new Error(`The object store kept ${String(kept)} of ${String(size)} bytes`)
  } catch (error) {
    await sending.catch(() => undefined)
    await unlessAway(error, () => client.send(new AbortMultipartUploadCommand({ ...object, UploadId })))
    throw error
  }
}

/** What cannot be taken back now, the sweep takes back; nobody waits twice for a service that is away. */
async function unlessAway(error: unknown, takeBack: () => Promise<unknown>): Promise<void> {
  const done = takeBack().catch(() => undefined)
  if (!(error instanceof BlobsUnreachable)) await done
}

/** Pieces of exactly the size of a part, but for the last. */
async function* partsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, undefined> {
  let chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    let left = chunk
    while (size + left.byteLength >= PART_BYTES) {
      const fits = PART_BYTES - size
      yield Buffer.concat([...chunks, left.subarray(0, fits)])
      left = left.subarray(fits)
      chunks = []
      size = 0
    }
    if (left.byteLength > 0) chunks.push(left)
    size += left.byteLength
  }
  if (size > 0) yield Buffer.concat(chunks)
  return undefined
}
