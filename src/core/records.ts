import { hash } from 'node:crypto'
import type { Actor } from './access.ts'
import { createBelief } from './belief.ts'
import type { Catalog, FileReference, SavedRecord, SaveRecord } from './catalog.ts'
import { Fault } from './fault.ts'
import { newDocumentId } from './ids.ts'
import type {
  AttachmentId,
  CrmRecord,
  DocumentId,
  FieldEntry,
  FieldId,
  Module,
  ModuleId,
  Properties,
  RecordId,
  Sha256,
} from './model.ts'
import type { Sweep } from './sweep.ts'

/** How a file field's entry names its file: an attachment or document of this house, or a URL elsewhere. */
export type EntryTarget =
  { readonly attachment: AttachmentId } | { readonly document: string } | { readonly url: string }

export interface RecordSave {
  /** Null: a new record. */
  readonly change: RecordId | null
  /** Merged over what is there; null removes a property. */
  readonly properties: Properties
  readonly values?: Properties
  readonly files?: readonly {
    readonly field: FieldId
    readonly entries: readonly { readonly key: string; readonly target: EntryTarget }[]
  }[]
  readonly match?: SaveRecord['match']
}

export interface RecordPlace {
  readonly module: ModuleId
  readonly record: RecordId
}

export interface RecordQuery {
  readonly sort?: 'created' | 'modified'
  readonly order?: 'asc' | 'desc'
  readonly offset?: number
  readonly limit: number
  readonly after?: RecordId | null
  readonly search?: string | null
}

export interface Records {
  /** Fault: `not_found` about `module`. Case, spaces and underscores aside. */
  module(actor: Actor, name: string): Promise<Module>
  modules(actor: Actor): Promise<readonly Module[]>
  /** One commit; one outcome per save, in order. */
  save(actor: Actor, module: ModuleId, saves: readonly RecordSave[]): Promise<readonly SavedRecord[]>
  /**
   * Where something is to be attached, as a path names it: the same Faults as `module` and `find`. That a record is
   * there is believed for a second, for what is attached in a row: the commit decides.
   */
  place(actor: Actor, module: string, record: RecordId): Promise<RecordPlace>
  /** Fault: `not_found` about `record`. */
  find(actor: Actor, module: ModuleId | null, id: RecordId): Promise<CrmRecord>
  list(
    actor: Actor,
    module: ModuleId,
    query: RecordQuery,
  ): Promise<{ readonly records: readonly CrmRecord[]; readonly more: boolean }>
  /** The files in its file fields. */
  entries(actor: Actor, record: RecordId): Promise<readonly FieldEntry[]>
  /** With everything on them. Answers those that were there. */
  remove(actor: Actor, module: ModuleId, ids: readonly RecordId[]): Promise<readonly RecordId[]>
}

export function createRecords(catalog: Catalog, sweep: Sweep, newId: () => string, now: () => number): Records {
  const prepared = (actor: Actor, module: ModuleId, save: RecordSave): SaveRecord => ({
    organization: actor.organization,
    module,
    change: save.change,
    id: newId() as RecordId,
    by: actor.user,
    at: now(),
    properties: save.properties,
    values: save.values ?? {},
    files: (save.files ?? []).map(({ field, entries }) => ({
      field,
      entries: entries.map(({ key, target }) => ({
        key,
        reference: referenceTo(target),
        id: newId() as AttachmentId,
        document: newDocumentId(),
      })),
    })),
    match: save.match ?? null,
  })
  const places = createBelief<RecordPlace>(now)
  return {
    async module(actor, name) {
      const module = await catalog.module(actor.organization, name)
      if (module === null)
        throw new Fault('not_found', 'module', `There is no module "${name.slice(0, 60)}" in this organization.`)
      return module
    },
    async place(actor, name, record) {
      const key = `${actor.organization} ${record} ${name}`
      const known = places.get(key)
      if (known !== undefined) return known
      const asked = now()
      const module = await catalog.moduleOfRecord(actor.organization, name, record)
      if (module === null) {
        // Which of the two is missing?
        const present = await this.module(actor, name)
        return { module: present.id, record: (await this.find(actor, present.id, record)).id }
      }
      const place = { module, record }
      places.set(key, place, asked)
      return place
    },
    modules: (actor) => catalog.modules(actor.organization),
    save: (actor, module, saves) => catalog.saveRecords(saves.map((save) => prepared(actor, module, save))),
    async find(actor, module, id) {
      const record = await catalog.record(actor.organization, module, id)
      if (record === null)
        throw new Fault(
          'not_found',
          'record',
          `There is no record ${id.slice(0, 40)} here: it was never made, belongs to another module, or was removed.`,
        )
      return record
    },
    list: (actor, module, query) =>
      catalog.records({
        organization: actor.organization,
        module,
        sort: query.sort ?? 'created',
        order: query.order ?? 'desc',
        offset: query.offset ?? 0,
        limit: query.limit,
        after: query.after ?? null,
        search: query.search ?? null,
      }),
    entries: (actor, record) => catalog.entries(actor.organization, record),
    async remove(actor, module, ids) {
      const removed = await catalog.removeRecords(actor.organization, module, ids, now())
      places.clear()
      if (removed.length > 0) await sweep.collect()
      return removed
    },
  }
}

function referenceTo(target: EntryTarget): FileReference {
  if ('attachment' in target) return { by: 'attachment', attachment: target.attachment }
  if ('document' in target) return { by: 'document', document: target.document as DocumentId }
  return { by: 'url', url: target.url, hash: hash('sha256', target.url, 'hex') as Sha256 }
}
