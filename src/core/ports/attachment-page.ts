/** What can be asked of an organization's attachments, and how much there is of them. Plain data. */
import type { AttachmentId, FieldId, ModuleId, OrganizationId, RecordId, Sha256, UserId } from '../model/model.ts'

/** Null: whatever it is. */
export interface AttachmentFilter {
  readonly field: FieldId | null
  readonly kind: 'file' | 'link' | null
  /** Of files: lower-case extensions without a dot; at most MOST_EXTENSIONS. */
  readonly extensions: readonly string[] | null
  /** Part of the name, regardless of case. */
  readonly name: string | null
  readonly minSize: number | null
  readonly maxSize: number | null
  /** From this time on, and before that one. */
  readonly createdFrom: number | null
  readonly createdUntil: number | null
  readonly hash: Sha256 | null
}

export const MOST_EXTENSIONS = 32

export interface AttachmentPage {
  readonly organization: OrganizationId
  /** `own`: what belongs to the organization itself; null: whatever it is on. */
  readonly record: RecordId | 'own' | null
  /** Null: on records of any module. */
  readonly module: ModuleId | null
  readonly filter: AttachmentFilter
  readonly sort: 'created' | 'name' | 'size'
  readonly order: 'asc' | 'desc'
  /** Keyset: only what comes after this one. `value` is its name or size, where they are sorted by. */
  readonly after: { readonly id: AttachmentId; readonly value: string | number } | null
  readonly limit: number
}

export interface AttachmentChange {
  readonly organization: OrganizationId
  readonly id: AttachmentId
  readonly name?: string
  /** Moves it there and out of its field; null: to the organization itself. */
  readonly record?: RecordId | null
  readonly by: UserId
  readonly at: number
}

/** Nothing was changed unless it says so. */
export type AttachmentChanged = 'changed' | 'missing' | 'no_record' | 'duplicate_link' | 'photo'

export interface Amounts {
  readonly attachments: number
  /** Of all files together, each as often as it is attached. */
  readonly bytes: number
}

export interface Usage {
  /** Null: the organization's own. */
  readonly modules: readonly (Amounts & { readonly module: ModuleId | null })[]
  /** What is really kept: equal bytes once. */
  readonly stored: number
}
