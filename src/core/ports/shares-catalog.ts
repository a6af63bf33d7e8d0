/** The part of the catalog's contract that knows shares. */
import type { Attachment, AttachmentId, OrganizationId, Sha256, Share, ShareId, UserId } from '../model/model.ts'

export interface NewShare {
  readonly id: ShareId
  readonly organization: OrganizationId
  readonly attachment: AttachmentId
  /** Of the secret in its address. */
  readonly hash: Sha256
  readonly label: string
  /** A slow hash; null: none is asked for. */
  readonly password: string | null
  readonly maxDownloads: number | null
  readonly expiresAt: number
  readonly by: UserId
  readonly at: number
}

export interface SharedAttachment {
  readonly share: Share
  readonly password: string | null
  readonly attachment: Attachment
}

export interface SharesCatalog {
  /** Null when the attachment is not there. */
  createShare(share: NewShare): Promise<Share | null>
  /** Newest first, at most 1,000, also those that have ended; null: of all attachments. */
  shares(organization: OrganizationId, attachment: AttachmentId | null): Promise<readonly Share[]>
  /** Null when there is none, or its attachment is gone. */
  shareById(organization: OrganizationId, id: ShareId): Promise<Share | null>
  /** Null when nobody was given this secret, or the attachment is gone. */
  sharedAttachment(hash: Sha256): Promise<SharedAttachment | null>
  /** Counts one download, if there may be one more now; false when there may not. */
  countDownload(id: ShareId, at: number): Promise<boolean>
  /** False when there is no such share, or it was revoked before. */
  revokeShare(organization: OrganizationId, id: ShareId, at: number): Promise<boolean>
  /** Forgets shares that ended before `before`, at most `limit`. */
  forgetShares(before: number, limit: number): Promise<void>
}
