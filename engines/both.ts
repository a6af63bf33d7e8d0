// PostgreSQL and Ceph together, with any number of empty pairs of stores on them.
import { randomUUID } from 'node:crypto'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { withClient, startPostgres, type Postgres } from './postgres.ts'
import { ACCESS_KEY, SECRET_KEY, startCeph, type Ceph } from './ceph.ts'

export interface Stores {
  /** Environment for servers and commands that use these stores. */
  readonly env: Readonly<Record<string, string>>
  readonly url: string
  readonly bucket: string
  readonly prefix: string
  /** Direct access, for test operations that the product does not perform. */
  readonly s3: S3Client
  sql<T extends object>(text: string, ...values: unknown[]): Promise<T[]>
  /** Sizes in bytes of the objects under the prefix, by key. */
  objects(): Promise<ReadonlyMap<string, number>>
}

export interface Engines {
  readonly postgres: Postgres
  readonly ceph: Ceph
  stores(): Promise<Stores>
  remove(): Promise<void>
}

export async function startEngines(): Promise<Engines> {
  const [postgres, ceph] = await Promise.all([startPostgres(), startCeph()])
  const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY }
  const s3 = new S3Client({ endpoint: ceph.endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  let bucket: Promise<string> | null = null
  return {
    postgres,
    ceph,
    async stores() {
      const [url, inBucket] = await Promise.all([postgres.database(), (bucket ??= ceph.bucket())])
      return createStores(s3, url, inBucket, ceph.endpoint)
    },
    async remove() {
      s3.destroy()
      await Promise.all([postgres.remove(), ceph.remove()])
    },
  }
}

function createStores(s3: S3Client, url: string, bucket: string, endpoint: string): Stores {
  const prefix = `${randomUUID()}/`
  return {
    ...{ url, bucket, prefix, s3 },
    env: {
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: SECRET_KEY,
      DOSSIER_DATABASE_URL: url,
      DOSSIER_BLOBS_URL: `s3://${bucket}/${prefix.slice(0, -1)}`,
      DOSSIER_S3_ENDPOINT: endpoint,
    },
    sql: <T extends object>(text: string, ...values: unknown[]) =>
      withClient(url, async (client) => (await client.query<T>(text, values)).rows),
    async objects() {
      const found = new Map<string, number>()
      for (let after: string | undefined; ;) {
        const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter: after }))
        for (const { Key = '', Size = -1 } of page.Contents ?? []) {
          found.set(Key.slice(prefix.length), Size)
          after = Key
        }
        if (page.IsTruncated !== true) return found
      }
    },
  }
}
