/** Serves HTTP in one thread, with stores that are already open. */
import type { Server } from 'node:http'
import { writerLayout } from '../catalog/sqlite/writer-metrics.ts'
import type { Config } from '../config/config.ts'
import type { BlobStore } from '../core/ports/contracts.ts'
import { createRateLimiter } from '../core/limits/rate-limiter.ts'
import { createServices, type Services } from '../core/services.ts'
import type { LoginPrefill } from '../core/access/sessions.ts'
import type { MetricsBuffer } from '../core/ports/metrics-buffer.ts'
import { createDialects, OPERATOR_SCOPES } from '../dialects/index.ts'
import { createApp, type AppSettings } from '../http/app.ts'
import type { Certificate } from '../http/certificate.ts'
import type { ServerLog } from './log.ts'
import { passwords } from './passwords.ts'
import type { ThreadCatalog } from './stores.ts'
import { sniff } from './sniff.ts'
import { createAccessLog } from '../telemetry/access-log.ts'
import { newBuffers, openMetrics } from '../telemetry/metrics.ts'
import { createMetricsPage } from '../telemetry/metrics-page.ts'
import { createObserver } from '../telemetry/observer.ts'
import { openSpans } from '../telemetry/tracing.ts'
import type { ThreadMetrics } from '../telemetry/thread-metrics.ts'

export interface ServingConfig extends Config {
  /** The secret of this process's operator; the same in all its threads. */
  readonly operator: string
  /** Values to prefill the login form with; used by the demo only. */
  readonly loginPrefill: LoginPrefill | null
}

/** Settings that may change while a thread serves. */
export interface LiveSettings {
  readonly config: ServingConfig
  /** Null: without TLS. */
  readonly certificate: Certificate | null
}

/** Metrics buffers of the process; `http` has one for each thread, in order. */
export interface ThreadBuffers {
  readonly http: readonly MetricsBuffer[]
  readonly writer: MetricsBuffer
}

/** One thread that serves HTTP. */
export interface HttpThread {
  readonly services: Services
  /** Null: no metrics are recorded. */
  readonly metrics: ThreadMetrics | null
  /** Resolves to the port when it listens. */
  listen(port: number): Promise<number>
  /** Applies to later requests. */
  update(live: LiveSettings): void
  stop(): Promise<void>
}

export interface HttpThreadParts {
  readonly live: LiveSettings
  readonly log: ServerLog
  readonly catalog: ThreadCatalog
  readonly blobs: BlobStore
  /** Memory of the rate limits, shared by all threads. */
  readonly counting: SharedArrayBuffer
  /** Null: no metrics are recorded. */
  readonly buffers: ThreadBuffers | null
  /** Index of the thread; 0 for the first. */
  readonly thread: number
}

export async function openHttpThread(parts: HttpThreadParts): Promise<HttpThread> {
  const { live: first, log, catalog, blobs, counting, buffers, thread } = parts
  let live = first
  let accessLog = createAccessLog(live.config.accessLog, log, log.write)
  const dialects = createDialects(() => live.config, createRateLimiter(counting))
  const counted =
    buffers &&
    openMetrics({
      ...{ dialects, thread, buffers: buffers.http, waiting: () => catalog.waiting() },
      others: [{ families: writerLayout.families, buffers: [buffers.writer] }],
      expiresAt: () => live.certificate?.expiresAt ?? null,
    })
  const metrics = counted?.metrics ?? null
  const pages = counted
    ? [createMetricsPage({ token: () => live.config.metricsToken, text: () => counted.text() })]
    : []
  const observer = createObserver({ accessLog: () => accessLog, metrics, spans: await openSpans() })
  const operator = { secret: live.config.operator, scopes: OPERATOR_SCOPES, kind: 'native' as const }
  const services = createServices({
    catalog,
    blobs,
    log,
    sniff,
    passwords,
    operator,
    loginPrefill: live.config.loginPrefill,
    metrics: metrics?.sweep ?? null,
  })
  const app = createApp({
    ...{ dialects: [...pages, ...dialects], services, log, observer },
    ...{ settings: settingsOf(live.config), certificate: live.certificate },
  })
  return {
    services,
    metrics,
    listen: (port) => listening(app.server, port, live.config),
    update(next) {
      live = next
      log.level = next.config.logLevel
      accessLog = createAccessLog(next.config.accessLog, log, log.write)
      app.update(settingsOf(next.config), next.certificate)
    },
    async stop() {
      await app.stop(live.config.stopSeconds * 1000)
      await services.sweep.stop()
      counted?.stop()
    },
  }
}

/** Buffers for all HTTP threads and the catalog's writer thread. */
export function threadBuffers(config: Config, writer: MetricsBuffer): ThreadBuffers {
  return {
    http: newBuffers(
      createDialects(() => config, createRateLimiter()),
      config.workers,
    ),
    writer,
  }
}

function listening(server: Server, port: number, { host, workers }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // With several threads on one port the kernel distributes the connections.
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
    // At most the time of the whole request; Node refuses to start otherwise.
    headersMs: Math.min(config.headersSeconds, config.requestSeconds) * 1000,
    maxParts: config.maxParts,
    drainBytes: config.drainBytes,
  }
}
