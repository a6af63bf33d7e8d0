/** One, two and three nodes on the same PostgreSQL and Ceph gateway, with processor time and duration by phase. */
import { areEnginesInstalled, portOf, serveNodes, type Nodes } from './engines.ts'
import { runPlan, formOf, getOf, type Plan, type Result } from './plan.ts'
import { processorTime } from './processor-time.ts'
import { median, table } from './report.ts'
import { compare } from './side-by-side.ts'

const MAX_NODES = 3
const PHASES = ['authentication', 'receive', 'commit', 'whole'] as const

interface Workload {
  readonly title: string
  readonly connections: number
  readonly requests: number
  readonly request: (nodes: Nodes) => Pick<Plan, 'head' | 'prefix' | 'suffix' | 'size'>
  /** Method of the requests whose phases are shown. */
  readonly method: 'POST' | 'GET'
}

const WORKLOADS: readonly Workload[] = [
  {
    title: '10 KB uploads (kept in PostgreSQL), 32 connections',
    connections: 32,
    requests: 3_000,
    request: ({ target, headers }) => formOf(target, 10_240, headers),
    method: 'POST',
  },
  {
    title: '1 MB uploads (kept in S3), 8 connections',
    connections: 8,
    requests: 160,
    request: ({ target, headers }) => formOf(target, 1_048_576, headers),
    method: 'POST',
  },
  {
    title: 'Lists of the newest 200, 32 connections',
    connections: 32,
    requests: 1_500,
    request: ({ target, headers }) => getOf(target, headers),
    method: 'GET',
  },
]

/** Has no targets: the result depends on the machine. */
export async function measureNodes(): Promise<boolean> {
  if (!areEnginesInstalled()) return true
  const nodes = await serveNodes(MAX_NODES)
  try {
    for (const work of WORKLOADS) await measure(nodes, work)
    return true
  } finally {
    await nodes.stop()
  }
}

async function measure(nodes: Nodes, work: Workload): Promise<void> {
  const spent: Spent[][] = []
  const contenders = Array.from({ length: MAX_NODES }, (_, index) => ({
    name: index === 0 ? 'one node' : `${String(index + 1)} nodes`,
    async measure() {
      const before = await snapshot(nodes, work)
      const began = performance.now()
      const results = await load(nodes, work, index + 1)
      const seconds = (performance.now() - began) / 1000
      const answers = results.reduce((sum, result) => sum + result.answers, 0)
      if (results.some(({ refused }) => refused > 0)) throw new Error('a node refused a request')
      ;(spent[index] ??= []).push(difference(before, await snapshot(nodes, work), answers))
      return answers / seconds
    },
  }))
  // The largest number first, because `compare` shows ratios against the first.
  await compare({ title: work.title, unit: 'a second', rounds: 3, contenders: contenders.toReversed() })
  process.stdout.write(`${tableOf(spent)}\n\n`)
}

function load(nodes: Nodes, work: Workload, count: number): Promise<Result[]> {
  const { connections, requests } = work
  return Promise.all(
    nodes.nodes.slice(0, count).map((node) =>
      runPlan({
        ...work.request(nodes),
        port: portOf(node),
        connections: Math.ceil(connections / count),
        requests: Math.ceil(requests / count),
        seconds: 120,
      }),
    ),
  )
}

/** Milliseconds of processor time by program, and of elapsed time by phase. */
type Spent = ReadonlyMap<string, number>

async function snapshot(nodes: Nodes, { method }: Workload): Promise<Spent> {
  const named = new Map(nodes.nodes.map((node) => [node.pid(), 'nodes']))
  const spent = new Map<string, number>()
  for (const [name, seconds] of processorTime(named))
    if (!['node', 'MainThread', ''].includes(name)) spent.set(`CPU: ${name}`, seconds * 1000)
  for (const node of nodes.nodes) {
    const text = await (await fetch(`${node.origin}/metrics`)).text()
    for (const phase of PHASES) {
      const key = `${phase}, elapsed`
      spent.set(key, (spent.get(key) ?? 0) + secondsIn(text, method, phase) * 1000)
    }
  }
  return spent
}

function secondsIn(metrics: string, method: string, phase: string): number {
  const lines = metrics.split('\n').filter((line) => line.startsWith('dossier_request_seconds_sum{'))
  const own = lines.filter((line) => line.includes(`method="${method}"`) && line.includes(`phase="${phase}"`))
  return own.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}

/** Difference per request. */
function difference(before: Spent, after: Spent, requests: number): Spent {
  return new Map([...after].map(([key, value]) => [key, (value - (before.get(key) ?? 0)) / requests]))
}

function tableOf(spent: readonly (readonly Spent[])[]): string {
  const keys = [...new Set(spent.flatMap((rounds) => rounds.flatMap((round) => [...round.keys()])))]
  const rows = keys.map((key) => [
    key,
    ...spent.map((rounds) => median(rounds.map((round) => round.get(key) ?? 0)).toFixed(2)),
  ])
  const shown = rows.filter(([, ...values]) => values.some((value) => Number(value) > 0))
  return table(['milliseconds for a request', ...spent.map((_, index) => `${String(index + 1)} nodes`)], shown)
}
