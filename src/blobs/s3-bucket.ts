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

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status
}
