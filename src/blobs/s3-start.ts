/** Whether the bucket can be used at all: looked at once, before anybody relies on it. */
import { ListObjectsV2Command, S3ServiceException } from '@aws-sdk/client-s3'
import type { Bucket } from './s3-bucket.ts'
import { BlobsUnreachable } from './s3-reaching.ts'

/** The store says no, and will say so again until somebody changes something. */
class StoreRefused extends Error {
  override readonly name = 'StoreRefused'
}

interface StorePlace {
  /** Null: Amazon's own for the region. */
  readonly endpoint: string | null
  readonly region: string
}

/** Throws `StoreRefused` with one sentence that says what to change, `BlobsUnreachable` when nothing is to be changed. */
export async function mustBeUsable({ client, bucket, prefix }: Bucket, place: StorePlace): Promise<void> {
  try {
    await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }))
  } catch (error) {
    const reason = error instanceof BlobsUnreachable ? error.cause : error
    const sentence = sentenceOf(reason, bucket, place)
    throw sentence === null ? error : new StoreRefused(sentence, { cause: reason })
  }
}

const KEYS = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'

/** Null: nothing that a setting would mend. */
function sentenceOf(error: unknown, bucket: string, { endpoint, region }: StorePlace): string | null {
  if (!(error instanceof Error)) return null
  const at = endpoint ?? `Amazon S3 in ${region}`
  const code = 'code' in error ? String(error.code) : ''
  switch (error.name) {
    case 'CredentialsProviderError':
      return `There are no credentials for ${at}; set ${KEYS}, or give the machine a role.`
    case 'InvalidAccessKeyId':
      return `${at} does not know the access key; correct AWS_ACCESS_KEY_ID.`
    case 'SignatureDoesNotMatch':
      return `${at} does not take the secret key; correct AWS_SECRET_ACCESS_KEY.`
    case 'AccessDenied':
      return `${at} does not let these credentials at the bucket "${bucket}"; correct ${KEYS}, or allow them to list, read, write and delete there.`
    case 'NoSuchBucket':
      return `${at} has no bucket "${bucket}"; make it, or correct its name in blobsUrl (DOSSIER_BLOBS_URL).`
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return `The bucket "${bucket}" is in another region than ${region}; correct s3Region (DOSSIER_S3_REGION).`
    case 'TimeoutError':
      return `Nothing answers at ${at}; correct s3Endpoint (DOSSIER_S3_ENDPOINT), or open the way to it.`
  }
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code))
    return `The host of ${at} is not known here; correct s3Endpoint (DOSSIER_S3_ENDPOINT), or s3PathStyle when it is the bucket that is put before it.`
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/.test(code))
    return `Nobody answers at ${at}; start it, or correct s3Endpoint (DOSSIER_S3_ENDPOINT).`
  if (/^(EPROTO|ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code))
    return `TLS with ${at} fails (${code}); correct http or https in s3Endpoint (DOSSIER_S3_ENDPOINT), or name its authority with NODE_EXTRA_CA_CERTS.`
  const isService =
    error instanceof S3ServiceException && /^[A-Z]\w+$/.test(error.name) && error.name !== 'UnknownError'
  if (isService) return null
  return `${at} does not answer as an S3 service does; correct s3Endpoint (DOSSIER_S3_ENDPOINT).`
}
