import { hash } from 'node:crypto'
import type { Actor } from '../access/actor.ts'
import { createTtlCache } from '../access/ttl-cache.ts'
import type { Catalog, FileReference, SavedRecord, SaveRecord } from '../ports/catalog.ts'
import { Fault } from '../model/fault.ts'
import { newDocumentId } from '../model/ids.ts'
import type { Gate, Target } from '../access/authorize.ts'
import { createOperations, type Operation, type Requirement } from '../access/operation.ts'
import type { DataAction } from '../model/actions.ts'
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
  UserId,
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

interface RecordPlace {
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

interface RecordList {
  readonly records: readonly CrmRecord[]
  readonly more: boolean
}

export interface Records {
  /** Fault: `not_found` about `module`. Case, spaces and underscores aside. */
  readonly module: Operation<[name: string], Module>
  /** Those that are not hidden from the actor. */
  readonly modules: Operation<[], readonly Module[]>
  /** One commit; one outcome per save, in order. */
  readonly save: Operation<[module: ModuleId, saves: readonly RecordSave[]], readonly SavedRecord[]>
  /**
   * Where something is to be attached, as a path names it: the same Faults as `module` and `find`. That a record is
   * there is cached for a second, for uploads in a row: the commit decides.
   */
  readonly place: Operation<[module: string, record: RecordId, action: DataAction], RecordPlace>
  /**
   * Faults: `not_found` about `record`; `forbidden` when the actor may not do `action` with it (`records.view` by
   * default), so that a request is refused before its body is read.
   */
  readonly find: Operation<[module: ModuleId | null, id: RecordId, action?: DataAction], CrmRecord>
  readonly list: Operation<[module: ModuleId, query: RecordQuery], RecordList>
  /** The files in its file fields. */
  readonly entries: Operation<[record: RecordId], readonly FieldEntry[]>
  /** With everything on them. Answers those that were there. */
  readonly remove: Operation<[module: ModuleId, ids: readonly RecordId[]], readonly RecordId[]>
}

interface RecordsParts {
  readonly catalog: Catalog
  readonly sweep: Sweep
  readonly gate: Gate
  readonly newId: () => string
  readonly now: () => number
}

export function createRecords({ catalog, sweep, gate, newId, now }: RecordsParts): Records {
  const { operation } = createOperations(gate)
  const places = createTtlCache<RecordPlace>(now)
  const needsOf = createSaveRequirements(catalog)
  const moduleNamed = async (actor: Actor, name: string) => {
    const module = await catalog.module(actor.organization, name)
    if (module === null) throw noModule(name)
    gate.mustSee(actor, module)
    return module
  }
  const recordOf = async ({ organization }: Actor, module: ModuleId | null, id: RecordId) => {
    const record = await catalog.record(organization, module, id)
    if (record === null) throw noRecord(id)
    return record
  }
  const placeOf = async (actor: Actor, name: string, record: RecordId): Promise<RecordPlace> => {
    const key = `${actor.organization} ${record} ${name}`
    const known = places.get(key)
    if (known !== undefined) return known
    const asked = now()
    const module = await catalog.moduleOfRecord(actor.organization, name, record)
    if (module === null) {
      // Which of the two is missing?
      const present = await moduleNamed(actor, name)
      return { module: present.id, record: (await recordOf(actor, present.id, record)).id }
    }
    const place = { module, record }
    places.set(key, place, asked)
    return place
  }
  return {
    // Which modules there are is known to every member, but for those that the profile hides.
    module: operation([], moduleNamed),
    modules: createModuleList(catalog, gate),
    // A path that leads nowhere is said before what is denied: where it leads is looked up first.
    place: operation([], async (actor, name, record, action) => {
      const place = await placeOf(actor, name, record)
      await gate.authorize(actor, action, recordTarget(place.record))
      return place
    }),
    save: operation(
      (actor, module, saves) => needsOf(actor, module, saves),
      async (actor, module, saves) =>
        catalog.saveRecords(saves.map((save) => preparedSave(save, { actor, module, newId, at: now() }))),
    ),
    find: operation([], async (actor, module, id, action = 'records.view') => {
      const record = await recordOf(actor, module, id)
      await gate.authorize(actor, action, recordTarget(id))
      return record
    }),
    list: operation(
      (_actor, module, _query) => ['records.view', { kind: 'module', module }],
      async (actor, module, query) => catalog.records(listOf(actor, module, query, await ownOnly(actor, module))),
    ),
    entries: operation(
      (_actor, record) => ['records.view', recordTarget(record)],
      async ({ organization }, record) => catalog.entries(organization, record),
    ),
    remove: operation(
      (_actor, module, ids) => [
        ['records.delete', { kind: 'module', module }],
        ...ids.map((id): Requirement => ['records.delete', recordTarget(id)]),
      ],
      async (actor, module, ids) => {
        const removed = await catalog.removeRecords(actor.organization, module, ids, now())
        places.clear()
        if (removed.length > 0) await sweep.collectBatch()
        return removed
      },
    ),
  }

  /** The user whose records alone a list shows; null: all of the module's. */
  async function ownOnly(actor: Actor, id: ModuleId): Promise<UserId | null> {
    if (!gate.isRestricted(actor)) return null
    const module = (await catalog.modules(actor.organization)).find((one) => one.id === id)
    return module === undefined ? null : gate.listsOnlyOwn(actor, module)
  }
}

export function createModuleList(catalog: Pick<Catalog, 'modules'>, gate: Gate): Records['modules'] {
  const list = async (actor: Actor) => gate.visible(actor, await catalog.modules(actor.organization))
  return createOperations(gate).operation([], list)
}

/** What saves need: the module's action, each record that is changed or would be matched, each file that is referred to. */
function createSaveRequirements(catalog: Catalog) {
  const matched = async ({ organization }: Actor, module: ModuleId, { match = null }: RecordSave) => {
    if (match?.then !== 'update') return []
    const twin = await catalog.matchRecord(organization, module, match.email, match.phone)
    return twin === null ? [] : [['records.change', recordTarget(twin.id)] as const]
  }
  // In a field a file gets an address that opens without a token: only an actor that may see it may put it there.
  const referred = async ({ organization }: Actor, { files = [] }: RecordSave): Promise<readonly Requirement[]> => {
    const targets = files.flatMap(({ entries }) => entries.map(({ target }) => target))
    const ids = targets.flatMap((target) => ('attachment' in target ? [target.attachment] : []))
    const found = await Promise.all(ids.map((id) => catalog.attachment(organization, id)))
    return found.flatMap((file) =>
      file === null ? [] : [['attachments.view', { kind: 'file', record: file.record, role: file.role }] as const],
    )
  }
  return async (actor: Actor, module: ModuleId, saves: readonly RecordSave[]): Promise<readonly Requirement[]> => {
    const needs: Requirement[] = []
    for (const save of saves) {
      needs.push([save.change === null ? 'records.create' : 'records.change', { kind: 'module', module }])
      if (save.change !== null) needs.push(['records.change', recordTarget(save.change)])
      needs.push(...(await matched(actor, module, save)), ...(await referred(actor, save)))
    }
    return needs
  }
}

interface SaveContext {
  readonly actor: Actor
  readonly module: ModuleId
  readonly newId: () => string
  readonly at: number
}

function preparedSave(save: RecordSave, { actor, module, newId, at }: SaveContext): SaveRecord {
  return {
    organization: actor.organization,
    module,
    change: save.change,
    id: newId() as RecordId,
    by: actor.user,
    at,
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
  }
}

function listOf({ organization }: Actor, module: ModuleId, query: RecordQuery, visibleTo: UserId | null) {
  const { sort = 'created', order = 'desc', offset = 0, limit, after = null, search = null } = query
  const changedAfter = query.changedAfter ?? null
  return { organization, module, sort, order, offset, limit, after, search, changedAfter, visibleTo } as const
}

function recordTarget(record: RecordId): Target {
  return { kind: 'record', record }
}

function noModule(name: string): Fault {
  return new Fault('not_found', 'module', `There is no module "${name.slice(0, 60)}" in this organization.`)
}

function noRecord(id: RecordId): Fault {
  return new Fault(
    'not_found',
    'record',
    `There is no record ${id.slice(0, 40)} here: it was never made, belongs to another module, or was removed.`,
  )
}

function referenceTo(target: EntryTarget): FileReference {
  if ('attachment' in target) return { by: 'attachment', attachment: target.attachment }
  if ('document' in target) return { by: 'document', document: target.document as DocumentId }
  return { by: 'url', url: target.url, hash: hash('sha256', target.url, 'hex') as Sha256 }
}
