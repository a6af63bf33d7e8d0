import { hash } from 'node:crypto'
import type { Actor } from '../access/access.ts'
import { createTtlCache } from '../access/ttl-cache.ts'
import type { Catalog, FileReference, SavedRecord, SaveRecord } from '../ports/catalog.ts'
import { Fault } from '../model/fault.ts'
import { newDocumentId } from '../model/ids.ts'
import { createGuard } from '../access/permissions.ts'
import type {
  Action,
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
} from '../model/model.ts'
import type { Sweep } from '../files/sweep.ts'

/** How a file field's entry references its file: an attachment or document of this organization, or an external URL. */
export type EntryTarget =
  { readonly attachment: AttachmentId } | { readonly document: string } | { readonly url: string }

export interface RecordSave {
  /** Null: a new record. */
  readonly change: RecordId | null
  /** Merged into the present properties; null removes a property. */
  readonly properties: Properties
  readonly values?: Properties
  readonly files?: readonly {
    readonly field: FieldId
    readonly entries: readonly { readonly key: string; readonly target: EntryTarget }[]
  }[]
  readonly match?: SaveRecord['match']
}

interface RecordLocation {
  readonly module: ModuleId
  readonly record: RecordId
}

interface RecordQuery {
  readonly sort?: 'created' | 'modified'
  readonly order?: 'asc' | 'desc'
  readonly offset?: number
  readonly limit: number
  readonly after?: RecordId | null
  readonly search?: string | null
  /** Only records changed after this. */
  readonly changedAfter?: number | null
}

export interface Records {
  /** Finds a module by name, ignoring case, spaces and underscores. Fault: `not_found` about `module`. */
  module(actor: Actor, name: string): Promise<Module>
  modules(actor: Actor): Promise<readonly Module[]>
  /** One commit; returns one outcome per save, in order. */
  save(actor: Actor, module: ModuleId, saves: readonly RecordSave[]): Promise<readonly SavedRecord[]>
  /**
   * Resolves the module and record of a path to which something is to be attached. Faults as for `module` and `find`.
   * Existence is cached for one second for uploads in a row; the commit checks it again.
   */
  place(actor: Actor, module: string, record: RecordId, action: Action): Promise<RecordLocation>
  /**
   * Faults: `not_found` about `record`; `forbidden` if the actor may not do `action` with it (default: `records.view`),
   * so that a request is rejected before its body is read.
   */
  find(actor: Actor, module: ModuleId | null, id: RecordId, action?: Action): Promise<CrmRecord>
  list(
    actor: Actor,
    module: ModuleId,
    query: RecordQuery,
  ): Promise<{ readonly records: readonly CrmRecord[]; readonly more: boolean }>
  /** The files in its file fields. */
  entries(actor: Actor, record: RecordId): Promise<readonly FieldEntry[]>
  /** Removes their attachments as well. Returns the ids that existed. */
  remove(actor: Actor, module: ModuleId, ids: readonly RecordId[]): Promise<readonly RecordId[]>
}

export function createRecords(catalog: Catalog, sweep: Sweep, newId: () => string, now: () => number): Records {
  const guard = createGuard(catalog)
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
  const places = createTtlCache<RecordLocation>(now)
  const mustMaySave = async (actor: Actor, module: ModuleId, { change, match = null, files = [] }: RecordSave) => {
    guard.mustMay(actor, module, change === null ? 'records.create' : 'records.change')
    if (change !== null) await guard.mustMayWith(actor, change, 'records.change')
    if (match?.then === 'update') {
      const existing = await catalog.matchRecord(actor.organization, module, match.email, match.phone)
      if (existing !== null) await guard.mustMayWith(actor, existing.id, 'records.change')
    }
    for (const { target } of files.flatMap(({ entries }) => entries)) await mustMayRefer(actor, target)
  }
  // A file in a field gets a URL that needs no token: only users who may view the attachment may reference it there.
  const mustMayRefer = async (actor: Actor, target: EntryTarget) => {
    if (!('attachment' in target)) return
    const attachment = await catalog.attachment(actor.organization, target.attachment)
    if (attachment?.record != null) await guard.mustMayWith(actor, attachment.record, 'attachments.view')
  }
  /** The user whose permitted records a list is limited to, in private modules; null for administrators: all records. */
  const keptFor = async ({ organization, user, profile }: Actor, id: ModuleId) => {
    if (profile === null) return null
    const module = (await catalog.modules(organization)).find((one) => one.id === id)
    return module?.sharing === 'private' ? user : null
  }
  return {
    async module(actor, name) {
      const module = await catalog.module(actor.organization, name)
      if (module === null)
        throw new Fault('not_found', 'module', `There is no module "${name.slice(0, 60)}" in this organization.`)
      guard.mustSee(actor, module)
      return module
    },
    async place(actor, name, record, action) {
      const key = `${actor.organization} ${record} ${name}`
      const known = places.get(key)
      if (known !== undefined) {
        if (actor.profile !== null) await guard.mustMayWith(actor, record, action)
        return known
      }
      const readAt = now()
      const module = await catalog.moduleOfRecord(actor.organization, name, record)
      if (module === null) {
        // Determines whether the module or the record is missing; each has its own Fault.
        const present = await this.module(actor, name)
        return { module: present.id, record: (await this.find(actor, present.id, record)).id }
      }
      const place = { module, record }
      places.set(key, place, readAt)
      if (actor.profile !== null) await guard.mustMayWith(actor, record, action)
      return place
    },
    async modules(actor) {
      return guard.visible(actor, await catalog.modules(actor.organization))
    },
    async save(actor, module, saves) {
      if (actor.profile !== null) for (const save of saves) await mustMaySave(actor, module, save)
      return catalog.saveRecords(saves.map((save) => prepared(actor, module, save)))
    },
    async find(actor, module, id, action = 'records.view') {
      const record = await catalog.record(actor.organization, module, id)
      if (record === null)
        throw new Fault(
          'not_found',
          'record',
          `There is no record ${id.slice(0, 40)} here: it was never made, belongs to another module, or was removed.`,
        )
      if (actor.profile !== null) await guard.mustMayWith(actor, record.id, action)
      return record
    },
    async list(actor, module, query) {
      guard.mustMay(actor, module, 'records.view')
      return catalog.records({
        organization: actor.organization,
        module,
        sort: query.sort ?? 'created',
        order: query.order ?? 'desc',
        offset: query.offset ?? 0,
        limit: query.limit,
        after: query.after ?? null,
        search: query.search ?? null,
        changedAfter: query.changedAfter ?? null,
        keptFor: await keptFor(actor, module),
      })
    },
    async entries(actor, record) {
      await guard.mustMayWith(actor, record, 'records.view')
      return catalog.entries(actor.organization, record)
    },
    async remove(actor, module, ids) {
      guard.mustMay(actor, module, 'records.delete')
      if (actor.profile !== null) for (const id of ids) await guard.mustMayWith(actor, id, 'records.delete')
      const removed = await catalog.removeRecords(actor.organization, module, ids, now())
      places.clear()
      if (removed.length > 0) await sweep.tidy()
      return removed
    },
  }
}

function referenceTo(target: EntryTarget): FileReference {
  if ('attachment' in target) return { by: 'attachment', attachment: target.attachment }
  if ('document' in target) return { by: 'document', document: target.document as DocumentId }
  return { by: 'url', url: target.url, hash: hash('sha256', target.url, 'hex') as Sha256 }
}
