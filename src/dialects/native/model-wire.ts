/** Maps the core model to the wire. */
import { publicIdOf } from '../../core/model/ids.ts'
import { mediaTypeOf } from '../../core/files/media-types.ts'
import type {
  Attachment,
  CrmRecord,
  Field,
  FieldEntry,
  Module,
  Organization,
  Token,
  User,
} from '../../core/model/model.ts'
import type {
  AttachmentWire,
  EntryWire,
  FieldWire,
  ModuleWire,
  OrganizationWire,
  PersonWire,
  RecordWire,
  TokenWire,
} from './wire.ts'

export function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

export function personWire({ id, name }: User): PersonWire {
  return { id, name }
}

export function organizationWire({ id, name, agency, properties, createdAt }: Organization): OrganizationWire {
  return { id, face: publicIdOf(id), name, agency, properties, createdAt: timeOf(createdAt) } as OrganizationWire
}

export function moduleWire({ id, name, singular, plural, custom, records }: Module): ModuleWire {
  return { id, name, singular, plural, custom, records }
}

export function fieldWire(field: Field, module: string): FieldWire {
  const { id, name, key, type, placeholder, position, acceptedTypes, maxFiles, properties } = field
  const facts = { name, key, type, placeholder, position, acceptedTypes: [...acceptedTypes], maxFiles, properties }
  return { id, face: publicIdOf(id), module, ...facts, createdAt: timeOf(field.createdAt) } as FieldWire
}

export function recordWire(record: CrmRecord, module: string): RecordWire {
  const { id, title, properties, values } = record
  return { id, face: publicIdOf(id), module, title, properties, values, ...signed(record) } as RecordWire
}

export function entryWire({ field, key, attachment }: FieldEntry): EntryWire {
  return { field, key, attachment: attachment.id }
}

export function attachmentWire(attachment: Attachment): AttachmentWire {
  const { id, record, role, kind, name, size, hash, url, field, document } = attachment
  const type = kind === 'file' ? mediaTypeOf(name) : null
  return { id, record, role, kind, name, size, sha256: hash, type, url, field, document, ...signed(attachment) }
}

export function tokenWire(token: Token, now: number): TokenWire {
  const { id, kind, label, scopes, createdAt, expiresAt, lastUsedAt, revokedAt } = token
  const isExpired = expiresAt !== null && expiresAt <= now
  return {
    id,
    kind,
    label,
    scopes: [...scopes],
    state: revokedAt !== null ? 'revoked' : isExpired ? 'expired' : 'good',
    createdAt: timeOf(createdAt),
    expiresAt: expiresAt && timeOf(expiresAt),
    lastUsedAt: lastUsedAt && timeOf(lastUsedAt),
    revokedAt: revokedAt && timeOf(revokedAt),
  } as TokenWire
}

function signed({ createdAt, modifiedAt, createdBy, modifiedBy }: CrmRecord | Attachment) {
  return {
    createdAt: timeOf(createdAt),
    modifiedAt: timeOf(modifiedAt),
    createdBy: personWire(createdBy),
    modifiedBy: personWire(modifiedBy),
  }
}
