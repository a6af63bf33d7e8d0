/** Nodes on a private PostgreSQL and Ceph gateway, with everything they do in production. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNode, type ClusterNode } from '../deploy/cluster/node.ts'
import { makeSample } from '../deploy/cluster/sample.ts'
import { ACCESS_KEY, hasCeph, SECRET_KEY, startCeph } from '../engines/ceph.ts'
import { freePort } from '../engines/ports.ts'
import { postgresPrograms, startPostgres } from '../engines/postgres.ts'

export interface Nodes {
  readonly nodes: readonly ClusterNode[]
  readonly databaseUrl: string
  readonly lead: string
  /** Path of the lead's attachments. */
  readonly target: string
  /** The authorization as header lines. */
  readonly headers: string
  stop(): Promise<void>
}

export function areEnginesInstalled(): boolean {
  if (postgresPrograms() !== null && hasCeph()) return true
  process.stdout.write(
    'PostgreSQL or Ceph is not here (Debian: postgresql, radosgw, ceph-mon, ceph-osd); nothing was measured\n',
  )
  return false
}

/** PostgreSQL's default memory settings are for much smaller machines. */
const SETTINGS = ['shared_buffers=2GB', 'max_wal_size=8GB']

export async function serveNodes(count: number): Promise<Nodes> {
  const [postgres, ceph] = await Promise.all([startPostgres(SETTINGS), startCeph()])
  const folder = mkdtempSync(join(tmpdir(), 'dossier-bench-'))
  const databaseUrl = await postgres.database()
  const env = {
    DOSSIER_DATABASE_URL: databaseUrl,
    DOSSIER_BLOBS_URL: `s3://${await ceph.bucket()}/files`,
    DOSSIER_S3_ENDPOINT: ceph.endpoint,
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: SECRET_KEY,
  }
  const nodes: ClusterNode[] = []
  const stop = async () => {
    for (const node of nodes) await node.stop()
    await Promise.all([postgres.remove(), ceph.remove()])
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    for (let number = 1; number <= count; number++) {
      const name = join(folder, `node-${String(number)}`)
      nodes.push(await startNode({ port: await freePort(), data: name, log: `${name}.log`, env }))
    }
    const { lead, zohoToken } = await makeSample(nodes[0]?.origin ?? '', join(folder, 'node-1'))
    const headers = `Authorization: Zoho-oauthtoken ${zohoToken}\r\n`
    return { nodes, databaseUrl, lead, target: `/crm/v2/Leads/${lead}/Attachments`, headers, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

export function portOf({ origin }: ClusterNode): number {
  return Number(new URL(origin).port)
}
