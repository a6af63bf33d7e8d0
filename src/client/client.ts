/** `dossier/client`: Dossier's own API for programs in Node and in browsers. Requires only fetch. */
import type { NewOrganizationWire, OrganizationChangeWire } from '../dialects/native/bodies.ts'
import type {
  AttachmentWire,
  EntryWire,
  FieldWire,
  HealthWire,
  MeWire,
  ModuleWire,
  OrganizationWire,
  PageWire,
  ReadinessWire,
  RecordWire,
  RecordWithEntriesWire,
  Scope,
  TokenWire,
  UsageWire,
} from '../dialects/native/wire.ts'
import type { AttachmentFilters, Attachments, Link, Uploaded, UploadOptions } from './attachments.ts'
import type { Download, DownloadOptions } from './download.ts'
import { ConnectionError, DossierError, ProblemError, type ProblemDocument } from './errors.ts'
import { createOrganizationClient, createRest, type ListOptions, type OrganizationClient } from './organization.ts'
import type { Pages } from './pages.ts'
import type { Progress } from './send-form.ts'
import type { Source, Upload } from './source.ts'
import { createTransport, type CallOptions, type TransportOptions } from './transport.ts'

export type ClientOptions = TransportOptions

export interface Client {
  /** The token's owner and scopes. */
  me(options?: CallOptions): Promise<MeWire>
  health(options?: CallOptions): Promise<HealthWire>
  ready(options?: CallOptions): Promise<ReadinessWire>
  /** The resources of an organization, by its id. Sends no request yet. */
  organization(id: string): OrganizationClient
  /**
   * The organization that the token belongs to. Rejects with a `DossierError` for an operator's token, which belongs to
   * none.
   */
  home(options?: CallOptions): Promise<OrganizationClient>
  /** Requires an operator's token. */
  readonly organizations: {
    list(options?: ListOptions): Pages<OrganizationWire>
    create(organization: NewOrganizationWire, options?: CallOptions): Promise<OrganizationWire>
    change(id: string, change: OrganizationChangeWire, options?: CallOptions): Promise<OrganizationWire>
    /** Removes everything in it as well. */
    remove(id: string, options?: CallOptions): Promise<void>
  }
}

/**
 * Throws a `DossierError` for an invalid address. Does not connect: an unreachable server is reported by the first
 * call.
 */
export function createClient(options: ClientOptions): Client {
  const transport = createTransport(options)
  const rest = createRest(transport)
  const at = (id: string) => `/organizations/${encodeURIComponent(id)}`
  const me = (call?: CallOptions) => rest.get<MeWire>('/me', call)
  return {
    me,
    health: (call) => rest.get('/health', call),
    ready: (call) => rest.get('/ready', call),
    organization: (id) => createOrganizationClient(transport, id),
    async home(call) {
      const { organization } = await me(call)
      if (organization === null)
        throw new DossierError('This token belongs to no organization; name one with organization(id).')
      return createOrganizationClient(transport, organization.id)
    },
    organizations: {
      list: (list) => rest.list('/organizations', list),
      create: (organization, call) => rest.create('/organizations', organization, call),
      change: (id, change, call) => rest.change(at(id), change, call),
      remove: (id, call) => rest.remove(at(id), call),
    },
  }
}

export { ConnectionError, DossierError, ProblemError }
export type {
  AttachmentFilters,
  Attachments,
  AttachmentWire as Attachment,
  CallOptions,
  Download,
  DownloadOptions,
  EntryWire as Entry,
  FieldWire as Field,
  Link,
  MeWire as Me,
  ModuleWire as Module,
  OrganizationClient,
  OrganizationWire as Organization,
  Pages,
  PageWire as Page,
  ProblemDocument,
  Progress,
  RecordWire as CrmRecord,
  RecordWithEntriesWire as CrmRecordWithEntries,
  Scope,
  Source,
  TokenWire as Token,
  Upload,
  Uploaded,
  UploadOptions,
  UsageWire as Usage,
}
