/** Who is to blame when a request to the object store fails: what was asked, or the way there. */
import { S3ServiceException } from '@aws-sdk/client-s3'

/** The store cannot be reached, or says that it cannot just now. */
export class BlobsUnreachable extends Error {
  override readonly name = 'BlobsUnreachable'
  readonly code = 'BLOBS_UNREACHABLE'

  constructor(cause: unknown) {
    super('The object store cannot be reached just now.', { cause })
  }
}

const NETWORK =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|TimeoutError|RequestTimeout|SlowDown|ServiceUnavailable)$/

/** Runs what is asked of the store; what is the network's trouble, or the service's own, rises as `BlobsUnreachable`. */
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
