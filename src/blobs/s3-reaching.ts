/** Who is to blame when a request to the object store fails: what was asked, the way there, or the store. */
import { S3ServiceException } from '@aws-sdk/client-s3'

/** The store cannot be reached, or says that it cannot just now. */
export class BlobsUnreachable extends Error {
  override readonly name = 'BlobsUnreachable'
  readonly code = 'BLOBS_UNREACHABLE'

  constructor(cause: unknown) {
    super('The object store cannot be reached just now.', { cause })
  }
}

/** The store has no room for more, or lets nobody have more of it. */
class BlobsFull extends Error {
  override readonly name = 'BlobsFull'
  readonly code = 'BLOBS_FULL'

  constructor(cause: unknown) {
    super('The object store has no room just now.', { cause })
  }
}

const NETWORK =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|TimeoutError|RequestTimeout|SlowDown|ServiceUnavailable)$/

/** Runs what is asked of the store; what fails for another reason than that rises as `BlobsUnreachable` or `BlobsFull`. */
export async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw told(error)
  }
}

function told(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0
  if (status === 507 || error.name === 'QuotaExceeded') return new BlobsFull(error)
  const code = 'code' in error ? String(error.code) : ''
  const isAway = status >= 500 || status === 429 || NETWORK.test(error.name) || NETWORK.test(code)
  return isAway ? new BlobsUnreachable(error) : error
}
