/** PostgreSQL at 100,000, 1,000,000 and 10,000,000 attachments: sizes of tables and indexes, and request rates. */
import type { Client } from 'pg'
import { withClient } from '../engines/postgres.ts'
import { areEnginesInstalled, portOf, serveNodes, type Nodes } from './engines.ts'
import { fillPostgres } from './fill-postgres.ts'
import { runPlan, formOf, getOf, rawOf, type Plan } from './plan.ts'
import { median, table } from './report.ts'

const STEPS = [100_000, 1_000_000, 10_000_000]
const ON_RECORD = 100_000
const ROUNDS = 3

type Request = Pick<Plan, 'head' | 'prefix' | 'suffix' | 'size'>

interface Filled {
  readonly nodes: Nodes
  /** Prefix of ids; nine digits follow. */
  readonly prefix: string
}

/** Requests with `{n}` in the path use a different file each. */
const WORKLOADS: readonly [name: string, requests: number, request: (filled: Filled) => Request][] = [
  ['10 KB uploads', 2_000, ({ nodes }) => formOf(nodes.target, 10_240, nodes.headers)],
  ['lists, newest 200', 400, ({ nodes }) => getOf(nodes.target, nodes.headers)],
  ['lists, page 40', 200, ({ nodes }) => getOf(`${nodes.target}?page=40`, nodes.headers)],
  ['downloads', 2_000, ({ nodes, prefix }) => getOf(`${nodes.target}/${prefix}{n}`, nodes.headers)],
  ['deletes', 1_000, ({ nodes, prefix }) => rawOf('DELETE', `${nodes.target}/${prefix}{n}`, 0, nodes.headers)],
]

/** Has no targets: the figures are for docs/scaling.md. Takes about half an hour. */
export async function measureGrowth(): Promise<boolean> {
  if (!areEnginesInstalled()) return true
  const nodes = await serveNodes(1)
  try {
    return await withClient(nodes.databaseUrl, async (client) => {
      await uploadOne(nodes)
      const prefix = String(Math.floor(Date.now() / 1000) - 86_400)
      const rates: string[][] = WORKLOADS.map(([name]) => [name])
      const sizes = new Map<string, string[]>()
      let done = 0
      for (const [step, count] of STEPS.entries()) {
        await fillPostgres(client, { record: nodes.lead, prefix, onRecord: ON_RECORD }, done, count)
        done = count
        await client.query('vacuum analyze')
        for (const [name, bytes] of await bytesOf(client))
          (sizes.get(name) ?? sizes.set(name, []).get(name))?.push((bytes / count).toFixed(0))
        for (const [index, work] of WORKLOADS.entries())
          rates[index]?.push((await rateOf({ nodes, prefix }, work, step)).toFixed(0))
        process.stdout.write(`${String(count)} attachments are in\n`)
      }
      const head = STEPS.map((count) => count.toLocaleString('en'))
      process.stdout.write(`\n${table(['a second, one node, 16 connections', ...head], rates)}\n`)
      process.stdout.write(
        `\n${table(
          ['bytes for an attachment', ...head],
          [...sizes].map(([name, row]) => [name, ...row]),
        )}\n\n`,
      )
      return true
    })
  } finally {
    await nodes.stop()
  }
}

async function uploadOne({ nodes: [node], target, headers }: Nodes): Promise<void> {
  const body = new FormData()
  body.set('file', new Blob(['one']), 'one.bin')
  const [, authorization = ''] = /: (.*)\r\n/.exec(headers) ?? []
  const { status } = await fetch(`${node?.origin ?? ''}${target}`, { method: 'POST', body, headers: { authorization } })
  if (status !== 200) throw new Error(`the first upload was answered with ${String(status)}`)
}

async function rateOf(
  filled: Filled,
  [name, requests, request]: (typeof WORKLOADS)[number],
  step: number,
): Promise<number> {
  const [node] = filled.nodes.nodes
  if (node === undefined) return 0
  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    // No file may be deleted twice, across all sizes.
    const first = name === 'deletes' ? (step * ROUNDS + round) * requests : 20_000 + round * requests
    const plan = { ...request(filled), port: portOf(node), connections: 16, requests, first, seconds: 120 }
    const result = await runPlan(plan)
    if (result.refused > 0)
      throw new Error(`${name}: ${String(result.refused)} of ${String(result.answers)} were refused`)
    rates.push(result.answers / result.seconds)
  }
  return median(rates)
}

/** Sizes in bytes of the large tables and indexes. */
async function bytesOf(client: Client): Promise<readonly (readonly [string, number])[]> {
  const { rows } = await client.query<{ name: string; bytes: string }>(`
    select c.relname as name, pg_relation_size(c.oid) as bytes from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'i') and n.nspname = current_schema() and (c.relname like 'attachment%' or c.relname like 'blob%')
    and c.relname not like '%claimed%' order by c.relkind desc, c.relname`)
  return rows.map(({ name, bytes }) => [name, Number(bytes)] as const)
}
