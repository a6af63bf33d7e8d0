/** A server killed under load, wherever it keeps things. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../e2e/support/server.ts'
import { chanceOf } from '../http/multipart/seeded.ts'
import { highlevelClient, mixedContents, workUntilGone, zohoClient, type Account } from './clients.ts'
import type { Ledger } from './ledger.ts'
import { seed } from './seed.ts'

export interface Crowd {
  readonly account: Account
  readonly ledger: Ledger
  /** Each has two clients, one of each dialect. */
  readonly people: number
  /** Milliseconds in which the server lives. */
  readonly longest?: number
}

/** They upload and delete until the server is killed under them. */
export async function loadAndKill(
  server: Server,
  { account, ledger, people, longest = 1_500 }: Crowd,
  round: number,
): Promise<void> {
  const clients = Array.from({ length: people }, (_, person) => [
    zohoClient(server.origin, account, ledger, person),
    highlevelClient(server.origin, account, ledger, person),
  ]).flat()
  const working = clients.map((client, index) => {
    const chance = chanceOf(seed + round * 1_000 + index)
    return workUntilGone(client, chance, mixedContents(chance), `${String(round)}-${String(index)}`)
  })
  await Promise.race([sleep(50 + chanceOf(seed + round).below(longest)), ...working])
  await server.kill()
  await Promise.all(working)
}

/** Answers what they did, for the report. */
export function mustHaveWorked(ledger: Ledger, rounds: number): string {
  const acknowledged = ledger.uploads.filter(({ place }) => place !== null).length
  const deleted = ledger.uploads.filter(({ deletion }) => deletion === 'acknowledged').length
  assert.ok(acknowledged > rounds, 'the clients hardly got anything done')
  return `${String(acknowledged)} uploads acknowledged, ${String(deleted)} deleted again, seed ${String(seed)}`
}
