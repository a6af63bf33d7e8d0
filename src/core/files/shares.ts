/** Share links: an unguessable, expiring and revocable URL of one attachment. */
import { hash, randomBytes } from 'node:crypto'
import type { Actor } from '../access/actor.ts'
import { ORGANIZATION, type Gate } from '../access/authorize.ts'
import { createOperations, open, type Open, type Operation, type Requirement } from '../access/operation.ts'
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
  /** The secret is returned this once. Faults: `not_found` about `attachment`, `invalid_input`, `forbidden`. */
  readonly create: Operation<[request: ShareRequest], { share: Share; secret: string }>
  /** Newest first, at most 1,000; null: of all attachments. The actor's own, and with `shares.manage` everybody's. */
  readonly list: Operation<[attachment: AttachmentId | null], readonly Share[]>
  /** Fault: `not_found` about `parameter`, also for a share of somebody else that the actor may not manage. */
  readonly revoke: Operation<[id: ShareId], void>
  /** What lies under an address that is good now, without counting. Fault: `not_found` about `attachment`. */
  readonly findValid: Open<(secret: string) => Promise<Share>>
  /** Counts a download. Faults: besides, `forbidden` about `attachment` for a wrong password, `too_many`. */
  readonly open: Open<(secret: string, password: string | null, address: string) => Promise<Attachment>>
  /** Deletes shares that ended 90 days ago. */
  readonly forgetEnded: Open<() => Promise<void>>
}

interface SharesParts {
  readonly catalog: Catalog
  readonly passwords: Passwords
  readonly gate: Gate
  readonly newId: () => string
  readonly now: () => number
}

export function createShares({ catalog, passwords, gate, newId, now }: SharesParts): Shares {
  const { operation } = createOperations(gate)
  const mustBeGood = async (secret: string): Promise<SharedAttachment> => {
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
  const OWN: Requirement = ['shares.own', ORGANIZATION]
  const list = async (actor: Actor, attachment: AttachmentId | null) => {
    const all = await catalog.shares(actor.organization, attachment)
    const isManager = await gate.may(actor, 'shares.manage', ORGANIZATION)
    return isManager ? all : all.filter(({ createdBy }) => createdBy === actor.user)
  }
  return {
    create: operation(OWN, async (actor, request) => {
      const attachment = await findAttachment({ catalog, gate }, actor, null, request.attachment)
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
        parent: actor.token,
      })
      if (share === null) throw shareNotFound()
      return { share, secret }
    }),
    list: operation(OWN, list),
    revoke: operation(OWN, async (actor, id) => {
      const share = await catalog.shareById(actor.organization, id)
      const target = { kind: 'owned', by: share?.createdBy ?? null, own: 'shares.own' } as const
      const isAllowed = share !== null && (await gate.may(actor, 'shares.manage', target))
      if (!isAllowed || !(await catalog.revokeShare(actor.organization, id, now())))
        throw new Fault('not_found', 'parameter', 'There is no such share here, or it was revoked before.')
    }),
    findValid: open('the address is the secret', async (secret) => (await mustBeGood(secret)).share),
    open: open('the address is the secret', async (secret, password, address) => {
      const found = await mustBeGood(secret)
      await mustVerifyPassword(found, password, address)
      if (!(await catalog.countDownload(found.share.id, now()))) throw shareNotFound()
      return found.attachment
    }),
    forgetEnded: open('background work', () => catalog.forgetShares(now() - RETENTION_MS, FORGET_BATCH)),
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
