/** Between rows and the model, and nothing else. */
import type { GrantableAction } from '../core/model/actions.ts'
import type { Selectable } from 'kysely'
import type {
  Account,
  Attachment,
  Client,
  CrmRecord,
  Field,
  Flow,
  Grant,
  Module,
  Organization,
  OrganizationId,
  Profile,
  ProfileRule,
  Properties,
  Role,
  Share,
  Token,
  User,
  UserId,
} from '../core/model/model.ts'
import type {
  AttachmentTable,
  ClientTable,
  FieldTable,
  GrantTable,
  ModuleTable,
  OrganizationTable,
  ProfileTable,
  RecordTable,
  RoleTable,
  ShareTable,
  TokenTable,
  UserTable,
} from './schema.ts'

/** What every row that people made and changed brings along of them. */
interface Signed {
  readonly organization: OrganizationId
  readonly created_by: UserId
  readonly created_by_name: string
  readonly created_by_email: string
  readonly modified_by: UserId
  readonly modified_by_name: string
  readonly modified_by_email: string
}

export type AttachmentRow = Selectable<AttachmentTable> & Signed
export type RecordRow = Omit<Selectable<RecordTable>, 'email' | 'phone' | 'search' | 'removed_at'> & Signed

export function organizationOf(row: Omit<Selectable<OrganizationTable>, 'first_user' | 'removed_at'>): Organization {
  return {
    id: row.id,
    name: row.name,
    agency: row.agency,
    properties: JSON.parse(row.properties) as Properties,
    createdAt: row.created_at,
  }
}

export function moduleOf(row: Omit<Selectable<ModuleTable>, 'removed_at'>): Module {
  return {
    id: row.id,
    organization: row.organization,
    name: row.name,
    singular: row.singular,
    plural: row.plural,
    custom: row.custom === 1,
    sharing: row.sharing,
    records: row.records,
  }
}

export function recordOf(row: RecordRow): CrmRecord {
  return {
    id: row.id,
    organization: row.organization,
    module: row.module,
    title: row.title,
    properties: JSON.parse(row.properties) as Properties,
    values: JSON.parse(row.field_values) as Properties,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    createdBy: creatorOf(row),
    modifiedBy: modifierOf(row),
  }
}

export function fieldOf(row: Selectable<FieldTable>): Field {
  return {
    id: row.id,
    organization: row.organization,
    module: row.module,
    name: row.name,
    key: row.key,
    type: row.type,
    placeholder: row.placeholder,
    position: row.position,
    acceptedTypes: JSON.parse(row.accepted_types) as string[],
    maxFiles: row.max_files,
    properties: JSON.parse(row.properties) as Properties,
    createdAt: row.created_at,
  }
}

export function attachmentOf(row: AttachmentRow): Attachment {
  return {
    id: row.id,
    organization: row.organization,
    record: row.record,
    role: row.role,
    name: row.name,
    kind: row.kind,
    size: row.size,
    hash: row.hash,
    url: row.url,
    blob: row.blob,
    claimedType: row.claimed_type,
    encoding: row.encoding,
    field: row.field,
    document: row.document,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    createdBy: creatorOf(row),
    modifiedBy: modifierOf(row),
  }
}

export function attachmentRow(attachment: Attachment): Selectable<AttachmentTable> {
  return {
    organization: attachment.organization,
    id: attachment.id,
    record: attachment.record,
    role: attachment.role,
    kind: attachment.kind,
    name: attachment.name,
    size: attachment.size,
    hash: attachment.hash,
    url: attachment.url,
    blob: attachment.blob,
    claimed_type: attachment.claimedType,
    encoding: attachment.encoding,
    field: attachment.field,
    document: attachment.document,
    created_at: attachment.createdAt,
    modified_at: attachment.modifiedAt,
    created_by: attachment.createdBy.id,
    modified_by: attachment.modifiedBy.id,
  }
}

export function profileOf(row: Selectable<ProfileTable>): Profile {
  const { id, organization, name, created_at: createdAt } = row
  const rules = JSON.parse(row.rules) as ProfileRule[]
  return { id, organization, name, rules, allowed: JSON.parse(row.allowed) as GrantableAction[], createdAt }
}

export type ShareRow = Omit<Selectable<ShareTable>, 'hash' | 'parent'> & { readonly name: string }

export function shareOf(row: ShareRow): Share {
  const { id, organization, attachment, name, label } = row
  return {
    ...{ id, organization, attachment, name, label },
    hasPassword: row.password !== null,
    maxDownloads: row.max_downloads,
    downloads: row.downloads,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  }
}

export function roleOf(row: Selectable<RoleTable>): Role {
  const { id, organization, name, parent, created_at: createdAt } = row
  return { id, organization, name, parent, createdAt }
}

export function tokenOf(row: Omit<Selectable<TokenTable>, 'hash' | 'refresh'>): Token {
  return {
    id: row.id,
    kind: row.kind,
    organization: row.organization,
    agency: row.agency,
    user: row.user,
    client: row.client,
    label: row.label,
    scopes: JSON.parse(row.scopes) as string[],
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
    grant: row.grant,
    parent: row.parent,
  }
}

type AccountRow = Omit<Selectable<UserTable>, 'password' | 'role'>

export function accountOf(row: AccountRow): Account {
  const { id, organization, name, email, login, status, reach, profile } = row
  return { id, organization, name, email, login, status, reach, profile }
}

export type ClientRow = Omit<Selectable<ClientTable>, 'secret' | 'parent' | 'created_by'> & { readonly agency: string }

export function clientOf(row: ClientRow, redirectUris: readonly string[]): Client {
  return {
    id: row.id,
    organization: row.organization,
    agency: row.agency,
    name: row.name,
    wire: row.wire,
    flows: JSON.parse(row.flows) as Flow[],
    scopes: JSON.parse(row.scopes) as string[],
    redirectUris,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
    expiresAt: row.expires_at,
    reach: row.reach,
  }
}

export function grantOf(row: Selectable<GrantTable>): Grant {
  return {
    id: row.id,
    client: row.client,
    organization: row.organization,
    agency: row.agency,
    user: row.user,
    scopes: JSON.parse(row.scopes) as string[],
    by: row.by,
    session: row.session,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  }
}

function creatorOf(row: Signed): User {
  return {
    id: row.created_by,
    organization: row.organization,
    name: row.created_by_name,
    email: row.created_by_email,
  }
}

function modifierOf(row: Signed): User {
  return {
    id: row.modified_by,
    organization: row.organization,
    name: row.modified_by_name,
    email: row.modified_by_email,
  }
}
