/** Latency of a fast client beside 1,000 slow senders: every server is measured with and without them, in turn. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { serveDossier, type RunningServer } from './dossier.ts'
import { servePeer } from './peer.ts'
import { runPlan } from './plan.ts'
import { compare, type Contender } from './side-by-side.ts'

const SENDERS = 1_000
const FORM = 1_048_576

/** Returns false if Dossier's p99 more than doubles. */
export async function measureCrowd(): Promise<boolean> {
  const servers = [await serveDossier(), await servePeer('multer'), await servePeer('fastify')]
  try {
    const holds: boolean[] = []
    for (const server of servers) {
      const title = `${server.name}: p99 of 10 KB uploads on 4 connections beside ${String(SENDERS)} slow senders`
      const reach = server.name === 'Dossier' ? { alone: 2 } : {}
      const contenders = [crowded(server), alone(server)]
      holds.push(await compare({ title, unit: 'ms', rounds: 5, contenders, less: true, reach }))
    }
    return holds.every(Boolean)
  } finally {
    for (const server of servers) await server.stop()
  }
}

function alone(server: RunningServer): Contender {
  return { name: 'alone', measure: () => p99Of(server) }
}

function crowded(server: RunningServer): Contender {
  return {
    name: 'crowded',
    async measure() {
      const crowd = spawn(process.execPath, [
        fileURLToPath(new URL('./slow-senders.ts', import.meta.url)),
        JSON.stringify({ senders: SENDERS, ...server.plan(FORM) }),
      ])
      const gone = once(crowd, 'exit')
      try {
        await once(crowd.stdout, 'data')
        return await p99Of(server)
      } finally {
        crowd.kill()
        await gone
      }
    },
  }
}

async function p99Of(server: RunningServer): Promise<number> {
  const result = await runPlan({ ...server.plan(10_240), connections: 4, requests: 4_000, seconds: 60 })
  if (result.refused > 0) throw new Error(`${server.name} refused ${String(result.refused)} uploads`)
  return result.p99
}
