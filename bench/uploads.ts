/** Uploads, side by side: every server in its own process, all alive at once, measured in turn. */
import { serveDossier, type Served } from './dossier.ts'
import { isThere, servePeer, type PeerName } from './peer.ts'
import { drive } from './plan.ts'
import { median, table } from './report.ts'

export interface UploadWork {
  readonly title: string
  readonly size: number
  readonly connections: number
  readonly requests: number
  readonly rounds: number
  /** Uploads a second, or megabytes a second. */
  readonly unit: 'uploads/s' | 'MB/s'
  /** What Dossier's median must be at least, as a multiple of each peer's. */
  readonly reach: Partial<Record<PeerName, number>>
}

/** False when a ratio falls short. */
export async function measureUploads(work: UploadWork): Promise<boolean> {
  const names = (['multer', 'fastify', 'tus', 'nginx'] as const).filter(isThere)
  const servers: Served[] = [await serveDossier(), ...(await Promise.all(names.map(servePeer)))]
  const rates = new Map(servers.map((server) => [server.name, [] as number[]]))
  try {
    for (let round = -1; round < work.rounds; round++) {
      for (const server of servers) {
        const result = await drive({
          ...server.plan(work.size),
          connections: work.connections,
          requests: work.requests,
          seconds: 120,
        })
        if (result.refused > 0)
          throw new Error(`${server.name} refused ${String(result.refused)} of ${String(result.answers)} uploads`)
        // The first round warms up.
        if (round >= 0) rates.get(server.name)?.push(rateOf(work, result.answers / result.seconds))
      }
    }
  } finally {
    for (const server of servers) await server.stop()
  }
  return report(work, rates)
}

function rateOf({ unit, size }: UploadWork, uploadsPerSecond: number): number {
  return unit === 'MB/s' ? (uploadsPerSecond * size) / 1e6 : uploadsPerSecond
}

function report(work: UploadWork, rates: ReadonlyMap<string, readonly number[]>): boolean {
  const ours = median(rates.get('Dossier') ?? [])
  let holds = true
  const rows = [...rates].map(([name, list]) => {
    const theirs = median(list)
    const least = name in work.reach ? work.reach[name as PeerName] : undefined
    const falls = least !== undefined && ours / theirs < least
    holds &&= !falls
    return [
      name,
      theirs.toFixed(0),
      work.unit,
      `${(ours / theirs).toFixed(2)}x`,
      least === undefined ? '' : `${String(least)}x${falls ? ' MISSED' : ''}`,
    ]
  })
  process.stdout.write(`${work.title}\n${table(['server', 'median', '', 'Dossier is', 'to reach'], rows)}\n`)
  return holds
}
