/** Background work, done by one server for its data folder, or by one of several nodes for all of them. */
import { randomUUID } from 'node:crypto'
import type { Config } from './config.ts'
import type { Log } from './core/contracts.ts'
import type { Desk } from './core/desk.ts'
import type { DutiesCatalog } from './core/duties-catalog.ts'

const TOKEN_FLUSH_MS = 60_000
const DUTY = 'clearing up'

export interface TendingParts {
  readonly desk: Desk
  readonly log: Log
  readonly config: Config
  /** Null: nobody else could do it. */
  readonly duties: DutiesCatalog | null
  /** Bytes without a row from before are removed at once, in milliseconds. */
  readonly looseBefore: number
}

/** Answers how to end it, which waits for what is running. */
export function tend({ desk, log, config, duties, looseBefore }: TendingParts): () => Promise<void> {
  const node = randomUUID()
  const interval = config.sweepIntervalSeconds * 1000
  let running = Promise.resolve()
  const later = (name: string, work: () => Promise<unknown>) => () => {
    running = running.then(work).then(
      () => undefined,
      (error: unknown) => {
        log.error({ err: error }, `${name} failed; it will be tried again`)
      },
    )
  }
  // Kept from one interval to the next; a node that dies has lost it one interval later.
  const isOurs = async () => duties === null || duties.takeDuty(DUTY, node, Date.now(), Date.now() + 2 * interval)
  const clearUp = async (before: number) => {
    if (!(await isOurs())) return
    const found = await desk.sweep.loose(before)
    log.debug({ found }, 'swept')
    if (found > 0) log.info({ found }, 'removed bytes that no attachment holds')
    await desk.attachments.forgetRetries()
    await desk.shares.forgetEnded()
    await desk.grants.forgetEnded()
  }
  const flush = later('writing down when tokens were used', () => desk.access.flush())
  const timers = [
    setInterval(
      later('clearing up', () => clearUp(Date.now() - config.sweepGraceSeconds * 1000)),
      interval,
    ),
    setInterval(flush, TOKEN_FLUSH_MS),
  ]
  later('the first clearing up', () => clearUp(looseBefore))()
  return async () => {
    for (const timer of timers) clearInterval(timer)
    flush()
    await running
  }
}
