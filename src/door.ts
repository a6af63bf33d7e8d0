/** What one thread needs to serve HTTP over shelves that are open already. */
import type { Server } from 'node:http'
import { writerLayout } from './catalog/writer-tally.ts'
import type { Config } from './config.ts'
import type { BlobStore } from './core/contracts.ts'
import { createCounters } from './core/counters.ts'
import { createDesk, type Desk } from './core/desk.ts'
import type { LoginOffer } from './core/sessions.ts'
import type { Sheet } from './core/tally.ts'
import { createDialects, OPERATOR_SCOPES } from './dialects/index.ts'
import { createApp, type AppSettings } from './http/app.ts'
import type { Certificate } from './http/certificate.ts'
import type { ServerLog } from './log.ts'
import { passwords } from './passwords.ts'
import type { ThreadCatalog } from './shelves.ts'
import { sniff } from './sniff.ts'
import { createAccessLog } from './telemetry/access-log.ts'
import { newSheets, openCounting } from './telemetry/counting.ts'
import { createMetricsPage } from './telemetry/metrics-page.ts'
import { createObserver } from './telemetry/observer.ts'
import { openSpans } from './telemetry/tracing.ts'
import type { Tally } from './telemetry/tally.ts'

export interface DoorConfig extends Config {
  /** The secret of this process's operator; all its threads know the same. */
  readonly operator: string
  /** What the login form is filled in with: in the demo alone. */
  readonly offered: LoginOffer | null
}

/** What may change while a thread serves. */
export interface Live {
  readonly config: DoorConfig
  /** Null: without TLS. */
  readonly certificate: Certificate | null
}

/** Where the whole process counts; every thread has a sheet among `doors`, in order. */
export interface Sheets {
  readonly doors: readonly Sheet[]
  readonly writer: Sheet
}

/** One thread's way in from the network. */
export interface Door {
  readonly desk: Desk
  /** Null: nothing is counted. */
  readonly tally: Tally | null
  /** Resolves to the port once it listens. */
  listen(port: number): Promise<number>
  /** For requests from now on. */
  update(live: Live): void
  stop(): Promise<void>
}

export interface DoorParts {
  readonly live: Live
  readonly log: ServerLog
  readonly catalog: ThreadCatalog
  readonly blobs: BlobStore
  /** Where limits count; the same for every thread. */
  readonly counting: SharedArrayBuffer
  /** Null: nothing is counted of what happens. */
  readonly sheets: Sheets | null
  /** 0 for the first. */
  readonly thread: number
}

export async function openDoor(parts: DoorParts): Promise<Door> {
  const { live: first, log, catalog, blobs, counting, sheets, thread } = parts
  let live = first
  let accessLog = createAccessLog(live.config.accessLog, log, log.write)
  const dialects = createDialects(() => live.config, createCounters(counting))
  const counted =
    sheets &&
    openCounting({
      ...{ dialects, thread, sheets: sheets.doors, waiting: () => catalog.waiting() },
      others: [{ families: writerLayout.families, sheets: [sheets.writer] }],
      expiresAt: () => live.certificate?.expiresAt ?? null,
    })
  const tally = counted?.tally ?? null
  const pages = counted
    ? [createMetricsPage({ token: () => live.config.metricsToken, text: () => counted.text() })]
    : []
  const observer = createObserver({ accessLog: () => accessLog, tally, spans: await openSpans() })
  const operator = { secret: live.config.operator, scopes: OPERATOR_SCOPES }
  const desk = createDesk({
    catalog,
    blobs,
    log,
    sniff,
    passwords,
    operator,
    offered: live.config.offered,
    tally: tally?.sweep ?? null,
  })
  const app = createApp({
    ...{ dialects: [...pages, ...dialects], desk, log, observer },
    ...{ settings: settingsOf(live.config), certificate: live.certificate },
  })
  return {
    desk,
    tally,
    listen: (port) => listening(app.server, port, live.config),
    update(next) {
      live = next
      log.level = next.config.logLevel
      accessLog = createAccessLog(next.config.accessLog, log, log.write)
      app.update(settingsOf(next.config), next.certificate)
    },
    async stop() {
      await app.stop(live.config.stopSeconds * 1000)
      await desk.sweep.rest()
      counted?.stop()
    },
  }
}

/** Where every thread counts, the catalog's writer in its own. */
export function sheetsFor(config: Config, writer: Sheet): Sheets {
  return {
    doors: newSheets(
      createDialects(() => config, createCounters()),
      config.workers,
    ),
    writer,
  }
}

function listening(server: Server, port: number, { host, workers }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // Several threads on one port: the kernel deals out the connections.
    server.listen({ port, host, reusePort: workers > 1 }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function settingsOf(config: Config): AppSettings {
  return {
    origin: config.origin,
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    idleMs: config.idleSeconds * 1000,
    requestMs: config.requestSeconds * 1000,
    // A head takes no longer than its whole request may; Node refuses to start otherwise.
    headersMs: Math.min(config.headersSeconds, config.requestSeconds) * 1000,
    maxParts: config.maxParts,
    drainBytes: config.drainBytes,
  }
}
