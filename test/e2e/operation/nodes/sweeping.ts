/** Who clears up for all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scrape, sumOf } from '../metrics.ts'
import type { Server } from '../../support/server.ts'
import type { Cluster } from './cluster.ts'
import { soon } from './ledger.ts'

export function testSweeping(cluster: () => Cluster): void {
  test('of sweepers that start at once one sweeps; when it is killed another does', async () => {
    const { nodes, kill, restart } = cluster()
    await soon('somebody sweeps', async () => (await sweepersSince(nodes, [1, 1, 1])).length > 0)
    const before = await runsOf(nodes)
    const [first = -1, ...others] = before.flatMap((runs, index) => (runs > 0 ? [index] : []))
    assert.deepEqual(others, [], `runs since the start: ${before.join(' ')}`)
    await soon('it goes on', async () => (await sweepersSince(nodes, before)).includes(first))

    await kill(first)
    const alive = nodes.filter((_, index) => index !== first)
    await soon('another has taken over', async () => (await sweepersSince(alive, [1, 1])).length > 0)
    const sweeping = await sweepersSince(alive, [0, 0])
    assert.equal(sweeping.length, 1)
    await restart(first)
    await soon('and goes on', async () => (await sweepersSince(alive, [3, 3])).length > 0)
    const runs = await runsOf(nodes)
    assert.deepEqual([runs[first], runs.filter((count) => count > 0).length], [0, 1], `runs: ${runs.join(' ')}`)
  })
}

function runsOf(nodes: readonly Server[]): Promise<number[]> {
  return Promise.all(nodes.map(async ({ origin }) => sumOf(await scrape(origin), 'dossier_sweep_runs_total')))
}

/** Which have swept more often than that. */
async function sweepersSince(nodes: readonly Server[], runs: readonly number[]): Promise<number[]> {
  return (await runsOf(nodes)).flatMap((count, index) => (count > (runs[index] ?? 0) ? [index] : []))
}
