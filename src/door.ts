/** What one thread needs to serve HTTP over shelves that are open already. */
import { join } from 'node:path'
import { pino, type DestinationStream } from 'pino'
import type { Config } from './config.ts'
import type { Catalog } from './core/catalog.ts'
import type { BlobStore } from './core/contracts.ts'
import { createCounters } from './core/counters.ts'
import { createDesk, type Desk } from './core/desk.ts'
import { createDialects, OPERATOR_SCOPES } from './dialects/index.ts'
import { createApp, type AppSettings } from './http/app.ts'
import { passwords } from './passwords.ts'
import { sniff } from './sniff.ts'
import { createAccessLog, type LevelLog } from './telemetry/access-log.ts'
import { createObserver } from './telemetry/observer.ts'

/** The log of one thread. */
export interface ServerLog extends LevelLog {
  /** A line that is no JSON. */
  readonly write: (line: string) => void
}

export interface DoorConfig extends Config {
  /** The secret of this process's operator; all its threads know the same. */
  readonly operator: string
}

/** One thread's way in from the network. */
export interface Door {
  readonly desk: Desk
  /** Resolves to the port once it listens. */
  listen(port: number): Promise<number>
  stop(): Promise<void>
}

export interface DoorParts {
  readonly config: DoorConfig
  readonly log: ServerLog
  readonly catalog: Catalog
  readonly blobs: BlobStore
  /** Where limits count; the same for every thread. */
  readonly counting: SharedArrayBuffer
}

export function openDoor({ config, log, catalog, blobs, counting }: DoorParts): Door {
  const observer = createObserver({ accessLog: createAccessLog(config.accessLog, log, log.write) })
  const operator = { secret: config.operator, scopes: OPERATOR_SCOPES }
  const desk = createDesk({ catalog, blobs, log, sniff, passwords, operator })
  const dialects = createDialects({ ...config, counters: createCounters(counting) })
  const app = createApp({ dialects, desk, log, observer, settings: settingsOf(config) })
  return {
    desk,
    listen: (port) =>
      new Promise((resolve, reject) => {
        app.server.once('error', reject)
        // Several threads on one port: the kernel deals out the connections.
        app.server.listen({ port, host: config.host, reusePort: config.workers > 1 }, () => {
          const address = app.server.address()
          resolve(typeof address === 'object' && address !== null ? address.port : port)
        })
      }),
    stop: () => app.stop(config.stopSeconds * 1000),
  }
}

export function blobsIn(config: Config): string {
  return join(config.data, 'blobs')
}

/** Structured lines. The process's own go to standard error, so that standard output stays for what people asked for. */
export function createLog(level: string, to: DestinationStream): ServerLog {
  return Object.assign(pino({ level, base: null }, to), { write: (line: string) => to.write(line) })
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
