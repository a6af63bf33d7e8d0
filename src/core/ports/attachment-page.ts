/** Queries of an organization's attachments, their changes, and storage usage. Plain data. */
import type { AttachmentId, FieldId, ModuleId, OrganizationId, RecordId, Sha256, UserId } from '../model/model.ts'

/** A null property does not restrict. */
export interface AttachmentFilter {
  readonly field: FieldId | null
  readonly kind: 'file' | 'link' | null
  /** Extensions of files, in lower case without a dot; at most MOST_EXTENSIONS. */
  readonly extensions: readonly string[] | null
  /** Substring of the name, ignoring case. */
  readonly name: string | null
  readonly minSize: number | null
  readonly maxSize: number | null
  /** Created at or after `createdFrom`, and before `createdUntil`; milliseconds since 1970. */
  readonly createdFrom: number | null
  readonly createdUntil: number | null
  readonly hash: Sha256 | null
}

export const MOST_EXTENSIONS = 32

export interface AttachmentPage {
  readonly organization: OrganizationId
  /** `own`: those of the organization itself; null: all. */
  readonly record: RecordId | 'own' | null
  /** Null: on records of any module. */
  readonly module: ModuleId | null
  readonly filter: AttachmentFilter
  readonly sort: 'created' | 'name' | 'size'
  readonly order: 'asc' | 'desc'
  /** Keyset: only attachments after this one. `value` is its name or size if sorted by these. */
  readonly after: { readonly id: AttachmentId; readonly value: string | number } | null
  readonly limit: number
}

export interface AttachmentChange {
  readonly organization: OrganizationId
  readonly id: AttachmentId
  readonly name?: string
  /** Moves it to this record and out of its field; null: to the organization itself. */
  readonly record?: RecordId | null
  readonly by: UserId
  readonly at: number
}

/** Every outcome but `changed` means that nothing was changed. */
export type AttachmentChanged = 'changed' | 'missing' | 'no_record' | 'duplicate_link' | 'photo'

interface Amounts {
  readonly attachments: number
  /** Total size of all files, each counted as often as it is attached. */
  readonly bytes: number
}

export interface Usage {
  /** Null: attachments of the organization itself. */
  readonly modules: readonly (Amounts & { readonly module: ModuleId | null })[]
  /** Stored bytes; equal contents count once. */
  readonly stored: number
}
