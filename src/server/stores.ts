/** Where a configuration has things kept: the catalog in SQLite or PostgreSQL, the bytes on the disk or in S3. */
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
  /** Operations that this thread asked to be written and that are not answered yet. */
  readonly waiting: () => number
}

export interface ProcessCatalog extends ThreadCatalog {
  /** For `connectCatalog` on another thread, to be transferred; null: that one opens its own. */
  share(): MessagePort | null
}

/** Whether the data folder holds what one server alone may be at; else any number of equal nodes may run. */
export function ownsFolder({ databaseUrl, blobsUrl }: Config): boolean {
  return databaseUrl === null || blobsUrl === null
}

/** What serves no requests asks for few connections, and counts nothing. */
export async function openCatalog(config: Config, log?: Log, buffer?: MetricsBuffer): Promise<ProcessCatalog> {
  const options = { ...(log && { log }), ...(buffer && { buffer }) }
  if (config.databaseUrl === null) return openSqliteCatalog({ folder: config.data, ...options })
  // Loaded by those who use it: it would cost everybody else memory and time.
  const { openPostgresCatalog } = await import('../catalog/postgres/open.ts')
  const { databaseUrl: url, databaseConnections: connections, databaseSeconds } = config
  const silenceMs = databaseSeconds * 1000
  return {
    ...(await openPostgresCatalog({ url, connections, silenceMs, store: placesOf(config).bytes, ...options })),
    share: () => null,
  }
}

/** A catalog whose rows or files were moved elsewhere is refused, and closed: with the store that its files are in now it is as any other. */
export async function mustBeHere(catalog: ProcessCatalog, config: Config): Promise<ProcessCatalog> {
  const moved = await catalog.moved()
  if (moved === null || moved.store === placesOf(config).bytes) return catalog
  await catalog.close()
  throw new MovedAway(moved)
}

/**
 * The same for who is about to serve, under the folder's lock: nobody has the old store any more, so nothing needs to keep
 * them off. Nodes on PostgreSQL may have it, and are told apart by their connections.
 */
export async function mustServeHere(catalog: ProcessCatalog, config: Config): Promise<ProcessCatalog> {
  const isSettled = config.databaseUrl !== null || (await catalog.moved()) === null
  const here = await mustBeHere(catalog, config)
  if (!isSettled) (await import('../catalog/moving/sqlite-end.ts')).settleSqlite(config.data)
  return here
}

/** What was kept here is elsewhere. */
export class MovedAway extends Error {
  override readonly name = 'MovedAway'

  constructor({ target, at }: Moved) {
    super(
      `What was kept here was moved on ${new Date(at).toISOString()} (${target}); start with those settings, or take the move back with: dossier move --undo.`,
    )
  }
}

/** The catalog for one more thread of a process that has it open. */
export async function connectCatalog(config: Config, log: Log, writer: MessagePort | null): Promise<ThreadCatalog> {
  return writer === null ? openCatalog(config, log) : connectSqliteCatalog({ folder: config.data, log, writer })
}

/** Null: no other node counts the same calls. */
export async function openCounts(config: Config, log: Log): Promise<SharedCounts | null> {
  if (config.databaseUrl === null || ownsFolder(config)) return null
  const { openPostgresCounts } = await import('../catalog/postgres/counts.ts')
  return openPostgresCounts(config.databaseUrl, log)
}

export interface OpenBlobs {
  /** Another thread of this process has opened it already. */
  readonly shared?: boolean
}

/** What a store behind a network refuses is told now, and not by the first file. Throws `StoreRefused`, `BlobsUnreachable`. */
export async function openBlobs(config: Config, options: OpenBlobs = {}): Promise<BlobStore> {
  const { blobsUrl, s3Endpoint: endpoint, s3Region: region, s3PathStyle, s3Seconds, s3Redirect: redirects } = config
  if (blobsUrl === null) return openDiskBlobs(join(config.data, 'blobs'), options)
  const { openS3Blobs, openUsableS3Blobs } = await import('../blobs/s3.ts')
  const pathStyle = s3PathStyle === 'on' || (s3PathStyle === 'auto' && endpoint !== null)
  const { hostname: bucket, pathname } = new URL(blobsUrl)
  const folder = pathname.replace(/^\/+|\/+$/g, '')
  const prefix = folder === '' ? '' : `${folder}/`
  const place = { bucket, prefix, endpoint, region, pathStyle, silenceMs: s3Seconds * 1000, redirects }
  return options.shared === true ? openS3Blobs(place) : openUsableS3Blobs(place)
}

/** A look at the catalog that changes nothing, beside whoever serves it. Errors: NoCatalog, CatalogTooNew, CatalogTooOld. */
export async function openInspection({ databaseUrl, data }: Config): Promise<Inspection> {
  if (databaseUrl !== null)
    return (await import('../catalog/postgres/inspection.ts')).openPostgresInspection(databaseUrl)
  return (await import('../catalog/sqlite/inspection.ts')).openSqliteInspection(data)
}

/** The bytes for whoever looks after them beside those who serve: on a disk nothing is made or cleared. */
export async function openStoredBlobs(config: Config): Promise<StoredBlobs & Pick<BlobStore, 'close'>> {
  if (config.blobsUrl !== null) return openBlobs(config)
  return { ...createDiskView(join(config.data, 'blobs')), close: async () => undefined }
}

/** Where both are, as people may read it. */
export function placesOf({ data, databaseUrl, blobsUrl, s3Endpoint }: Config): { catalog: string; bytes: string } {
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
