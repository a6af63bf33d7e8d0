/**
 * The tables as Kysely knows them. Types are those that SQLite and PostgreSQL share: text, whole numbers and bytes;
 * a truth is 0 or 1, a list or an object is JSON text, a time is milliseconds since 1970.
 */
import type { Generated } from 'kysely'
import type {
  AttachmentId,
  AttachmentRole,
  BlobKey,
  Client,
  ClientId,
  DocumentId,
  FieldId,
  GrantId,
  ModuleId,
  OrganizationId,
  ProfileId,
  RecordId,
  RefreshTokenId,
  SessionId,
  RoleId,
  ShareId,
  Sha256,
  Sharing,
  TokenId,
  TokenKind,
  UserId,
} from '../core/model/model.ts'

export interface OrganizationTable {
  id: OrganizationId
  name: string
  agency: string
  properties: string
  first_user: UserId
  created_at: number
  /** Set: it is gone for every reader, and what it has waits to be cleared. */
  removed_at: number | null
}

export interface UserTable {
  organization: OrganizationId
  id: UserId
  name: string
  email: string
  login: Generated<string | null>
  /** An argon2 hash with its own salt and costs. */
  password: Generated<string | null>
  status: Generated<'active' | 'inactive'>
  reach: Generated<'organization' | 'agency'>
  profile: Generated<ProfileId | null>
  role: Generated<RoleId | null>
}

export interface ProfileTable {
  organization: OrganizationId
  id: ProfileId
  name: string
  rules: string
  allowed: Generated<string>
  created_at: number
}

export interface RoleTable {
  organization: OrganizationId
  id: RoleId
  name: string
  parent: RoleId | null
  /** The ids from the top down to this one, each with a `/` behind it: what begins with another's path is below it. */
  path: string
  created_at: number
}

export interface ModuleTable {
  organization: OrganizationId
  id: ModuleId
  name: string
  /** The name as it is compared: lower case, without spaces and underscores. */
  name_key: string
  singular: string
  plural: string
  custom: number
  sharing: Generated<Sharing>
  records: number
  removed_at: number | null
}

export interface RecordTable {
  organization: OrganizationId
  id: RecordId
  module: ModuleId
  title: string
  email: string | null
  phone: string | null
  search: string
  properties: string
  field_values: string
  created_at: number
  modified_at: number
  created_by: UserId
  modified_by: UserId
  /** Set: it is gone for every reader, and its attachments wait to be cleared. */
  removed_at: number | null
}

export interface FieldTable {
  organization: OrganizationId
  id: FieldId
  module: ModuleId
  name: string
  key: string
  type: string
  placeholder: string
  position: number
  accepted_types: string
  max_files: number
  properties: string
  created_at: number
}

/** One file in a record's file field. Those of a removed field linger until their record or attachment goes. */
export interface FieldEntryTable {
  organization: OrganizationId
  record: RecordId
  field: FieldId
  key: string
  attachment: AttachmentId
  position: number
}

export interface AttachmentTable {
  organization: OrganizationId
  id: AttachmentId
  record: RecordId | null
  role: AttachmentRole
  kind: 'file' | 'link'
  name: string
  size: number
  hash: Sha256
  url: string | null
  blob: BlobKey | null
  claimed_type: string | null
  encoding: string
  field: FieldId | null
  document: DocumentId | null
  created_at: number
  modified_at: number
  created_by: UserId
  modified_by: UserId
}

/** Bytes that attachments hold, or (claimed) that only wait for their removal. */
export interface BlobTable {
  key: BlobKey
  /** Null for loose bytes that were claimed: nobody ever owned them. */
  organization: OrganizationId | null
  hash: Sha256 | null
  size: number
  holders: number
  place: 'store' | 'catalog'
  claimed_at: number | null
}

interface BlobBytesTable {
  key: BlobKey
  bytes: Uint8Array
}

export interface TokenTable {
  id: TokenId
  kind: TokenKind
  hash: Sha256
  organization: OrganizationId | null
  agency: string
  user: UserId | null
  client: string | null
  label: string
  scopes: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
  grant: GrantId | null
  refresh: RefreshTokenId | null
  /** The token that made it. */
  parent: Generated<TokenId | null>
}

export interface ClientTable {
  id: ClientId
  organization: OrganizationId
  name: string
  created_at: number
  wire: 'zoho' | 'highlevel'
  flows: string
  /** The secret's SHA-256. */
  secret: Sha256 | null
  scopes: string
  revoked_at: number | null
  /** The token that registered it, and the user that it acted for. */
  parent: Generated<TokenId | null>
  created_by: Generated<UserId | null>
  expires_at: Generated<number | null>
  reach: Generated<Client['reach']>
}

interface RedirectUriTable {
  client: ClientId
  uri: string
}

export interface GrantTable {
  id: GrantId
  client: ClientId
  organization: OrganizationId | null
  agency: string
  user: UserId | null
  scopes: string
  by: 'consent' | 'command' | 'credentials' | 'agency'
  session: SessionId | null
  created_at: number
  revoked_at: number | null
}

export interface CodeTable {
  hash: Sha256
  grant: GrantId
  /** Null: made on the command line. */
  redirect_uri: string | null
  /** PKCE's, always S256. */
  challenge: string | null
  offline: number
  expires_at: number
  used_at: number | null
}

export interface RefreshTokenTable {
  id: RefreshTokenId
  hash: Sha256
  grant: GrantId
  client: ClientId
  user: UserId | null
  created_at: number
  expires_at: number | null
  /** Set: another one took its place. */
  spent_at: number | null
  revoked_at: number | null
}

export interface SessionTable {
  id: SessionId
  hash: Sha256
  organization: OrganizationId
  user: UserId
  created_at: number
  used_at: number
  expires_at: number
}

/** Wrong passwords, counted by account and by address; the key is a hash of either. */
export interface LoginAttemptTable {
  key: Sha256
  failures: number
  began_at: number
}

export interface ShareTable {
  id: ShareId
  organization: OrganizationId
  attachment: AttachmentId
  hash: Sha256
  label: string
  /** An argon2 hash. */
  password: string | null
  max_downloads: number | null
  downloads: number
  created_at: number
  created_by: UserId
  expires_at: number
  last_used_at: number | null
  revoked_at: number | null
  /** The token that made it. */
  parent: Generated<TokenId | null>
}

export interface RetryTable {
  scope: Sha256
  organization: OrganizationId
  content: Sha256
  /** JSON of what was attached. */
  attachments: string
  answer: string | null
  created_at: number
}

/** A copy of the data is being made until then. */
export interface LeaseTable {
  id: string
  expires_at: number
}

/** Background work, and the node that does it until then. */
interface DutyTable {
  name: string
  node: string
  expires_at: number
}

/** Calls that all nodes have counted under a key since then, in milliseconds. */
interface CallCountTable {
  key: bigint
  period: number
  began_at: number
  calls: number
  former: number
}

/** Calls that a node has under way, as far as it has told. */
interface UnderWayTable {
  key: bigint
  node: string
  calls: number
  expires_at: number
}

/** That rows are being moved to another catalog (`old`) or into this one (`new`); one row, or none. */
export interface MoveTable {
  /** The same on both sides. */
  id: string
  role: 'old' | 'new'
  /** `moved`: nothing is written here any more. */
  state: 'copying' | 'moved'
  /** Where it goes, for people; without passwords. */
  target: string
  /** Set: only the files were moved, into this store. */
  store: string | null
  /** JSON: up to where rows are copied. */
  place: string | null
  /** By the database's own clock. */
  fenced_until: number | null
  began_at: number
  ended_at: number | null
}

/** A row that changed while a move was under way. */
interface MoveChangeTable {
  moved_table: string
  /** Random. */
  id: string
  /** JSON: the values of the row's primary key. */
  row_key: string
}

interface MigrationTable {
  version: number
  name: string
  applied_at: number
}

export interface Schema {
  organization: OrganizationTable
  user: UserTable
  profile: ProfileTable
  role: RoleTable
  share: ShareTable
  module: ModuleTable
  record: RecordTable
  field: FieldTable
  field_entry: FieldEntryTable
  attachment: AttachmentTable
  blob: BlobTable
  blob_bytes: BlobBytesTable
  token: TokenTable
  client: ClientTable
  redirect_uri: RedirectUriTable
  grant: GrantTable
  code: CodeTable
  refresh_token: RefreshTokenTable
  session: SessionTable
  login_attempt: LoginAttemptTable
  retry: RetryTable
  lease: LeaseTable
  duty: DutyTable
  call_count: CallCountTable
  under_way: UnderWayTable
  move: MoveTable
  move_change: MoveChangeTable
  migration: MigrationTable
}
