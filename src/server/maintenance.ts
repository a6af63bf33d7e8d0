/** Background work: cleanup, done by one server for its data folder or by one of several nodes for all, and work of each node. */
import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { createExchange, type SharedCounts } from '../core/limits/shared-counts.ts'
import type { Log } from '../core/ports/contracts.ts'
import type { Services } from '../core/services.ts'
import type { DutiesCatalog } from '../core/ports/duties-catalog.ts'

const TOKEN_FLUSH_MS = 60_000
/** Including the database's round trip well below the second within which limits must reach all nodes. */
const EXCHANGE_MS = 250
const DUTY = 'clearing up'

interface MaintenanceParts {
  readonly services: Services
  readonly log: Log
  readonly config: Config
  /** Null: no other node exists. */
  readonly duties: DutiesCatalog | null
  /** Rate limits counted by all nodes, and this node's memory of them; null: limits count this node only. */
  readonly counting: { readonly counts: SharedCounts; readonly memory: SharedArrayBuffer } | null
  /** Bytes without a row that are older than this are removed at the start; milliseconds since 1970. */
  readonly orphansBefore: number
}

/** Returns a function that stops it and waits for running work. */
export function startMaintenance({
  services,
  log,
  config,
  duties,
  counting,
  orphansBefore,
}: MaintenanceParts): () => Promise<void> {
  const node = randomUUID()
  const interval = config.sweepIntervalSeconds * 1000
  let running = Promise.resolve()
  const enqueue = (name: string, work: () => Promise<unknown>) => () => {
    running = running.then(work).then(
      () => undefined,
      (error: unknown) => {
        log.error({ err: error }, `${name} failed; it will be tried again`)
      },
    )
  }
  // Renewed at each interval; a node that dies loses it after two intervals.
  const holdsDuty = async () => duties === null || duties.takeDuty(DUTY, node, Date.now(), Date.now() + 2 * interval)
  let isCleaning = false
  const cleanUp = async (before: number) => {
    if (!(await holdsDuty())) return
    isCleaning = true
    await runCleanUp(before).finally(() => (isCleaning = false))
  }
  const runCleanUp = async (before: number) => {
    const found = await services.sweep.loose(before)
    log.debug({ found }, 'swept')
    if (found > 0) log.info({ found }, 'removed bytes that no attachment holds')
    await services.attachments.forgetRetries()
    await services.shares.forgetEnded()
    await services.grants.forgetEnded()
    await counting?.counts.forget()
  }
  const flush = enqueue('writing down when tokens were used', () => services.access.flush())
  const enqueueCleanUp = enqueue('clearing up', () => cleanUp(Date.now() - config.sweepGraceSeconds * 1000))
  // A cleanup that takes longer than an interval must not be started by another node, nor again by this one.
  const renewDuty = () =>
    void holdsDuty().catch((error: unknown) => log.warn({ err: error }, 'a duty was not prolonged'))
  const timers = [
    setInterval(() => (isCleaning ? renewDuty : enqueueCleanUp)(), interval),
    setInterval(flush, TOKEN_FLUSH_MS),
  ]
  enqueue('the first clearing up', () => cleanUp(orphansBefore))()
  const stopCountExchange = counting && startCountExchange(counting, node, log)
  return async () => {
    for (const timer of timers) clearInterval(timer)
    flush()
    await stopCountExchange?.()
    await running
  }
}

/** Runs one exchange at a time; while they fail, limits count this node only. */
function startCountExchange({ counts, memory }: NonNullable<MaintenanceParts['counting']>, node: string, log: Log) {
  const exchange = createExchange(memory, counts, node)
  let running: Promise<void> | null = null
  let isFailing = false
  const run = async () => {
    try {
      await exchange.run()
      if (isFailing) log.info({}, 'limits are counted together with the other nodes again')
      isFailing = false
    } catch (error) {
      if (!isFailing) log.warn({ err: error }, 'what the other nodes count cannot be had; limits count this node alone')
      isFailing = true
      exchange.resetElsewhere()
    }
  }
  const timer = setInterval(() => {
    if (running !== null) exchange.resetElsewhere()
    else running = run().finally(() => (running = null))
  }, EXCHANGE_MS)
  return async () => {
    clearInterval(timer)
    await running
    // Publishes the last counts; no other node could.
    if (!isFailing) await run()
    await counts.close()
  }
}
