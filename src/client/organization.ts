/** The resources of one organization. */
import type {
  FieldChangeWire,
  NewFieldWire,
  NewModuleWire,
  NewRecordWire,
  NewTokenWire,
  RecordChangeWire,
} from '../dialects/native/bodies.ts'
import type {
  CreatedTokenWire,
  FieldWire,
  ModuleWire,
  OrganizationWire,
  RecordWire,
  RecordWithEntriesWire,
  TokenWire,
  UsageWire,
} from '../dialects/native/wire.ts'
import { createAttachments, type Attachments } from './attachments.ts'
import { createPages, type Pages } from './pages.ts'
import type { CallOptions, Transport } from './transport.ts'

/** Modules are named by their API name (`Leads`), case-insensitively. */
export interface OrganizationClient {
  readonly id: string
  readonly attachments: Attachments
  readonly modules: {
    list(options?: ListOptions): Pages<ModuleWire>
    get(name: string, options?: CallOptions): Promise<ModuleWire>
    create(module: NewModuleWire, options?: CallOptions): Promise<ModuleWire>
    remove(name: string, options?: CallOptions): Promise<void>
  }
  readonly fields: {
    list(module: string, options?: ListOptions): Pages<FieldWire>
    get(id: string, options?: CallOptions): Promise<FieldWire>
    create(module: string, field: NewFieldWire, options?: CallOptions): Promise<FieldWire>
    change(id: string, change: FieldChangeWire, options?: CallOptions): Promise<FieldWire>
    remove(id: string, options?: CallOptions): Promise<void>
  }
  readonly records: {
    /** Newest first, or `order: 'asc'`; `search` matches a part of title, e-mail or phone. */
    list(module: string, options?: RecordListOptions): Pages<RecordWire>
    get(id: string, options?: CallOptions): Promise<RecordWithEntriesWire>
    create(module: string, record: NewRecordWire, options?: CallOptions): Promise<RecordWire>
    change(id: string, change: RecordChangeWire, options?: CallOptions): Promise<RecordWire>
    /** Removes its attachments as well. */
    remove(id: string, options?: CallOptions): Promise<void>
  }
  readonly tokens: {
    list(options?: ListOptions): Pages<TokenWire>
    /** The secret is returned only here. */
    create(token: NewTokenWire, options?: CallOptions): Promise<CreatedTokenWire>
    revoke(id: string, options?: CallOptions): Promise<void>
  }
  get(options?: CallOptions): Promise<OrganizationWire>
  usage(options?: CallOptions): Promise<UsageWire>
}

export interface ListOptions extends CallOptions {
  /** Items per page. */
  readonly pageSize?: number
}

interface RecordListOptions extends ListOptions {
  readonly search?: string
  readonly order?: 'asc' | 'desc'
}

export function createOrganizationClient(transport: Transport, id: string): OrganizationClient {
  const base = `/organizations/${encodeURIComponent(id)}`
  const rest = createRest(transport)
  const moduleAt = (name: string) => `${base}/modules/${encodeURIComponent(name)}`
  const fieldAt = (field: string) => `${base}/fields/${encodeURIComponent(field)}`
  const recordAt = (record: string) => `${base}/records/${encodeURIComponent(record)}`
  return {
    id,
    attachments: createAttachments(transport, base),
    modules: {
      list: (options) => rest.list(`${base}/modules`, options),
      get: (name, options) => rest.get(moduleAt(name), options),
      create: (module, options) => rest.create(`${base}/modules`, module, options),
      remove: (name, options) => rest.remove(moduleAt(name), options),
    },
    fields: {
      list: (module, options) => rest.list(`${moduleAt(module)}/fields`, options),
      get: (field, options) => rest.get(fieldAt(field), options),
      create: (module, field, options) => rest.create(`${moduleAt(module)}/fields`, field, options),
      change: (field, change, options) => rest.change(fieldAt(field), change, options),
      remove: (field, options) => rest.remove(fieldAt(field), options),
    },
    records: {
      list: (module, options) => rest.list(`${moduleAt(module)}/records`, options),
      get: (record, options) => rest.get(recordAt(record), options),
      create: (module, record, options) => rest.create(`${moduleAt(module)}/records`, record, options),
      change: (record, change, options) => rest.change(recordAt(record), change, options),
      remove: (record, options) => rest.remove(recordAt(record), options),
    },
    tokens: {
      list: (options) => rest.list(`${base}/tokens`, options),
      create: (token, options) => rest.create(`${base}/tokens`, token, options),
      revoke: (token, options) => rest.remove(`${base}/tokens/${encodeURIComponent(token)}`, options),
    },
    get: (options) => rest.get(base, options),
    usage: (options) => rest.get(`${base}/usage`, options),
  }
}

interface Rest {
  list<T>(path: string, options?: RecordListOptions): Pages<T>
  get<T>(path: string, options?: CallOptions): Promise<T>
  create<T>(path: string, json: object, options?: CallOptions): Promise<T>
  change<T>(path: string, json: object, options?: CallOptions): Promise<T>
  remove(path: string, options?: CallOptions): Promise<void>
}

/**
 * The operations that all resources share. Every option of a list except `signal` and `pageSize` is a query parameter.
 */
export function createRest(transport: Transport): Rest {
  return {
    list(path, { signal, pageSize, ...query } = {}) {
      return createPages((cursor) =>
        transport.json({ method: 'GET', path, query: { ...query, limit: pageSize, cursor }, signal }),
      )
    },
    get: (path, { signal } = {}) => transport.json({ method: 'GET', path, signal }),
    create: (path, json, { signal } = {}) => transport.json({ method: 'POST', path, json, signal }),
    change: (path, json, { signal } = {}) => transport.json({ method: 'PATCH', path, json, signal }),
    async remove(path, { signal } = {}) {
      await transport.call({ method: 'DELETE', path, signal })
    },
  }
}
