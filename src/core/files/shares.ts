/** Share links: an unguessable, expiring and revocable URL of one attachment. */
import { hash, randomBytes } from 'node:crypto'
import type { Actor } from '../access/access.ts'
import { findAttachment } from './attachments.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { Passwords } from '../ports/contracts.ts'
import { Fault } from '../model/fault.ts'
import type { Attachment, AttachmentId, Sha256, Share, ShareId } from '../model/model.ts'
import type { SharedAttachment } from '../ports/shares-catalog.ts'

const DAY = 86_400_000
const SHARE_DAYS = { usual: 7, most: 366 } as const
const MAX_DOWNLOADS = 1_000_000
const MAX_PASSWORD_LENGTH = 200
/** Maximum number of wrong passwords within `milliseconds`: per client address, and in total per share. */
const ATTEMPTS = { milliseconds: 15 * 60_000, perAddress: 5, perShare: 100 }
/** Retention of ended shares in lists. */
const RETENTION_MS = 90 * DAY
const FORGET_BATCH = 500

interface ShareRequest {
  readonly attachment: AttachmentId
  readonly label: string
  /** Null: SHARE_DAYS.usual from now. */
  readonly expiresAt: number | null
  readonly password: string | null
  readonly maxDownloads: number | null
}

export interface Shares {
  /** The secret is returned only here. Faults: `not_found` about `attachment`, `invalid_input`, `forbidden`. */
  create(actor: Actor, request: ShareRequest): Promise<{ share: Share; secret: string }>
  /** Newest first, at most 1,000; null: of all attachments. Users with a profile see and revoke only their own shares. */
  list(actor: Actor, attachment: AttachmentId | null): Promise<readonly Share[]>
  /** Fault: `not_found` about `parameter`. */
  revoke(actor: Actor, id: ShareId): Promise<void>
  /** Finds a valid share without counting a download. Fault: `not_found` about `attachment`. */
  look(secret: string): Promise<Share>
  /** Counts a download. Faults as for `look`, and `forbidden` about `attachment` for a wrong password, `too_many`. */
  open(secret: string, password: string | null, address: string): Promise<Attachment>
  /** Deletes shares past their retention. */
  forgetEnded(): Promise<void>
}

interface SharesParts {
  readonly catalog: Catalog
  readonly passwords: Passwords
  readonly newId: () => string
  readonly now: () => number
}

export function createShares({ catalog, passwords, newId, now }: SharesParts): Shares {
  const mustFind = async (secret: string): Promise<SharedAttachment> => {
    const found = SECRET.test(secret) ? await catalog.sharedAttachment(hashOf(secret)) : null
    if (found === null || isOver(found.share, now())) throw shareNotFound()
    return found
  }
  // Counted before the password is checked, so that concurrent guesses cannot exceed the limit.
  const mustVerifyPassword = async (
    { share, password: known }: SharedAttachment,
    given: string | null,
    address: string,
  ) => {
    if (known === null) return
    const one = { key: hashOf(`share ${share.id} from ${address}`), most: ATTEMPTS.perAddress }
    const all = { key: hashOf(`share ${share.id}`), most: ATTEMPTS.perShare }
    if (!(await catalog.countAttempt([one, all], now(), now() - ATTEMPTS.milliseconds)))
      throw new Fault('too_many', 'attachment', 'Too many wrong passwords; try again in a quarter of an hour.')
    if (given === null || given.length > MAX_PASSWORD_LENGTH || !(await passwords.verify(known, given)))
      throw new Fault('forbidden', 'attachment', 'This password is not right.', { reason: 'password' })
    await catalog.forgiveAttempt([one.key, all.key])
  }
  const list = async ({ organization, user, profile }: Actor, attachment: AttachmentId | null) => {
    const all = await catalog.shares(organization, attachment)
    return profile === null ? all : all.filter(({ createdBy }) => createdBy === user)
  }
  return {
    async create(actor, request) {
      const attachment = await findAttachment(catalog, actor, null, request.attachment)
      const expiresAt = request.expiresAt ?? now() + SHARE_DAYS.usual * DAY
      mustBeValid({ ...request, expiresAt }, now())
      const secret = randomBytes(24).toString('base64url')
      const share = await catalog.createShare({
        id: newId() as ShareId,
        organization: actor.organization,
        attachment: attachment.id,
        hash: hashOf(secret),
        label: request.label,
        password: request.password === null ? null : await passwords.hash(request.password),
        maxDownloads: request.maxDownloads,
        expiresAt,
        by: actor.user,
        at: now(),
      })
      if (share === null) throw shareNotFound()
      return { share, secret }
    },
    list,
    async revoke(actor, id) {
      const isAllowed = actor.profile === null || (await list(actor, null)).some((share) => share.id === id)
      if (!isAllowed || !(await catalog.revokeShare(actor.organization, id, now())))
        throw new Fault('not_found', 'parameter', 'There is no such share here, or it was revoked before.')
    },
    look: async (secret) => (await mustFind(secret)).share,
    async open(secret, password, address) {
      const found = await mustFind(secret)
      await mustVerifyPassword(found, password, address)
      if (!(await catalog.countDownload(found.share.id, now()))) throw shareNotFound()
      return found.attachment
    },
    forgetEnded: () => catalog.forgetShares(now() - RETENTION_MS, FORGET_BATCH),
  }
}

/** 32 characters: 192 bits. */
const SECRET = /^[A-Za-z0-9_-]{32}$/

function hashOf(text: string): Sha256 {
  return hash('sha256', text, 'hex') as Sha256
}

export function isOver({ expiresAt, revokedAt, maxDownloads, downloads }: Share, at: number): boolean {
  return revokedAt !== null || expiresAt <= at || (maxDownloads !== null && downloads >= maxDownloads)
}

function mustBeValid(request: ShareRequest & { expiresAt: number }, at: number): void {
  const { label, expiresAt, password, maxDownloads } = request
  if (label.length > 200) throw invalidParameter('The label has more than 200 characters.')
  if (!(expiresAt > at && expiresAt <= at + SHARE_DAYS.most * DAY))
    throw invalidParameter(`A share ends in the future, at most ${String(SHARE_DAYS.most)} days from now.`)
  if (password !== null && (password.length < 4 || password.length > MAX_PASSWORD_LENGTH))
    throw invalidParameter(`The password of a share has 4 to ${String(MAX_PASSWORD_LENGTH)} characters.`)
  if (maxDownloads !== null && !(Number.isInteger(maxDownloads) && maxDownloads >= 1 && maxDownloads <= MAX_DOWNLOADS))
    throw invalidParameter(`The limit of downloads is a whole number from 1 to ${String(MAX_DOWNLOADS)}.`)
}

function invalidParameter(message: string): Fault {
  return new Fault('invalid_input', 'parameter', message)
}

/** The same Fault for unknown, expired, used-up and revoked shares and removed attachments, so that they are indistinguishable. */
function shareNotFound(): Fault {
  return new Fault(
    'not_found',
    'attachment',
    'There is nothing to download here: the address is wrong, or it has ended.',
  )
}
