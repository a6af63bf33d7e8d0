/** The one place where objects are made and joined. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { openDiskBlobs } from './blobs/disk.ts'
import { lockFolder } from './catalog/lock.ts'
import { openSqliteCatalog } from './catalog/sqlite.ts'
import type { Config } from './config.ts'
import { createAccess, type Access } from './core/access.ts'
import type { Log } from './core/contracts.ts'
import { createDesk, type Desk } from './core/desk.ts'
import { createIdSource } from './core/ids.ts'
import { createOrganizations, type Organizations } from './core/organizations.ts'
import { createDialects } from './dialects/index.ts'
import { createApp } from './http/app.ts'
import { sniff } from './sniff.ts'

const TOKEN_FLUSH_MS = 60_000

export interface House {
  readonly desk: Desk
  readonly log: Log
  /** Resolves to the port once it listens. */
  listen(): Promise<number>
  /** Takes nothing new, lets what is in flight finish within the configured time, and puts everything away. */
  close(): Promise<void>
}

/** Opens a data folder for serving; nobody else may serve it meanwhile. Errors: FolderInUse, CatalogTooNew, and the disk's own. */
export async function openHouse(config: Config): Promise<House> {
  makeFolder(config.data)
  const lock = lockFolder(config.data)
  const openedAt = Date.now()
  const log = createLog(config.logLevel)
  const catalog = await openSqliteCatalog({ folder: config.data })
  const blobs = await openDiskBlobs(join(config.data, 'blobs')).catch(async (error: unknown) => {
    // The catalog's threads would keep a process alive that has said why it does not start.
    await catalog.close()
    lock.release()
    throw error
  })
  const desk = createDesk({ catalog, blobs, log, sniff })
  const app = createApp({ dialects: createDialects(config), desk, log, settings: settingsOf(config) })
  // Under the lock nobody else can be uploading: whatever lay loose before is nobody's.
  const stopTending = tend(desk, log, openedAt, config)
  return {
    desk,
    log,
    listen: () =>
      new Promise((resolve, reject) => {
        app.server.once('error', reject)
        app.server.listen(config.port, config.host, () => {
          const address = app.server.address()
          resolve(typeof address === 'object' && address !== null ? address.port : config.port)
        })
      }),
    async close() {
      await app.stop(config.stopSeconds * 1000)
      await stopTending()
      await catalog.close()
      await blobs.close()
      lock.release()
    },
  }
}

/** What administration needs of a data folder, safe beside a running server: the catalog alone. */
export interface Office {
  readonly access: Access
  readonly organizations: Organizations
  close(): Promise<void>
}

export async function openOffice(config: Config): Promise<Office> {
  makeFolder(config.data)
  const catalog = await openSqliteCatalog({ folder: config.data })
  const newId = createIdSource()
  return {
    access: createAccess(catalog, newId, Date.now),
    organizations: createOrganizations(catalog, newId, Date.now),
    close: () => catalog.close(),
  }
}

/** Files of customers lie in it: nobody else on the machine may look. */
function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
}

/** To standard error, so that standard output stays for what people asked for. */
function createLog(level: string): Log {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: false }))
}

/** Background work. Answers how to end it, which waits for what is running. */
function tend(desk: Desk, log: Log, openedAt: number, config: Config): () => Promise<void> {
  let running = Promise.resolve()
  const later = (name: string, work: () => Promise<unknown>) => () => {
    running = running.then(work).then(
      () => undefined,
      (error: unknown) => {
        log.error({ err: error }, `${name} failed; it will be tried again`)
      },
    )
  }
  const sweep = async (before: number) => {
    const found = await desk.sweep.loose(before)
    if (found > 0) log.info({ found }, 'removed bytes that no attachment holds')
  }
  const flush = later('writing down when tokens were used', () => desk.access.flush())
  const sweepInterval = config.sweepIntervalSeconds * 1000
  const timers = [
    setInterval(
      later('the sweep', () => sweep(Date.now() - config.sweepGraceSeconds * 1000)),
      sweepInterval,
    ),
    setInterval(
      later('forgetting idempotency keys', () => desk.attachments.forgetRetries()),
      sweepInterval,
    ),
    setInterval(flush, TOKEN_FLUSH_MS),
  ]
  later('the first sweep', () => sweep(openedAt))()
  return async () => {
    for (const timer of timers) clearInterval(timer)
    flush()
    await running
  }
}

function settingsOf(config: Config): Parameters<typeof createApp>[0]['settings'] {
  return {
    origin: config.origin,
    corsOrigins: config.corsOrigins,
    idleMs: config.idleSeconds * 1000,
    requestMs: config.requestSeconds * 1000,
    headersMs: config.headersSeconds * 1000,
    maxParts: config.maxParts,
    drainBytes: config.drainBytes,
  }
}
