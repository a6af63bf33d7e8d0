/** Composition root: the only place where stores, services and threads are created and connected. */
import { pino } from 'pino'
import { makeFolder } from '../blobs/new-folder.ts'
import { lockFolder } from '../catalog/sqlite/lock.ts'
import { mustBeServable } from '../catalog/sqlite/folder-mark.ts'
import { writerLayout } from '../catalog/sqlite/writer-metrics.ts'
import { mergeReloaded, type Config } from '../config/config.ts'
import type { BlobStore, Log } from '../core/ports/contracts.ts'
import { createLimitMemory } from '../core/limits/limit-memory.ts'
import type { Services } from '../core/services.ts'
import { newOperatorSecret } from '../core/access/operator.ts'
import type { LoginPrefill } from '../core/access/sessions.ts'
import type { HttpThread, HttpThreadParts, LiveSettings } from './http-thread.ts'
import type { HttpWorker } from './http-worker.ts'
import { readCertificate, type Certificate } from '../http/certificate.ts'
import { createLog } from './log.ts'
import { mustBeCurrentForServing, openBlobs, openCatalog, openCounts, ownsFolder } from './stores.ts'
import { startMaintenance } from './maintenance.ts'

export interface ServerOptions {
  /** Whether background work runs; a command that opens a data folder briefly leaves it to the next server. Default: true. */
  readonly runsMaintenance?: boolean
  /** Values to prefill the login form with; used by the demo only. */
  readonly loginPrefill?: LoginPrefill | null
}

export interface RunningServer {
  readonly services: Services
  readonly log: Log
  /** A native token with all permissions, valid while the server is open. */
  readonly operator: string
  /** Resolves to the port when it listens. */
  listen(): Promise<number>
  /** Applies the settings and certificates read now; if they are invalid, keeps the old ones. The log says which. */
  reload(read: () => Config): void
  /** Accepts nothing new, lets requests in flight finish within the configured time, and closes everything. */
  close(): Promise<void>
}

/** Opens a data folder for serving, exclusively. Errors: FolderInUse, NotServable, CatalogTooNew, and the disk's own. */
export async function openServer(
  settings: Config,
  { runsMaintenance = true, loginPrefill = null }: ServerOptions = {},
): Promise<RunningServer> {
  const config = { ...settings, operator: newOperatorSecret(), loginPrefill }
  mustBeServable(config.data)
  let live: LiveSettings = { config, certificate: certificateOf(config) }
  await makeFolder(config.data)
  const isExclusive = ownsFolder(config)
  const lock = isExclusive ? lockFolder(config.data) : null
  const openedAt = Date.now()
  const log = createLog(config.logLevel, errorOutput())
  const writerMetrics = config.metrics ? writerLayout.newBuffer() : null
  // The catalog's thread starts while this one loads the HTTP modules, which take a third of the time of a start.
  const opening = openCatalog(config, log, writerMetrics ?? undefined)
  const loading = import('./http-thread.ts')
  const catalog = await opening
    .then((opened) => mustBeCurrentForServing(opened, config))
    .catch((error: unknown) => {
      lock?.release()
      throw error
    })
  const { threadBuffers } = await loading
  const buffers = writerMetrics && threadBuffers(config, writerMetrics)
  const limitMemory = createLimitMemory()
  const threadParts = { live, log, catalog, counting: limitMemory, buffers, thread: 0 }
  const { blobs, httpThread } = await openFirstThread(threadParts).catch(async (error: unknown) => {
    // The catalog's threads would keep a process alive whose start failed.
    await catalog.close()
    lock?.release()
    throw error
  })
  const { services } = httpThread
  const workers: HttpWorker[] = []
  // Under the lock no other process can be uploading: bytes without a row from before the start belong to no upload.
  const orphansBefore = isExclusive ? openedAt : openedAt - config.sweepGraceSeconds * 1000
  const counts = runsMaintenance ? await openCounts(config, log) : null
  const shared = { duties: isExclusive ? null : catalog, counting: counts && { counts, memory: limitMemory } }
  const stopMaintenance = runsMaintenance
    ? startMaintenance({ services, log, config, orphansBefore, ...shared })
    : () => services.access.flush()
  return {
    services,
    log,
    operator: config.operator,
    async listen() {
      const port = await httpThread.listen(config.port)
      const { openHttpWorker } = await import('./http-worker.ts')
      for (let thread = 1; thread < config.workers; thread++) {
        const opening = { live: { ...live, config: { ...live.config, port } }, counting: limitMemory, buffers, thread }
        workers.push(await openHttpWorker({ ...opening, writer: catalog.share() }, log))
      }
      return port
    },
    reload(read) {
      const next = reloadedSettings(live, read, log)
      httpThread.metrics?.reloaded(next !== null)
      if (next === null) return
      live = next
      for (const each of [httpThread, ...workers]) each.update(live)
    },
    async close() {
      await Promise.all([httpThread.stop(), ...workers.map((thread) => thread.stop())])
      try {
        await stopMaintenance()
      } finally {
        await catalog.close()
        await blobs.close()
        lock?.release()
      }
    },
  }
}

/** Ignores errors: a server whose terminal is closed still stops in order. */
function errorOutput() {
  return pino.destination({ dest: 2, sync: false }).on('error', () => undefined)
}

async function openFirstThread(
  parts: Omit<HttpThreadParts, 'blobs'>,
): Promise<{ blobs: BlobStore; httpThread: HttpThread }> {
  const { openHttpThread } = await import('./http-thread.ts')
  const blobs = await openBlobs(parts.live.config)
  return { blobs, httpThread: await openHttpThread({ ...parts, blobs }) }
}

function certificateOf({ tlsKey, tlsCert }: Config): Certificate | null {
  return tlsKey === null || tlsCert === null ? null : readCertificate(tlsKey, tlsCert)
}

/** Null if the settings read are invalid. */
function reloadedSettings({ config: current }: LiveSettings, read: () => Config, log: Log): LiveSettings | null {
  try {
    const { config, changed, fixed } = mergeReloaded(current, read())
    const live = {
      config: { ...config, operator: current.operator, loginPrefill: current.loginPrefill },
      certificate: certificateOf(config),
    }
    log.info({ changed }, 'the settings were read again')
    if (fixed.length > 0) log.warn({ settings: fixed }, 'changed settings that want a new start were left as they are')
    return live
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    log.error({}, `the settings could not be read again, the old ones stay: ${why}`)
    return null
  }
}
