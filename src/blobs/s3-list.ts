import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { BlobKey } from '../core/model/model.ts'
import { isKey } from './key.ts'
import type { Bucket } from './s3-bucket.ts'

/** Stores sort names by their bytes, and so does hex. */
export async function* listObjects({ client, bucket, prefix }: Bucket, after: BlobKey | null) {
  let last: string | null = after
  for (;;) {
    const from = last === null ? {} : { StartAfter: prefix + last }
    const list = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...from })
    const page = await client.send(list)
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
      last = Key.slice(prefix.length)
      if (isKey(last)) yield { key: last, size: Size, modified: LastModified ?? new Date() }
    }
    if (page.IsTruncated !== true) return
  }
}

/** Gives up uploads that were begun before `before` (milliseconds) and never finished: their node died. Answers how many. */
export async function abortUnfinished({ client, bucket, prefix }: Bucket, before: number): Promise<number> {
  let found = 0
  let marker: { KeyMarker?: string; UploadIdMarker?: string } = {}
  for (;;) {
    const list = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...marker })
    const page = await client.send(list)
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Initiated === undefined || Initiated.getTime() >= before) continue
      const abort = new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId })
      await client.send(abort)
      found++
    }
    if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return found
    marker = {
      KeyMarker: page.NextKeyMarker,
      ...(page.NextUploadIdMarker !== undefined && { UploadIdMarker: page.NextUploadIdMarker }),
    }
  }
}
