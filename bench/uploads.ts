/** Uploads to several servers, each in its own process. */
import { serveDisk } from './disk.ts'
import { serveDossier, type RunningServer } from './dossier.ts'
import { isInstalled, servePeer } from './peer.ts'
import { runPlan } from './plan.ts'
import { compare, type Contender } from './side-by-side.ts'

export interface UploadWorkload {
  readonly title: string
  readonly size: number
  readonly connections: number
  readonly requests: number
  readonly rounds: number
  /** Uploads per second, or megabytes per second. */
  readonly unit: 'uploads/s' | 'MB/s'
  /** Whether to compare with the disk itself, with the same number of concurrent files. */
  readonly disk: boolean
  readonly reach: Readonly<Record<string, number>>
}

/** Returns false if a ratio misses its target. */
export async function measureUploads(work: UploadWorkload): Promise<boolean> {
  const names = (['multer', 'fastify', 'tus', 'nginx'] as const).filter(isInstalled)
  const servers: RunningServer[] = [await serveDossier(), ...(await Promise.all(names.map(servePeer)))]
  const disk = work.disk ? serveDisk(work.size, work.connections) : null
  try {
    const contenders = servers.map((server) => uploadsTo(server, work))
    return await compare({ ...work, contenders: disk === null ? contenders : [...contenders, disk] })
  } finally {
    disk?.stop()
    for (const server of servers) await server.stop()
  }
}

export function uploadsTo(
  server: RunningServer,
  work: Omit<UploadWorkload, 'title' | 'rounds' | 'disk' | 'reach'>,
): Contender {
  const { size, connections, requests, unit } = work
  return {
    name: server.name,
    async measure() {
      const result = await runPlan({ ...server.plan(size), connections, requests, seconds: 120 })
      if (result.refused > 0)
        throw new Error(`${server.name} refused ${String(result.refused)} of ${String(result.answers)} uploads`)
      const rate = result.answers / result.seconds
      return unit === 'MB/s' ? (rate * size) / 1e6 : rate
    },
  }
}
