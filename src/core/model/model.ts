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
/** What a program is known by; the text that it sends as its client id. */
export type ClientId = Branded<string, 'client'>
export type GrantId = Branded<string, 'grant'>
export type RefreshTokenId = Branded<string, 'refresh token'>
export type SessionId = Branded<string, 'session'>
/** 20 characters A-Za-z0-9 from the CSPRNG: whoever knows it may download, so it is never derived from an id. */
export type DocumentId = Branded<string, 'document'>
/** 32 lower-case hex characters, at least 20 of them from the CSPRNG: written once, never used twice, never the hash. */
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

/** A user as one who may log in. */
export interface Account extends User {
  /** An e-mail address in lower case, nobody else's in this catalog; null: cannot log in. */
  readonly login: string | null
  readonly status: UserStatus
  /** `agency`: may also act for the agency itself and in all organizations of it. */
  readonly reach: 'organization' | 'agency'
  /** Null: the administrator's, which denies nothing. */
  readonly profile: ProfileId | null
}

/** What users may do with a module's records that are not their own: change, see, or neither. */
export type Sharing = 'write' | 'read' | 'private'

export interface ProfileRule {
  /** Null: in every module. */
  readonly module: ModuleId | null
  /** The module is as if it were not there. */
  readonly hidden: boolean
  readonly denied: readonly DeniableAction[]
}

/** What a kind of user may do. Everything that no rule denies is allowed. */
export interface Profile {
  readonly id: ProfileId
  readonly organization: OrganizationId
  readonly name: string
  readonly rules: readonly ProfileRule[]
  /** Administration that it allows besides. */
  readonly allowed: readonly GrantableAction[]
  readonly createdAt: number
}

/** A place in the organization's hierarchy: whoever has a role may do with records of roles below what their owners may. */
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
  /** API name (`Leads`, `Price_Books`, `CustomModule1`); found without regard to case, spaces and underscores. */
  readonly name: string
  readonly singular: string
  readonly plural: string
  readonly custom: boolean
  readonly sharing: Sharing
  /** How many records it holds; kept by the catalog, never counted. */
  readonly records: number
}

/** Well-known property names that every dialect maps its own words to; others are kept under the name they came with. */
export const PERSON_PROPERTIES = [
  'firstName',
  'lastName',
  'email',
  'phone',
  'companyName',
  'website',
  'street',
  'city',
  'state',
  'postalCode',
  'country',
  'source',
  'dateOfBirth',
] as const

/** A lead, contact, deal and so on. Named so because `Record` is TypeScript's. */
export interface CrmRecord {
  readonly id: RecordId
  readonly organization: OrganizationId
  readonly module: ModuleId
  /** What people call it: a person's full name, a deal's name. */
  readonly title: string
  readonly properties: Properties
  /** Values of custom fields that hold no files, by field id; entries of removed fields may linger and are not shown. */
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
  /** `file`, `signature`, or what a dialect calls its other types, in lower case (`text`, `large_text`). Files live in the first two. */
  readonly type: string
  readonly placeholder: string
  readonly position: number
  /** Lower-case extensions without a dot; empty means what the dialect allows. */
  readonly acceptedTypes: readonly string[]
  /** How many files one upload may put here. */
  readonly maxFiles: number
  /** What a dialect remembers of it and nobody else reads (pick lists). */
  readonly properties: Properties
  readonly createdAt: number
}

/** `photo` is the record's own picture: at most one, and in no list of attachments. */
export type AttachmentRole = 'attachment' | 'photo'

export interface Attachment {
  readonly id: AttachmentId
  readonly organization: OrganizationId
  /** Null: it belongs to the organization, not to a record. */
  readonly record: RecordId | null
  readonly role: AttachmentRole
  /** As the client named it, without folders. */
  readonly name: string
  readonly kind: 'file' | 'link'
  /** 0 for a link. */
  readonly size: number
  /** Of the bytes; for a link, of its URL's UTF-8 bytes. */
  readonly hash: Sha256
  readonly url: string | null
  readonly blob: BlobKey | null
  /** The media type that the upload claimed; shown, never served. */
  readonly claimedType: string | null
  readonly encoding: string
  /** The field it came in through, if it did. */
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

/** An address under which one attachment opens for whoever knows it, until it ends. */
export interface Share {
  readonly id: ShareId
  readonly organization: OrganizationId
  readonly attachment: AttachmentId
  /** Of the attachment. */
  readonly name: string
  /** What it is for. */
  readonly label: string
  readonly hasPassword: boolean
  /** Null: any number. */
  readonly maxDownloads: number | null
  readonly downloads: number
  readonly createdAt: number
  readonly createdBy: UserId
  readonly expiresAt: number
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
}

/** Who is calling, as a token says. */
export interface Caller {
  readonly token: TokenId
  /** What limits count by: the OAuth client, or the token itself. */
  readonly client: string
  /** What a user gave, if the token is the fruit of it. */
  readonly grant: GrantId | null
  /** Null: an agency's token, which stands above organizations and belongs to none. */
  readonly organization: Organization | null
  readonly agency: string
  readonly user: User | null
  /** Null: an administrator, who may do everything that the scopes allow. */
  readonly profile: Profile | null
  readonly scopes: ReadonlySet<string>
  readonly expiresAt: number | null
}

/** `highlevel`: an access token of OAuth; `private`: a private integration's. */
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
  /** What a user gave, if this is the fruit of it. */
  readonly grant: GrantId | null
}

/** How a client may come to tokens: a code over a redirect, the token itself over one, its own secret, a code made on the command line. */
export type Flow = 'code' | 'implicit' | 'credentials' | 'self'

/** A program that asks users for access. It serves the organizations of its own organization's agency, and no others. */
export interface Client {
  readonly id: ClientId
  readonly organization: OrganizationId
  readonly agency: string
  readonly name: string
  /** Whose words it speaks. */
  readonly wire: 'zoho' | 'highlevel'
  readonly flows: readonly Flow[]
  /** What it may ask for at most; empty: whatever it likes. */
  readonly scopes: readonly string[]
  /** Compared letter by letter. */
  readonly redirectUris: readonly string[]
  readonly createdAt: number
  readonly revokedAt: number | null
}

/** What a user (or the command line, or a client's own secret) allowed a client. Codes and tokens hang on it and end with it. */
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
