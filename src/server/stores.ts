/** Opens the stores of a configuration: the catalog in SQLite or PostgreSQL, the bytes on the disk or in S3. */
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { createDiskView, openDiskBlobs } from '../blobs/disk.ts'
import { connectSqliteCatalog, openSqliteCatalog } from '../catalog/sqlite/open.ts'
import type { Config } from '../config/config.ts'
import type { Catalog } from '../core/ports/catalog.ts'
import type { SharedCounts } from '../core/limits/shared-counts.ts'
import type { BlobStore, Log, StoredBlobs } from '../core/ports/contracts.ts'
import type { Inspection } from '../core/ports/inspection.ts'
import type { Moved } from '../core/ports/moves-catalog.ts'
import type { MetricsBuffer } from '../core/ports/metrics-buffer.ts'

export interface ThreadCatalog extends Catalog {
  /** Number of write operations of this thread that are not completed yet. */
  readonly waiting: () => number
}

export interface ProcessCatalog extends ThreadCatalog {
  /** For `connectCatalog` in another thread, to be transferred; null: that thread opens its own. */
  share(): MessagePort | null
}

/** Whether the data folder contains a store that only one server may open; else any number of equal nodes may run. */
export function ownsFolder({ databaseUrl, blobsUrl }: Config): boolean {
  return databaseUrl === null || blobsUrl === null
}

/** `log` and `buffer` (metrics) are for servers; commands omit them. */
export async function openCatalog(config: Config, log?: Log, buffer?: MetricsBuffer): Promise<ProcessCatalog> {
  const options = { ...(log && { log }), ...(buffer && { buffer }) }
  if (config.databaseUrl === null) return openSqliteCatalog({ folder: config.data, ...options })
  // Loaded only if used: it costs memory and time.
  const { openPostgresCatalog } = await import('../catalog/postgres/open.ts')
  const { databaseUrl: url, databaseConnections: connections, databaseSeconds } = config
  const silenceMs = databaseSeconds * 1000
  return {
    ...(await openPostgresCatalog({ url, connections, silenceMs, store: storeLocationsOf(config).bytes, ...options })),
    share: () => null,
  }
}

/** Closes the catalog and throws MovedAway if its rows or files were moved, unless to the configured blob store. */
export async function mustBeCurrent(catalog: ProcessCatalog, config: Config): Promise<ProcessCatalog> {
  const moved = await catalog.moved()
  if (moved === null || moved.store === storeLocationsOf(config).bytes) return catalog
  await catalog.close()
  throw new MovedAway(moved)
}

/**
 * The same for a server; must be called under the folder's lock. No process can have the old store open any more, so a
 * move's triggers and mark are removed. On PostgreSQL nodes may have it open, and are recognized by their connections.
 */
export async function mustBeCurrentForServing(catalog: ProcessCatalog, config: Config): Promise<ProcessCatalog> {
  const isSettled = config.databaseUrl !== null || (await catalog.moved()) === null
  const current = await mustBeCurrent(catalog, config)
  if (!isSettled) (await import('../catalog/moving/sqlite-end.ts')).settleSqlite(config.data)
  return current
}

/** The rows or files of the configured stores were moved to other stores. */
export class MovedAway extends Error {
  override readonly name = 'MovedAway'

  constructor({ target, at }: Moved) {
    super(
      `What was kept here was moved on ${new Date(at).toISOString()} (${target}); start with those settings, or take the move back with: dossier move --undo.`,
    )
  }
}

/** The catalog for another thread of a process that has it open. */
export async function connectCatalog(config: Config, log: Log, writer: MessagePort | null): Promise<ThreadCatalog> {
  return writer === null ? openCatalog(config, log) : connectSqliteCatalog({ folder: config.data, log, writer })
}

/** Null: no other node can share the counts. */
export async function openCounts(config: Config, log: Log): Promise<SharedCounts | null> {
  if (config.databaseUrl === null || ownsFolder(config)) return null
  const { openPostgresCounts } = await import('../catalog/postgres/counts.ts')
  return openPostgresCounts(config.databaseUrl, log)
}

export interface OpenBlobs {
  /** Another thread of this process has it open. */
  readonly shared?: boolean
}

/** A store on a network is checked now, not by the first file. Throws `StoreRefused`, `BlobsUnreachable`. */
export async function openBlobs(config: Config, options: OpenBlobs = {}): Promise<BlobStore> {
  const { blobsUrl, s3Endpoint: endpoint, s3Region: region, s3PathStyle, s3Seconds, s3Redirect: redirects } = config
  if (blobsUrl === null) return openDiskBlobs(join(config.data, 'blobs'), options)
  const { openS3Blobs, openUsableS3Blobs } = await import('../blobs/s3.ts')
  const pathStyle = s3PathStyle === 'on' || (s3PathStyle === 'auto' && endpoint !== null)
  const { hostname: bucket, pathname } = new URL(blobsUrl)
  const folder = pathname.replace(/^\/+|\/+$/g, '')
  const prefix = folder === '' ? '' : `${folder}/`
  const location = { bucket, prefix, endpoint, region, pathStyle, silenceMs: s3Seconds * 1000, redirects }
  return options.shared === true ? openS3Blobs(location) : openUsableS3Blobs(location)
}

/** Opens the catalog read-only; a server may have it open. Errors: NoCatalog, CatalogTooNew, CatalogTooOld. */
export async function openInspection({ databaseUrl, data }: Config): Promise<Inspection> {
  if (databaseUrl !== null)
    return (await import('../catalog/postgres/inspection.ts')).openPostgresInspection(databaseUrl)
  return (await import('../catalog/sqlite/inspection.ts')).openSqliteInspection(data)
}

/** Opens the blob store for commands; a server may have it open. On a disk nothing is created or cleaned up. */
export async function openStoredBlobs(config: Config): Promise<StoredBlobs & Pick<BlobStore, 'close'>> {
  if (config.blobsUrl !== null) return openBlobs(config)
  return { ...createDiskView(join(config.data, 'blobs')), close: async () => undefined }
}

/** Locations of both stores for messages, without secrets. */
export function storeLocationsOf({ data, databaseUrl, blobsUrl, s3Endpoint }: Config): {
  catalog: string
  bytes: string
} {
  return {
    catalog: databaseUrl === null ? data : withoutSecrets(databaseUrl),
    bytes: blobsUrl === null ? data : s3Endpoint === null ? blobsUrl : `${blobsUrl} at ${s3Endpoint}`,
  }
}

function withoutSecrets(address: string): string {
  const url = new URL(address)
  url.password = ''
  url.search = ''
  return url.href
}
