/** Equal nodes on one PostgreSQL and one object store, both real; the environment of this process is a node's own. */
import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { ACCESS_KEY, SECRET_KEY, startCeph, type Ceph } from '../../../../engines/ceph.ts'
import { startPostgres, withClient, type Postgres } from '../../../../engines/postgres.ts'
import { startServer, type Server } from '../../support/server.ts'
import { createTenant, type Tenant } from '../../support/tenant.ts'
import { createLedger, type Ledger } from './ledger.ts'

/** What leaves nothing for long, and limits that no other test comes near. */
const ARGS = [
  ...['--sweep-grace-seconds', '7', '--request-seconds', '6', '--sweep-interval-seconds', '1'],
  ...['--highlevel-max', '120', '--zoho-concurrency', '64', '--log-level', 'warn'],
]

export interface Cluster {
  readonly postgres: Postgres
  readonly ceph: Ceph
  readonly url: string
  readonly bucket: string
  /** In the order in which they were started; whoever kills one restarts it. */
  readonly nodes: Server[]
  readonly tenant: Tenant
  readonly ledger: Ledger
  readonly node: (index: number) => Server
  /** SIGKILL. */
  readonly kill: (index: number) => Promise<void>
  /** Another in the place of one that was killed. */
  readonly restart: (index: number) => Promise<void>
  /** Keys of the blob store that rows name. */
  readonly named: () => Promise<readonly string[]>
  /** Keys in the bucket. */
  readonly stored: () => Promise<readonly string[]>
  /** Multipart uploads that were begun and not ended. */
  readonly unfinished: () => Promise<number>
  readonly stop: () => Promise<void>
}

export async function startCluster(count = 3): Promise<Cluster> {
  const [postgres, ceph] = await Promise.all([startPostgres(), startCeph()])
  const [url, bucket] = await Promise.all([postgres.database(), ceph.bucket()])
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: SECRET_KEY,
    DOSSIER_DATABASE_URL: url,
    DOSSIER_BLOBS_URL: `s3://${bucket}/files`,
    DOSSIER_S3_ENDPOINT: ceph.endpoint,
  })
  const start = () => startServer({ args: ARGS })
  // At once: they take turns at making the tables.
  const nodes = await Promise.all(Array.from({ length: count }, start))
  const node = (index: number) => nodes[index % nodes.length] as Server
  const tenant = await createTenant(node(0))
  const s3 = new S3Client({ endpoint: ceph.endpoint, region: 'us-east-1', forcePathStyle: true })
  return {
    ...{ postgres, ceph, url, bucket, nodes, tenant, node },
    ledger: await createLedger(tenant),
    async kill(index) {
      await node(index).kill()
      node(index).remove()
    },
    async restart(index) {
      nodes[index % nodes.length] = await start()
    },
    async named() {
      const query = "select key from blob where place = 'store' order by key"
      return withClient(url, async (client) => (await client.query<{ key: string }>(query)).rows.map(({ key }) => key))
    },
    async stored() {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }))
      return Contents.map(({ Key = '' }) => Key.replace('files/', '')).sort()
    },
    unfinished: async () => (await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0,
    async stop() {
      s3.destroy()
      for (const server of nodes) await server.stop()
      await Promise.all([postgres.remove(), ceph.remove()])
    },
  }
}
