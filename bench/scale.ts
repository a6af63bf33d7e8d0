/** The same requests on a catalog of 1,000,000 attachments, 100,000 of them on the record, and on one of 10,000. */
import { join } from 'node:path'
import { serveDossier, type Dossier } from './dossier.ts'
import { fill } from './fill.ts'
import { runPlan, getOf, rawOf, type Plan } from './plan.ts'
import { compare, type Contender } from './side-by-side.ts'

const SMALL = { name: 'at 10,000', onRecord: 10_000, elsewhere: 0 }
const LARGE = { name: 'at 1,000,000', onRecord: 100_000, elsewhere: 900_000 }

interface Filled {
  readonly name: string
  readonly dossier: Dossier
  readonly prefix: string
}

type Request = Pick<Plan, 'head' | 'prefix' | 'suffix' | 'size'>

/** Returns false if the rate at 1,000,000 is below 0.8 of the rate at 10,000. */
export async function measureScale(): Promise<boolean> {
  const filled: Filled[] = []
  try {
    for (const size of [LARGE, SMALL]) filled.push(await filledBy(size))
    const holds: boolean[] = []
    for (const work of WORKLOADS) {
      const contenders = filled.map((one) => contender(one, work))
      holds.push(await compare({ ...work, unit: 'a second', rounds: 3, contenders, reach: { 'at 10,000': 0.8 } }))
    }
    return holds.every(Boolean)
  } finally {
    for (const { dossier } of filled) await dossier.stop()
  }
}

/** Each round uses different files, because a file can be deleted only once. */
const WORKLOADS = [
  {
    title: '10 KB uploads, 32 connections',
    connections: 32,
    requests: 4_000,
    request: ({ dossier }: Filled): Request => dossier.plan(10_240),
  },
  {
    title: 'Lists of the newest 200, 4 connections',
    connections: 4,
    requests: 400,
    request: ({ dossier }: Filled): Request => getOf(dossier.target, dossier.headers),
  },
  {
    title: 'Lists of page 40, 4 connections',
    connections: 4,
    requests: 400,
    request: ({ dossier }: Filled): Request => getOf(`${dossier.target}?page=40`, dossier.headers),
  },
  {
    title: '10 KB downloads of other files, 32 connections',
    connections: 32,
    requests: 1_000,
    request: ({ dossier, prefix }: Filled): Request => getOf(`${dossier.target}/${prefix}{n}`, dossier.headers),
  },
  {
    title: 'Deletes, 8 connections',
    connections: 8,
    requests: 1_000,
    request: ({ dossier, prefix }: Filled): Request =>
      rawOf('DELETE', `${dossier.target}/${prefix}{n}`, 0, dossier.headers),
  },
] as const

async function filledBy({ name, onRecord, elsewhere }: typeof SMALL): Promise<Filled> {
  const first = await serveDossier()
  await first.store(100)
  await first.pause()
  const began = performance.now()
  const prefix = fill({ data: join(first.folder, 'data'), record: first.lead, onRecord, elsewhere })
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  process.stdout.write(`scale: ${String(onRecord + elsewhere)} attachments made in ${seconds} s\n`)
  const dossier = await serveDossier({ folder: first.folder })
  return { name, prefix, dossier: { ...dossier, stop: () => dossier.pause().then(() => first.stop()) } }
}

function contender(filled: Filled, { title, connections, requests, request }: (typeof WORKLOADS)[number]): Contender {
  let first = 0
  return {
    name: filled.name,
    async measure() {
      const plan = { port: filled.dossier.port, ...request(filled), connections, requests, seconds: 60, first }
      first += requests
      const result = await runPlan(plan)
      if (result.refused > 0) throw new Error(`${title}: ${String(result.refused)} were refused ${filled.name}`)
      return result.answers / result.seconds
    },
  }
}
