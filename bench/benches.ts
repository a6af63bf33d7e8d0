/** All benchmarks by name. Each resolves to false if a measured figure misses its target. */
import { measureCrowd } from './crowd.ts'
import { measureDownloads } from './downloads.ts'
import { measureGrowth } from './growth.ts'
import { measureMemory } from './memory.ts'
import { measureNodes } from './nodes.ts'
import { measureScale } from './scale.ts'
import { measureStart } from './start.ts'
import { measureUploads } from './uploads.ts'

interface Bench {
  readonly help: string
  run(): Promise<boolean>
  /** Runs only if named on the command line. */
  readonly onlyNamed?: boolean
}

const MEGABYTES_100 = 100 * 1_048_576

const ONE_LARGE = {
  title: 'One 100 MB file',
  size: MEGABYTES_100,
  connections: 1,
  requests: 1,
  rounds: 7,
  unit: 'MB/s',
  disk: true,
  reach: { multer: 1.3, dd: 0.5 },
} as const

const FOUR_LARGE = {
  ...ONE_LARGE,
  title: 'Four 100 MB files at once',
  connections: 4,
  requests: 4,
  rounds: 5,
  reach: { multer: 1.3 },
} as const

export const BENCHMARKS: Readonly<Record<string, Bench>> = {
  small: {
    help: '10 KB uploads on 32 connections, beside multer, fastify, tus and nginx',
    run: () =>
      measureUploads({
        title: '10 KB files, 32 connections',
        size: 10_240,
        connections: 32,
        requests: 8_000,
        rounds: 5,
        unit: 'uploads/s',
        disk: false,
        reach: { multer: 5, fastify: 3, nginx: 0.5 },
      }),
  },
  large: {
    help: '100 MB uploads, one and four at once, beside the same and the disk itself (dd conv=fdatasync)',
    run: async () => {
      const holds = await measureUploads(ONE_LARGE)
      return (await measureUploads(FOUR_LARGE)) && holds
    },
  },
  download: { help: '100 MB and 10 KB downloads, beside the static files of nginx', run: measureDownloads },
  scale: {
    help: 'uploads and lists at 1,000,000 attachments (100,000 on one record) against 10,000',
    run: measureScale,
  },
  memory: { help: 'peak memory of all server processes while 50 uploads of 100 MB arrive', run: measureMemory },
  start: { help: 'from process start to the first upload answered', run: measureStart },
  nodes: {
    help: 'one, two and three nodes on one PostgreSQL and one Ceph, and where the time goes',
    run: measureNodes,
  },
  growth: {
    help: 'PostgreSQL at up to 10,000,000 attachments: rates and sizes; half an hour, only when it is named',
    run: measureGrowth,
    onlyNamed: true,
  },
  load: { help: 'a fast client beside 1,000 slow senders', run: measureCrowd },
}
