/** Files and links of one organization. */
import type { AttachmentChangeWire } from '../dialects/native/bodies.ts'
import type { AttachmentQuery } from '../dialects/native/queries.ts'
import type { AttachmentWire, PageWire, RemovalsWire, UploadedWire } from '../dialects/native/wire.ts'
import { startDownload, type Download, type DownloadOptions } from './download.ts'
import { createForm, type FormPart } from './form.ts'
import { createPages, type Pages } from './pages.ts'
import type { Progress } from './send-form.ts'
import { fileSourceOf, type Upload } from './source.ts'
import { parsed, type CallOptions, type Transport } from './transport.ts'

/** A named URL that is stored beside files. */
export interface Link {
  readonly link: string
}

export interface UploadOptions extends CallOptions {
  /** A file field of the record; its files are replaced by these. */
  readonly field?: string
  /**
   * Identifies this upload: repetitions with the same key within 24 hours attach it once.
   * By default each call uses a new key; set one to retry safely after a crash of your own program.
   */
  readonly idempotencyKey?: string
  readonly onProgress?: (progress: Progress) => void
}

export interface Uploaded {
  /** The new attachments, in the order of the parts. */
  readonly items: readonly AttachmentWire[]
  /** The server had attached these under the same key before; they may have been removed since. */
  readonly replayed: boolean
}

export type AttachmentFilters = Omit<AttachmentQuery, 'cursor' | 'limit'> & { readonly pageSize?: number }

export interface Attachments {
  list(filters?: AttachmentFilters, options?: CallOptions): Pages<AttachmentWire>
  get(id: string, options?: CallOptions): Promise<AttachmentWire>
  /** Attaches all of them or none. `record` null: to the organization itself. */
  upload(
    record: string | null,
    files: Upload | Blob | Link | readonly (Upload | Blob | Link)[],
    options?: UploadOptions,
  ): Promise<Uploaded>
  download(id: string, options?: DownloadOptions): Promise<Download>
  /** All files of a record as a ZIP, whose first entry is `manifest.json`. */
  archive(record: string, options?: Omit<DownloadOptions, 'range'>): Promise<Download>
  /** Renames, or moves to another record (null: to the organization itself). */
  change(id: string, change: AttachmentChangeWire, options?: CallOptions): Promise<AttachmentWire>
  remove(id: string, options?: CallOptions): Promise<void>
  /** Any number; one outcome per id, in their order. */
  removeAll(ids: readonly string[], options?: CallOptions): Promise<RemovalsWire['items']>
}

/** The server's limit for one bulk removal. */
const MAX_IDS = 500

export function createAttachments(transport: Transport, base: string): Attachments {
  const at = (id: string) => `${base}/attachments/${encodeURIComponent(id)}`
  const ofRecord = (id: string) => `${base}/records/${encodeURIComponent(id)}`
  return {
    list(filters = {}, { signal } = {}) {
      const { pageSize, ...query } = filters
      const read = (cursor: string | null) =>
        transport.json<PageWire<AttachmentWire>>({
          ...{ method: 'GET', path: `${base}/attachments`, signal },
          query: { ...query, limit: pageSize, cursor },
        })
      return createPages(read)
    },
    get: (id, { signal } = {}) => transport.json({ method: 'GET', path: at(id), signal }),
    async upload(record, files, { field, idempotencyKey, onProgress, signal } = {}) {
      const list = Array.isArray(files) ? (files as readonly (Upload | Blob | Link)[]) : [files as Upload | Blob | Link]
      const response = await transport.send({
        path: `${record === null ? base : ofRecord(record)}/attachments`,
        query: { field },
        form: createForm(list.map(partOf)),
        key: idempotencyKey ?? crypto.randomUUID(),
        ...{ onProgress, signal },
      })
      const { items } = await parsed<UploadedWire>(response)
      return { items, replayed: response.headers.get('idempotency-replayed') === 'true' }
    },
    download: (id, options = {}) => startDownload(transport, `${at(id)}/content`, options),
    archive: (record, options = {}) => startDownload(transport, `${ofRecord(record)}/archive`, options),
    change: (id, json, { signal } = {}) => transport.json({ method: 'PATCH', path: at(id), json, signal }),
    async remove(id, { signal } = {}) {
      await transport.call({ method: 'DELETE', path: at(id), signal })
    },
    async removeAll(ids, { signal } = {}) {
      const outcomes: RemovalsWire['items'] = []
      for (let from = 0; from < ids.length; from += MAX_IDS) {
        const json = { ids: ids.slice(from, from + MAX_IDS) }
        const path = `${base}/attachments/delete`
        outcomes.push(...(await transport.json<RemovalsWire>({ method: 'POST', path, json, signal })).items)
      }
      return outcomes
    },
  }
}

function partOf(given: Upload | Blob | Link): FormPart {
  return 'link' in given ? { name: 'link', value: given.link } : { name: 'file', piece: fileSourceOf(given) }
}
