import type { AccountsCatalog } from './accounts-catalog.ts'
import type { AttachmentChange, AttachmentChanged, AttachmentPage, Usage } from './attachment-page.ts'
import type { DutiesCatalog } from './duties-catalog.ts'
import type { Holder } from './inspection.ts'
import type {
  Attachment,
  AttachmentId,
  AttachmentRole,
  BlobKey,
  CrmRecord,
  DocumentId,
  Field,
  FieldEntry,
  FieldId,
  Module,
  ModuleId,
  Organization,
  OrganizationId,
  Properties,
  RecordId,
  Sha256,
  User,
  UserId,
} from '../model/model.ts'
import type { MovesCatalog } from './moves-catalog.ts'
import type { PermissionsCatalog } from './permissions-catalog.ts'
import type { SharesCatalog } from './shares-catalog.ts'

export interface NewModule {
  readonly id: ModuleId
  readonly name: string
  readonly singular: string
  readonly plural: string
  readonly custom: boolean
}

export interface NewOrganization {
  readonly id: OrganizationId
  readonly name: string
  readonly agency: string
  readonly properties: Properties
  readonly at: number
  readonly modules: readonly NewModule[]
  /** The first user; tokens without a user act as this one. */
  readonly user: { readonly id: UserId; readonly name: string; readonly email: string }
}

export interface OrganizationChange {
  readonly name?: string
  /** Merged into the present properties; null removes one. */
  readonly properties?: Properties
}

/** How an entry of a file field references its file. */
export type FileReference =
  | { readonly by: 'attachment'; readonly attachment: AttachmentId }
  | { readonly by: 'document'; readonly document: DocumentId }
  | { readonly by: 'url'; readonly url: string; readonly hash: Sha256 }

/** The new entries of a file field, in order; an empty list clears it. The files themselves stay on their record. */
export interface FieldFiles {
  readonly field: FieldId
  readonly entries: readonly {
    readonly key: string
    readonly reference: FileReference
    /** The id of the link attachment, if one is created for a `url`. */
    readonly id: AttachmentId
    /** The document id, if the file has none yet. */
    readonly document: DocumentId
  }[]
}

export interface SaveRecord {
  readonly organization: OrganizationId
  readonly module: ModuleId
  /** Null: creates a new record with `id`. */
  readonly change: RecordId | null
  readonly id: RecordId
  readonly by: UserId
  readonly at: number
  /** Merged into the present properties; null removes a property. */
  readonly properties: Properties
  readonly values: Properties
  readonly files: readonly FieldFiles[]
  /** Searches another record of the module with this e-mail, then with this phone, before a record is created or changed. */
  readonly match: {
    readonly email: string | null
    readonly phone: string | null
    readonly then: 'refuse' | 'update'
  } | null
}

export type SavedRecord =
  | { readonly outcome: 'created' | 'updated'; readonly record: CrmRecord }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'duplicate'; readonly record: CrmRecord; readonly by: 'email' | 'phone' }
  /** A reference to a file that does not exist in this organization. Nothing was changed. */
  | { readonly outcome: 'bad_reference'; readonly field: FieldId; readonly key: string }

export interface NewAttachment {
  readonly id: AttachmentId
  readonly role: AttachmentRole
  readonly name: string
  readonly claimedType: string | null
  readonly encoding: string
  readonly source:
    | {
        readonly kind: 'file'
        readonly key: BlobKey
        readonly size: number
        readonly hash: Sha256
        /** A small file's bytes, to be stored in the catalog; null: they are in the blob store under `key`. */
        readonly bytes: Uint8Array | null
      }
    | { readonly kind: 'link'; readonly url: string; readonly hash: Sha256 }
  /** The field that it was uploaded through. */
  readonly field: FieldId | null
  /** The client's file id: if set, the file becomes an entry of `field` on the record. */
  readonly fieldKey: string | null
  readonly document: DocumentId | null
}

/**
 * All or none. A field named by an item with a `fieldKey` contains exactly this call's files afterwards (its former files
 * stay on the record). An item whose field, key and hash equal an existing entry of that field is that entry: no second
 * attachment is created. A `photo` replaces the record's former one.
 */
export interface Attach {
  readonly organization: OrganizationId
  /** Null: the organization itself. */
  readonly record: RecordId | null
  readonly by: UserId
  readonly at: number
  readonly items: readonly NewAttachment[]
  /** The idempotency key, if any: stored with the attachments in the same commit. */
  readonly retry: { readonly scope: Sha256; readonly content: Sha256 } | null
}

export type Attached =
  /** One attachment per item, in order. `unused`: keys whose bytes are not needed, because the organization already has equal ones. */
  | { readonly outcome: 'attached'; readonly attachments: readonly Attachment[]; readonly unused: readonly BlobKey[] }
  /** The same content was received under this key before: its attachments, and the response if it was stored. */
  | { readonly outcome: 'repeated'; readonly attachments: readonly Attachment[]; readonly answer: string | null }
  /** Different content was received under this key before. */
  | { readonly outcome: 'other_content' }
  | { readonly outcome: 'no_record' }
  | { readonly outcome: 'no_field'; readonly field: FieldId }
  | { readonly outcome: 'duplicate_link'; readonly url: string }
  /** The sweep has claimed these bytes: they were loose for longer than the grace period. */
  | { readonly outcome: 'claimed'; readonly key: BlobKey }

export interface RecordPage {
  readonly organization: OrganizationId
  readonly module: ModuleId
  readonly sort: 'created' | 'modified'
  readonly order: 'asc' | 'desc'
  /** Number of rows to skip; 0 with `after`. */
  readonly offset: number
  readonly limit: number
  /** Keyset: only records created before this one (`created`, `desc`). */
  readonly after: RecordId | null
  /** Only records whose title, e-mail or phone contains this, ignoring case; searched off the event loop. */
  readonly search: string | null
  /** Only records changed after this, in milliseconds since 1970. */
  readonly changedAfter: number | null
  /** Only records of this user and of users whose roles are below its own; null: of all users. */
  readonly visibleTo: UserId | null
}

export interface FieldChange {
  readonly name?: string
  readonly placeholder?: string
  readonly position?: number
  readonly acceptedTypes?: readonly string[]
  readonly maxFiles?: number
  readonly properties?: Properties
}

/** An attachment as addressed by a download's path; the module by name, as `module` looks it up. */
export interface DownloadPath {
  readonly organization: OrganizationId
  readonly module: string
  readonly record: RecordId
  readonly attachment: AttachmentId
}

/** `bytes`: a small file's contents; null: they are in the blob store, or it is a link. */
export interface Download {
  readonly attachment: Attachment
  readonly bytes: Uint8Array | null
}

/**
 * The store of all data except blobs. Each method is a whole operation with structured-cloneable arguments and results:
 * no SQL and no open transaction crosses a folder or a thread. A write resolves once it would survive a power cut; a write
 * that rejects has changed nothing. Reads see every write that resolved before them. Null means "does not exist"; records,
 * fields and attachments of other organizations do not exist, nor do attachments of removed records.
 */
export interface Catalog extends AccountsCatalog, PermissionsCatalog, SharesCatalog, DutiesCatalog, MovesCatalog {
  createOrganization(input: NewOrganization): Promise<Organization>
  organization(id: OrganizationId): Promise<Organization | null>
  /** The organizations in order of id, at most `limit`. */
  organizations(after: OrganizationId | null, limit: number): Promise<readonly Organization[]>
  updateOrganization(id: OrganizationId, change: OrganizationChange): Promise<Organization | null>
  /** Takes effect at once for all its data and tokens; rows are cleared later by `clearRemoved`. Returns false if it did not exist. */
  removeOrganization(id: OrganizationId, at: number): Promise<boolean>
  /** Computed from the rows on each call, off the event loop. */
  usage(organization: OrganizationId): Promise<Usage>
  /** The user as which a token without a user acts. */
  firstUser(organization: OrganizationId): Promise<User | null>

  /** Returns null if the organization has a module of that name (ignoring case, spaces and underscores). */
  createModule(organization: OrganizationId, module: NewModule): Promise<Module | null>
  /** By API name, ignoring case, spaces and underscores. */
  module(organization: OrganizationId, name: string): Promise<Module | null>
  /** At most 1,000. */
  modules(organization: OrganizationId): Promise<readonly Module[]>
  /** As `removeOrganization`. Returns false for a standard module as well. */
  removeModule(organization: OrganizationId, id: ModuleId, at: number): Promise<boolean>

  /** One commit; a rejected save does not prevent the remaining ones. */
  saveRecords(inputs: readonly SaveRecord[]): Promise<readonly SavedRecord[]>
  /** Null `module`: in any module. */
  record(organization: OrganizationId, module: ModuleId | null, id: RecordId): Promise<CrmRecord | null>
  /** The module of this name (as `module` looks it up), if the record is in it; otherwise null. */
  moduleOfRecord(organization: OrganizationId, module: string, record: RecordId): Promise<ModuleId | null>
  records(page: RecordPage): Promise<{ readonly records: readonly CrmRecord[]; readonly more: boolean }>
  /** The oldest record with that e-mail (ignoring case) or, if there is none, that phone (only digits and + compared). */
  matchRecord(
    organization: OrganizationId,
    module: ModuleId,
    email: string | null,
    phone: string | null,
  ): Promise<CrmRecord | null>
  /** Takes effect at once for their attachments too; large ones are cleared later by `clearRemoved`. Returns the ids that existed. */
  removeRecords(
    organization: OrganizationId,
    module: ModuleId,
    ids: readonly RecordId[],
    at: number,
  ): Promise<readonly RecordId[]>
  /** Deletes up to `limit` attachments or records of removed parents; returns false if nothing was left to delete. */
  clearRemoved(limit: number, at: number): Promise<boolean>

  /** Returns null if the module has a field with that key. */
  createField(field: Field): Promise<Field | null>
  field(organization: OrganizationId, id: FieldId): Promise<Field | null>
  /** Null `module`: of all modules. In order of position, then id; at most 1,000. */
  fields(organization: OrganizationId, module: ModuleId | null): Promise<readonly Field[]>
  updateField(organization: OrganizationId, id: FieldId, change: FieldChange): Promise<Field | null>
  /** Its files stay on their records. Returns false if it did not exist. */
  removeField(organization: OrganizationId, id: FieldId): Promise<boolean>
  /** The entries of a record's file fields, by field, in their stored order. */
  entries(organization: OrganizationId, record: RecordId): Promise<readonly FieldEntry[]>

  attach(input: Attach): Promise<Attached>
  /** Stores the response for repetitions under this idempotency scope; no error if the key was already deleted. */
  rememberAnswer(scope: Sha256, answer: string): Promise<void>
  /** Deletes up to `limit` idempotency keys first used before `before`; returns true if there may be more. */
  forgetRetries(before: number, limit: number): Promise<boolean>
  attachment(organization: OrganizationId, id: AttachmentId): Promise<Attachment | null>
  /** Newest first, without photos. */
  attachments(
    organization: OrganizationId,
    record: RecordId,
    offset: number,
    limit: number,
  ): Promise<{ readonly attachments: readonly Attachment[]; readonly more: boolean }>
  /** In one read; null if any part of the path does not exist. */
  download(path: DownloadPath): Promise<Download | null>
  /** Without photos. Queries that need more than one page of an index run off the event loop. */
  attachmentPage(page: AttachmentPage): Promise<{ readonly attachments: readonly Attachment[]; readonly more: boolean }>
  changeAttachment(change: AttachmentChange): Promise<AttachmentChanged>
  photo(organization: OrganizationId, record: RecordId): Promise<Attachment | null>
  /** Needs no organization: the id itself is the permission. */
  document(id: DocumentId): Promise<Attachment | null>
  /** Removes them from their fields as well. Returns those of `ids` that were on this record (null: the organization's), in order. */
  removeAttachments(
    organization: OrganizationId,
    record: RecordId | 'any' | null,
    ids: readonly AttachmentId[],
    at: number,
  ): Promise<readonly AttachmentId[]>

  /** A small file's bytes; null if they are not stored in the catalog. */
  bytes(key: BlobKey): Promise<Uint8Array | null>
  /** Claims those of these blob store keys that no attachment holds, and returns them; no attach can use a claimed key. */
  claimLoose(keys: readonly BlobKey[], at: number): Promise<readonly BlobKey[]>
  /** Claimed keys whose bytes are to be removed, oldest claim first; none while a lease is valid at `at`. */
  claimed(limit: number, at: number): Promise<readonly BlobKey[]>
  /** Deletes the rows of keys whose bytes were removed; returns the total size that attachments had held under them. */
  forget(keys: readonly BlobKey[]): Promise<number>

  /** Recounts the holders of at most HOLDERS_AT_ONCE keys; blobs without any are claimed, or removed if stored in the catalog. */
  recount(keys: readonly BlobKey[], at: number): Promise<void>
  /**
   * Recreates the lost row of bytes that exist and that attachments still reference. The caller must have verified size and
   * hash. Returns false if there is a row, or the organization has equal bytes under another key by now.
   */
  adopt(holder: Holder): Promise<boolean>

  /** Until `until`, `claimed` returns none, so that a copy made meanwhile finds all bytes that it references. */
  beginLease(id: string, at: number, until: number): Promise<void>
  /** Returns false if it had expired before `at`: bytes may have been removed since. */
  prolongLease(id: string, at: number, until: number): Promise<boolean>
  /** Ending it twice is no error. */
  endLease(id: string): Promise<void>

  /** Resolves when both the reading and the writing side have responded. */
  ping(): Promise<void>
  close(): Promise<void>
}
