/** Background work, done by one server for its data folder, or by one of several nodes for all of them; and what each node does for itself. */
import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { createExchange, type SharedCounts } from '../core/limits/shared-counts.ts'
import type { Log } from '../core/ports/contracts.ts'
import type { Services } from '../core/services.ts'
import type { DutiesCatalog } from '../core/ports/duties-catalog.ts'

const TOKEN_FLUSH_MS = 60_000
/** With the way to the database and back well below the second within which limits reach all nodes. */
const EXCHANGE_MS = 250
const DUTY = 'clearing up'

export interface MaintenanceParts {
  readonly services: Services
  readonly log: Log
  readonly config: Config
  /** Null: nobody else could do it. */
  readonly duties: DutiesCatalog | null
  /** What all nodes count together, and where this one counts; null: it counts alone. */
  readonly counting: { readonly counts: SharedCounts; readonly memory: SharedArrayBuffer } | null
  /** Bytes without a row from before are removed at once, in milliseconds. */
  readonly looseBefore: number
}

/** Answers how to end it, which waits for what is running. */
export function startMaintenance({
  services,
  log,
  config,
  duties,
  counting,
  looseBefore,
}: MaintenanceParts): () => Promise<void> {
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
  // Kept from one interval to the next; a node that dies has lost it after the second.
  const isOurs = async () => duties === null || duties.takeDuty(DUTY, node, Date.now(), Date.now() + 2 * interval)
  let isClearing = false
  const clearUp = async (before: number) => {
    if (!(await isOurs())) return
    isClearing = true
    await clear(before).finally(() => (isClearing = false))
  }
  const clear = async (before: number) => {
    const found = await services.sweep.loose(before)
    log.debug({ found }, 'swept')
    if (found > 0) log.info({ found }, 'removed bytes that no attachment holds')
    await services.attachments.forgetRetries()
    await services.shares.forgetEnded()
    await services.grants.forgetEnded()
    await counting?.counts.forget()
  }
  const flush = later('writing down when tokens were used', () => services.access.flush())
  const begin = later('clearing up', () => clearUp(Date.now() - config.sweepGraceSeconds * 1000))
  // What takes longer than an interval is not begun by another node meanwhile, nor a second time by this one.
  const prolong = () => void isOurs().catch((error: unknown) => log.warn({ err: error }, 'a duty was not prolonged'))
  const timers = [setInterval(() => (isClearing ? prolong : begin)(), interval), setInterval(flush, TOKEN_FLUSH_MS)]
  later('the first clearing up', () => clearUp(looseBefore))()
  const stopCounting = counting && keepCounting(counting, node, log)
  return async () => {
    for (const timer of timers) clearInterval(timer)
    flush()
    await stopCounting?.()
    await running
  }
}

/** One exchange after the other; while none succeeds the node goes on counting alone. */
function keepCounting({ counts, memory }: NonNullable<MaintenanceParts['counting']>, node: string, log: Log) {
  const exchange = createExchange(memory, counts, node)
  let running: Promise<void> | null = null
  let fails = false
  const run = async () => {
    try {
      await exchange.run()
      if (fails) log.info({}, 'limits are counted together with the other nodes again')
      fails = false
    } catch (error) {
      if (!fails) log.warn({ err: error }, 'what the other nodes count cannot be had; limits count this node alone')
      fails = true
      exchange.alone()
    }
  }
  const timer = setInterval(() => {
    if (running !== null) exchange.alone()
    else running = run().finally(() => (running = null))
  }, EXCHANGE_MS)
  return async () => {
    clearInterval(timer)
    await running
    // What was counted last; the others would learn it from nobody.
    if (!fails) await run()
    await counts.close()
  }
}
