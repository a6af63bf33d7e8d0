/** The one data model behind every dialect. Times are milliseconds since 1970, sizes are bytes. */
import type { DeniableAction, GrantableAction } from './actions.ts'

declare const brand: unique symbol
type Branded<T, B extends string> = T & { readonly [brand]: B }

/** 19 digits, time-ordered, kept as text. */
export type OrganizationId = Branded<string, 'organization'>
export type ModuleId = Branded<string, 'module'>
export type RecordId = Branded<string, 'record'>
export type FieldId = Branded<string, 'field'>
export type AttachmentId = Branded<string, 'attachment'>
export type UserId = Branded<string, 'user'>
export type ProfileId = Branded<string, 'profile'>
export type RoleId = Branded<string, 'role'>
export type ShareId = Branded<string, 'share'>
export type TokenId = Branded<string, 'token'>
/** OAuth's `client_id`. */
export type ClientId = Branded<string, 'client'>
export type GrantId = Branded<string, 'grant'>
export type RefreshTokenId = Branded<string, 'refresh token'>
export type SessionId = Branded<string, 'session'>
/** 20 characters A-Za-z0-9 from the CSPRNG: knowledge of it permits the download, so it is never derived from an id. */
export type DocumentId = Branded<string, 'document'>
/** 32 lower-case hex characters, at least 20 of them from the CSPRNG: written once, never reused, not a hash of the content. */
export type BlobKey = Branded<string, 'blob'>
/** SHA-256 as 64 lower-case hex characters. */
export type Sha256 = Branded<string, 'sha256'>

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type Properties = { readonly [name: string]: Json }

/** A Zoho org and a HighLevel location are the same thing. */
export interface Organization {
  readonly id: OrganizationId
  readonly name: string
  /** The agency (HighLevel's company) that owns it. */
  readonly agency: string
  readonly properties: Properties
  readonly createdAt: number
}

export interface User {
  readonly id: UserId
  readonly organization: OrganizationId
  readonly name: string
  readonly email: string
}

export type UserStatus = 'active' | 'inactive'

/** A user with login and permissions. */
export interface Account extends User {
  /** An e-mail address in lower case, unique in the catalog; null: cannot log in. */
  readonly login: string | null
  readonly status: UserStatus
  /** `agency`: may also act for the agency itself and in all organizations of it. */
  readonly reach: 'organization' | 'agency'
  /** Null: an administrator, who is denied nothing. */
  readonly profile: ProfileId | null
}

/** Access to a module's records of other users: change, view, or none. */
export type Sharing = 'write' | 'read' | 'private'

export interface ProfileRule {
  /** Null: in every module. */
  readonly module: ModuleId | null
  /** The module is treated as not existing. */
  readonly hidden: boolean
  readonly denied: readonly DeniableAction[]
}

/** Permissions of a group of users. Everything that no rule denies is allowed. */
export interface Profile {
  readonly id: ProfileId
  readonly organization: OrganizationId
  readonly name: string
  readonly rules: readonly ProfileRule[]
  /** Administration that it allows besides. */
  readonly allowed: readonly GrantableAction[]
  readonly createdAt: number
}

/** A position in the organization's hierarchy: users have an owner's access to the records of users with roles below. */
export interface Role {
  readonly id: RoleId
  readonly organization: OrganizationId
  readonly name: string
  /** Null: at the top. */
  readonly parent: RoleId | null
  readonly createdAt: number
}

export interface Module {
  readonly id: ModuleId
  readonly organization: OrganizationId
  /** API name (`Leads`, `Price_Books`, `CustomModule1`); looked up ignoring case, spaces and underscores. */
  readonly name: string
  readonly singular: string
  readonly plural: string
  readonly custom: boolean
  readonly sharing: Sharing
  /** Number of records; maintained by the catalog with each change, never counted. */
  readonly records: number
}

/** A lead, contact, deal and so on. Not named `Record`, which is a TypeScript type. */
export interface CrmRecord {
  readonly id: RecordId
  readonly organization: OrganizationId
  readonly module: ModuleId
  /** Display name: a person's full name, a deal's name. */
  readonly title: string
  readonly properties: Properties
  /** Values of custom fields without files, by field id; values of removed fields may remain and are not shown. */
  readonly values: Properties
  readonly createdAt: number
  readonly modifiedAt: number
  readonly createdBy: User
  readonly modifiedBy: User
}

export interface Field {
  readonly id: FieldId
  readonly organization: OrganizationId
  readonly module: ModuleId
  readonly name: string
  /** Unique within the module: `contact.passport_scan`. */
  readonly key: string
  /** `file`, `signature`, or another type of a dialect in lower case (`text`, `large_text`). Only the first two hold files. */
  readonly type: string
  readonly placeholder: string
  readonly position: number
  /** Lower-case extensions without a dot; empty: those that the dialect allows. */
  readonly acceptedTypes: readonly string[]
  /** Maximum number of files per upload to this field. */
  readonly maxFiles: number
  /** Properties used only by the dialect that created the field (pick lists). */
  readonly properties: Properties
  readonly createdAt: number
}

/** `photo` is the record's picture: at most one per record, and not in lists of attachments. */
export type AttachmentRole = 'attachment' | 'photo'

export interface Attachment {
  readonly id: AttachmentId
  readonly organization: OrganizationId
  /** Null: attached to the organization itself. */
  readonly record: RecordId | null
  readonly role: AttachmentRole
  /** As the client named it, without folders. */
  readonly name: string
  readonly kind: 'file' | 'link'
  /** 0 for a link. */
  readonly size: number
  /** Hash of the bytes; for a link, of its URL's UTF-8 bytes. */
  readonly hash: Sha256
  readonly url: string | null
  readonly blob: BlobKey | null
  /** The media type stated by the upload; shown, never used as Content-Type. */
  readonly claimedType: string | null
  readonly encoding: string
  /** The field that it was uploaded through; null if none. */
  readonly field: FieldId | null
  readonly document: DocumentId | null
  readonly createdAt: number
  readonly modifiedAt: number
  readonly createdBy: User
  readonly modifiedBy: User
}

/** One file in a record's file field. */
export interface FieldEntry {
  readonly field: FieldId
  /** The client's file id; unique within record and field. */
  readonly key: string
  readonly attachment: Attachment
}

/** A share link: a secret URL that opens one attachment until it expires or is revoked. */
export interface Share {
  readonly id: ShareId
  readonly organization: OrganizationId
  readonly attachment: AttachmentId
  /** The attachment's name. */
  readonly name: string
  /** Description by its creator. */
  readonly label: string
  readonly hasPassword: boolean
  /** Null: no limit. */
  readonly maxDownloads: number | null
  readonly downloads: number
  readonly createdAt: number
  readonly createdBy: UserId
  readonly expiresAt: number
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
}

/** The authenticated caller of a request, as determined by its token. */
export interface Caller {
  readonly token: TokenId
  /** The key of rate limits: the OAuth client, or the token itself. */
  readonly client: string
  /** The grant that the token was issued under; null if none. */
  readonly grant: GrantId | null
  /** Null: an agency's token, which belongs to no organization. */
  readonly organization: Organization | null
  readonly agency: string
  readonly user: User | null
  /** Null: an administrator, who may do everything that the scopes allow. */
  readonly profile: Profile | null
  readonly scopes: ReadonlySet<string>
  readonly expiresAt: number | null
}

/** `highlevel`: an OAuth access token; `private`: a private integration's token. */
export type TokenKind = 'zoho' | 'highlevel' | 'private' | 'native'

export interface Token {
  readonly id: TokenId
  readonly kind: TokenKind
  readonly organization: OrganizationId | null
  readonly agency: string
  readonly user: UserId | null
  readonly client: string | null
  readonly label: string
  readonly scopes: readonly string[]
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
  /** The grant that it was issued under; null if none. */
  readonly grant: GrantId | null
  /** The token that made it and that it ends with. */
  readonly parent: TokenId | null
}

/** How a client may obtain tokens: a code by redirect, a token by redirect, client credentials, or a code from the command line. */
export type Flow = 'code' | 'implicit' | 'credentials' | 'self'

/** An OAuth client. It can be used only for organizations of its own organization's agency. */
export interface Client {
  readonly id: ClientId
  readonly organization: OrganizationId
  readonly agency: string
  readonly name: string
  /** The dialect whose OAuth endpoints it uses. */
  readonly wire: 'zoho' | 'highlevel'
  readonly flows: readonly Flow[]
  /** The scopes that it may request; empty: all. */
  readonly scopes: readonly string[]
  /** Compared character by character. */
  readonly redirectUris: readonly string[]
  readonly createdAt: number
  readonly revokedAt: number | null
  /** With the token that registered it, if that expires. */
  readonly expiresAt: number | null
  /** Whether its own secret opens the whole agency: an operator made it so. With a user's consent the user's reach counts. */
  readonly reach: 'organization' | 'agency'
}

/** Access allowed to a client by a user, the command line or client credentials. Its codes and tokens end with it. */
export interface Grant {
  readonly id: GrantId
  readonly client: ClientId
  /** Null: the agency itself. */
  readonly organization: OrganizationId | null
  readonly agency: string
  readonly user: UserId | null
  readonly scopes: readonly string[]
  readonly by: 'consent' | 'command' | 'credentials' | 'agency'
  readonly session: SessionId | null
  readonly createdAt: number
  readonly revokedAt: number | null
}
