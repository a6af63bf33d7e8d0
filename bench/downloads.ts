/** Downloads of one file over keep-alive connections, compared with nginx's static files. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveDossier } from './dossier.ts'
import { isInstalled, servePeer } from './peer.ts'
import { runPlan, getOf, type Plan } from './plan.ts'
import { compare, type Contender } from './side-by-side.ts'

const MEGABYTES_100 = 100 * 1_048_576

/** Returns false if a ratio misses its target; without nginx nothing is compared. */
export async function measureDownloads(): Promise<boolean> {
  if (!isInstalled('nginx')) {
    process.stdout.write('download: nginx is not here (Debian: nginx-light); nothing was measured\n')
    return true
  }
  const dossier = await serveDossier()
  const nginx = await servePeer('nginx')
  try {
    const holds: boolean[] = []
    for (const work of WORKLOADS) {
      const stored = await dossier.store(work.size)
      writeFileSync(join(nginx.folder, 'files', String(work.size)), Buffer.alloc(work.size, 'x'))
      const contenders = [
        downloadsOf('Dossier', work, { port: dossier.port, ...getOf(stored.path, stored.headers) }),
        downloadsOf('nginx', work, { port: nginx.port, ...getOf(`/${String(work.size)}`) }),
      ]
      holds.push(await compare({ ...work, rounds: 7, contenders, reach: { nginx: 0.5 } }))
    }
    return holds.every(Boolean)
  } finally {
    await nginx.stop()
    await dossier.stop()
  }
}

const WORKLOADS = [
  { title: 'Download of one 100 MB file', unit: 'MB/s', size: MEGABYTES_100, connections: 1, requests: 10 },
  { title: '10 KB downloads, 32 connections', unit: 'downloads/s', size: 10_240, connections: 32, requests: 20_000 },
] as const

function downloadsOf(
  name: string,
  { size, unit, connections, requests }: (typeof WORKLOADS)[number],
  request: Pick<Plan, 'port' | 'head' | 'prefix' | 'suffix' | 'size'>,
): Contender {
  return {
    name,
    async measure() {
      const result = await runPlan({ ...request, connections, requests, seconds: 60 })
      if (result.refused > 0) throw new Error(`${name} refused ${String(result.refused)} downloads`)
      const rate = result.answers / result.seconds
      return unit === 'MB/s' ? (rate * size) / 1e6 : rate
    },
  }
}
