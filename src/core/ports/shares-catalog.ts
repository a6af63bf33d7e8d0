/** The catalog's contract for shares. */
import type {
  Attachment,
  AttachmentId,
  OrganizationId,
  Sha256,
  Share,
  ShareId,
  TokenId,
  UserId,
} from '../model/model.ts'

export interface NewShare {
  readonly id: ShareId
  readonly organization: OrganizationId
  readonly attachment: AttachmentId
  /** Hash of the secret in its URL. */
  readonly hash: Sha256
  readonly label: string
  /** A slow hash; null: no password is required. */
  readonly password: string | null
  readonly maxDownloads: number | null
  readonly expiresAt: number
  readonly by: UserId
  readonly at: number
  /** The token that makes it and that it ends with; null: an operator on the command line. */
  readonly parent: TokenId | null
}

export interface SharedAttachment {
  readonly share: Share
  readonly password: string | null
  readonly attachment: Attachment
}

export interface SharesCatalog {
  /** Returns null if the attachment does not exist. */
  createShare(share: NewShare): Promise<Share | null>
  /** Newest first, at most 1,000, including ended ones; null: of all attachments. */
  shares(organization: OrganizationId, attachment: AttachmentId | null): Promise<readonly Share[]>
  /** Null when there is none, or its attachment is gone. */
  shareById(organization: OrganizationId, id: ShareId): Promise<Share | null>
  /** Null when nobody was given this secret, or the attachment is gone. */
  sharedAttachment(hash: Sha256): Promise<SharedAttachment | null>
  /** Counts one download; returns false and counts nothing if the share has ended or its limit is reached. */
  countDownload(id: ShareId, at: number): Promise<boolean>
  /** Returns false if there is no such share, or it was revoked before. */
  revokeShare(organization: OrganizationId, id: ShareId, at: number): Promise<boolean>
  /** Deletes at most `limit` shares that ended before `before`. */
  forgetShares(before: number, limit: number): Promise<void>
}
