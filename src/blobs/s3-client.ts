import { S3Client } from '@aws-sdk/client-s3'
import { reaching } from './s3-reaching.ts'

/** What one request may take altogether: a part of an upload on a slow line. */
export const REQUEST_MS = 60_000
const CONNECT_MS = 5_000
/** Connections at once; the SDK's own 50 would let uploads wait for each other. */
const SOCKETS = 256

interface Service {
  /** Null: Amazon's own for the region. */
  readonly endpoint: string | null
  readonly region: string
  /** `http://host/bucket/key` instead of `http://bucket.host/key`. */
  readonly pathStyle: boolean
}

/** In milliseconds; 0: any time. */
type Patience = { readonly socketTimeout: number; readonly requestTimeout: number }

/** What fails for the network or the service itself rises as `BlobsUnreachable` or `BlobsFull`, after the SDK's own tries. */
export function createClient({ endpoint, region, pathStyle }: Service, patience: Patience): S3Client {
  const sockets = { keepAlive: true, maxSockets: SOCKETS }
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    ...(endpoint !== null && { endpoint }),
    // Older stores refuse the checksums that the SDK would add; the signature covers the bytes all the same.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    requestHandler: {
      ...patience,
      connectionTimeout: CONNECT_MS,
      throwOnRequestTimeout: true,
      httpAgent: sockets,
      httpsAgent: sockets,
    },
  })
  // Around everything else, retries too: no call can be forgotten.
  client.middlewareStack.add((next) => (args) => reaching(() => next(args)), { step: 'initialize', priority: 'high' })
  return client
}
