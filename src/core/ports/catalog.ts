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
  /** The first user; everything done by a token without a user is done in this one's name. */
  readonly user: { readonly id: UserId; readonly name: string; readonly email: string }
}

export interface OrganizationChange {
  readonly name?: string
  /** Merged over what is there; null removes one. */
  readonly properties?: Properties
}

/** How one entry of a file field names its file. */
export type FileReference =
  | { readonly by: 'attachment'; readonly attachment: AttachmentId }
  | { readonly by: 'document'; readonly document: DocumentId }
  | { readonly by: 'url'; readonly url: string; readonly hash: Sha256 }

/** What a file field shall hold from now on, in this order; an empty list clears it. The files themselves stay on their record. */
export interface FieldFiles {
  readonly field: FieldId
  readonly entries: readonly {
    readonly key: string
    readonly reference: FileReference
    /** For the link that a `url` may have to become. */
    readonly id: AttachmentId
    /** For a file that has no document id yet. */
    readonly document: DocumentId
  }[]
}

export interface SaveRecord {
  readonly organization: OrganizationId
  readonly module: ModuleId
  /** Null makes a new record under `id`. */
  readonly change: RecordId | null
  readonly id: RecordId
  readonly by: UserId
  readonly at: number
  /** Merged over what is there; null removes a property. */
  readonly properties: Properties
  readonly values: Properties
  readonly files: readonly FieldFiles[]
  /** Looks for another record of the module by its e-mail, then by its phone, before a new one is made or one is changed. */
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
  /** A reference to a file that this organization does not have. Nothing was changed. */
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
        /** A small file's bytes travel here and live in the catalog; null: they lie in the blob store under `key`. */
        readonly bytes: Uint8Array | null
      }
    | { readonly kind: 'link'; readonly url: string; readonly hash: Sha256 }
  /** The field it came in through. */
  readonly field: FieldId | null
  /** The client's file id: given, the file becomes an entry of `field` on the record. */
  readonly fieldKey: string | null
  readonly document: DocumentId | null
}

/**
 * All or none. Every field that some item enters with a `fieldKey` holds exactly this call's files afterwards
 * (what it held before stays on the record). An item whose field, key and hash are already an entry of that field
 * is that entry: no second attachment is made of it. A `photo` takes the place of the record's former one.
 */
export interface Attach {
  readonly organization: OrganizationId
  /** Null: for the organization itself. */
  readonly record: RecordId | null
  readonly by: UserId
  readonly at: number
  readonly items: readonly NewAttachment[]
  /** Under an idempotency key: what was attached is remembered with the same commit. */
  readonly retry: { readonly scope: Sha256; readonly content: Sha256 } | null
}

export type Attached =
  /** One attachment per item, in their order. `unused` are keys whose bytes were not needed, because the organization has the same ones already. */
  | { readonly outcome: 'attached'; readonly attachments: readonly Attachment[]; readonly unused: readonly BlobKey[] }
  /** The same content came under this key before: what it attached then, and how it was answered if that is known. */
  | { readonly outcome: 'repeated'; readonly attachments: readonly Attachment[]; readonly answer: string | null }
  /** Other content came under this key before. */
  | { readonly outcome: 'other_content' }
  | { readonly outcome: 'no_record' }
  | { readonly outcome: 'no_field'; readonly field: FieldId }
  | { readonly outcome: 'duplicate_link'; readonly url: string }
  /** The sweep has claimed these bytes: they were loose for longer than the grace. */
  | { readonly outcome: 'claimed'; readonly key: BlobKey }

export interface RecordPage {
  readonly organization: OrganizationId
  readonly module: ModuleId
  readonly sort: 'created' | 'modified'
  readonly order: 'asc' | 'desc'
  /** Rows to pass over; 0 with `after`. */
  readonly offset: number
  readonly limit: number
  /** Keyset: only records made before this one (`created`, `desc`). */
  readonly after: RecordId | null
  /** Only records whose title, e-mail or phone contains this, regardless of case; searched off the event loop. */
  readonly search: string | null
  /** Only records changed after this, in milliseconds since 1970. */
  readonly changedAfter: number | null
  /** Only records of this user and of users whose roles are below its own; null: of everybody. */
  readonly keptFor: UserId | null
}

export interface FieldChange {
  readonly name?: string
  readonly placeholder?: string
  readonly position?: number
  readonly acceptedTypes?: readonly string[]
  readonly maxFiles?: number
  readonly properties?: Properties
}

/** Where a download's path says that an attachment is; the module by its name, as `module` takes it. */
export interface DownloadPath {
  readonly organization: OrganizationId
  readonly module: string
  readonly record: RecordId
  readonly attachment: AttachmentId
}

/** `bytes` are a small file's; null: they lie in the blob store, or it is a link. */
export interface Download {
  readonly attachment: Attachment
  readonly bytes: Uint8Array | null
}

/**
 * What is remembered that is not bytes. Whole operations, plain data in and out (it must survive a structured clone):
 * no SQL and no open transaction crosses a room or a thread. A write resolves once it would survive a power cut;
 * a write that rejects has changed nothing. Reads see every write that resolved before them. Null means "not there";
 * a record, field or attachment of another organization is not there, nor is one whose record was removed.
 */
export interface Catalog extends AccountsCatalog, PermissionsCatalog, SharesCatalog, DutiesCatalog, MovesCatalog {
  createOrganization(input: NewOrganization): Promise<Organization>
  organization(id: OrganizationId): Promise<Organization | null>
  /** The organizations in order of id, at most `limit`. */
  organizations(after: OrganizationId | null, limit: number): Promise<readonly Organization[]>
  updateOrganization(id: OrganizationId, change: OrganizationChange): Promise<Organization | null>
  /** Gone at once with all that it has and its tokens revoked; cleared later by `clearRemoved`. False when it was not there. */
  removeOrganization(id: OrganizationId, at: number): Promise<boolean>
  /** Counted anew, off the event loop. */
  usage(organization: OrganizationId): Promise<Usage>
  /** The user in whose name a token without one acts. */
  firstUser(organization: OrganizationId): Promise<User | null>

  /** Null when the organization has a module of that name (case, spaces and underscores aside). */
  createModule(organization: OrganizationId, module: NewModule): Promise<Module | null>
  /** By API name, regardless of case, spaces and underscores. */
  module(organization: OrganizationId, name: string): Promise<Module | null>
  /** At most 1,000. */
  modules(organization: OrganizationId): Promise<readonly Module[]>
  /** As `removeOrganization`. False for one that is not there, and for one that every organization has. */
  removeModule(organization: OrganizationId, id: ModuleId, at: number): Promise<boolean>

  /** Each on its own: one that is refused does not stop the others. One commit. */
  saveRecords(inputs: readonly SaveRecord[]): Promise<readonly SavedRecord[]>
  /** Null `module`: in any. */
  record(organization: OrganizationId, module: ModuleId | null, id: RecordId): Promise<CrmRecord | null>
  /** The module of this name (as `module` finds it), when the record is in it. */
  moduleOfRecord(organization: OrganizationId, module: string, record: RecordId): Promise<ModuleId | null>
  records(page: RecordPage): Promise<{ readonly records: readonly CrmRecord[]; readonly more: boolean }>
  /** The oldest record with that e-mail (regardless of case) or, failing that, that phone (digits and + alone compared). */
  matchRecord(
    organization: OrganizationId,
    module: ModuleId,
    email: string | null,
    phone: string | null,
  ): Promise<CrmRecord | null>
  /** Gone at once with everything on them; large ones are cleared later by `clearRemoved`. Answers those that were there. */
  removeRecords(
    organization: OrganizationId,
    module: ModuleId,
    ids: readonly RecordId[],
    at: number,
  ): Promise<readonly RecordId[]>
  /** Clears up to `limit` attachments or records of what was removed; false when nothing was left to do. */
  clearRemoved(limit: number, at: number): Promise<boolean>

  /** Null when the module has a field of that key. */
  createField(field: Field): Promise<Field | null>
  field(organization: OrganizationId, id: FieldId): Promise<Field | null>
  /** Null `module`: of all. In order of position, then id; at most 1,000. */
  fields(organization: OrganizationId, module: ModuleId | null): Promise<readonly Field[]>
  updateField(organization: OrganizationId, id: FieldId, change: FieldChange): Promise<Field | null>
  /** Its files stay on their records. False when it was not there. */
  removeField(organization: OrganizationId, id: FieldId): Promise<boolean>
  /** The files in a record's file fields, by field, in the order they were given. */
  entries(organization: OrganizationId, record: RecordId): Promise<readonly FieldEntry[]>

  attach(input: Attach): Promise<Attached>
  /** The answer to what was attached under this scope, for its repetitions; no error when that is forgotten already. */
  rememberAnswer(scope: Sha256, answer: string): Promise<void>
  /** Forgets up to `limit` idempotency keys first used before `before`; true when there may be more. */
  forgetRetries(before: number, limit: number): Promise<boolean>
  attachment(organization: OrganizationId, id: AttachmentId): Promise<Attachment | null>
  /** Newest first, photos left out. */
  attachments(
    organization: OrganizationId,
    record: RecordId,
    offset: number,
    limit: number,
  ): Promise<{ readonly attachments: readonly Attachment[]; readonly more: boolean }>
  /** In one read; null when anything on the path is not there. */
  download(path: DownloadPath): Promise<Download | null>
  /** Photos left out. Whatever is more than a page of an index is searched off the event loop. */
  attachmentPage(page: AttachmentPage): Promise<{ readonly attachments: readonly Attachment[]; readonly more: boolean }>
  changeAttachment(change: AttachmentChange): Promise<AttachmentChanged>
  photo(organization: OrganizationId, record: RecordId): Promise<Attachment | null>
  /** Without an organization: the id itself is the permission. */
  document(id: DocumentId): Promise<Attachment | null>
  /** Those of `ids` that were on this record (null: the organization's own), in that order; gone from their fields too. */
  removeAttachments(
    organization: OrganizationId,
    record: RecordId | 'any' | null,
    ids: readonly AttachmentId[],
    at: number,
  ): Promise<readonly AttachmentId[]>

  /** A small file's bytes; null when they are not kept here. */
  bytes(key: BlobKey): Promise<Uint8Array | null>
  /** Of these keys of the blob store, those that no attachment holds; they are claimed now, and no attach can take them. */
  claimLoose(keys: readonly BlobKey[], at: number): Promise<readonly BlobKey[]>
  /** Claimed keys whose bytes are to be removed now, the oldest claim first; none while a lease lasts at `at`. */
  claimed(limit: number, at: number): Promise<readonly BlobKey[]>
  /** Their bytes are gone; answers how many bytes attachments had held under these keys. */
  forget(keys: readonly BlobKey[]): Promise<number>

  /** Counts anew who holds these (at most HOLDERS_AT_ONCE keys); what nobody holds is claimed, or removed when it lives here. */
  recount(keys: readonly BlobKey[], at: number): Promise<void>
  /**
   * Makes the lost row of bytes that are there and that attachments still name. The caller has seen that they have this
   * size and hash. False when there is a row, or the organization has the same bytes under another key by now.
   */
  adopt(holder: Holder): Promise<boolean>

  /** From now on until `until`, `claimed` answers none, so that a copy made meanwhile finds all bytes that it names. */
  beginLease(id: string, at: number, until: number): Promise<void>
  /** False when it had run out before `at`: bytes may have been removed since. */
  prolongLease(id: string, at: number, until: number): Promise<boolean>
  /** Ending what has ended is no error. */
  endLease(id: string): Promise<void>

  /** Resolves when both what reads and what writes have answered. */
  ping(): Promise<void>
  close(): Promise<void>
}
