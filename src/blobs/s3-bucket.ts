import { HeadObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3'

export interface Bucket {
  readonly client: S3Client
  readonly bucket: string
  readonly prefix: string
}

/** In bytes; null when there is no such object. */
export async function sizeOf({ client, bucket }: Bucket, name: string): Promise<number | null> {
  try {
    return (await client.send(new HeadObjectCommand({ Bucket: bucket, Key: name }))).ContentLength ?? 0
  } catch (error) {
    if (isStatus(error, 404)) return null
    throw error
  }
}

/** The store cannot be reached, or says that it cannot just now. */
export class BlobsUnreachable extends Error {
  override readonly name = 'BlobsUnreachable'
  readonly code = 'BLOBS_UNREACHABLE'

  constructor(cause: unknown) {
    super('The object store cannot be reached just now.', { cause })
  }
}

const NETWORK =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|TimeoutError|SlowDown|ServiceUnavailable)$/

/** Runs what is asked of the store; what is the network's trouble rises as `BlobsUnreachable`. */
export async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const isAway = error instanceof Error && (NETWORK.test(error.name) || NETWORK.test(code))
    throw isAway || status >= 500 || status === 429 ? new BlobsUnreachable(error) : error
  }
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status
}
