/** One attachment for whoever knows its address: unguessable, ending, and revocable. */
import { hash, randomBytes } from 'node:crypto'
import type { Actor } from '../access/access.ts'
import { ORGANIZATION, type Gate } from '../access/authorize.ts'
import { createOperations, open, type Open, type Operation, type Requirement } from '../access/operation.ts'
import { findAttachment } from './attachments.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { Passwords } from '../ports/contracts.ts'
import { Fault } from '../model/fault.ts'
import type { Attachment, AttachmentId, Sha256, Share, ShareId } from '../model/model.ts'
import type { SharedAttachment } from '../ports/shares-catalog.ts'

const DAY = 86_400_000
export const SHARE_DAYS = { usual: 7, most: 366 } as const
const MOST_DOWNLOADS = 1_000_000
const LONGEST_PASSWORD = 200
/** Wrong passwords in a quarter of an hour: from one address, and from all together. */
const ATTEMPTS = { milliseconds: 15 * 60_000, fromOne: 5, fromAll: 100 }
/** How long a share that has ended is listed. */
const KEPT_MS = 90 * DAY
const FORGOTTEN_AT_ONCE = 500

export interface ShareRequest {
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
  readonly look: Open<(secret: string) => Promise<Share>>
  /** Counts a download. Faults: besides, `forbidden` about `attachment` for a wrong password, `too_many`. */
  readonly open: Open<(secret: string, password: string | null, address: string) => Promise<Attachment>>
  /** Deletes shares that ended 90 days ago. */
  readonly forgetEnded: Open<() => Promise<void>>
}

export interface SharesParts {
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
    if (found === null || isOver(found.share, now())) throw notHere()
    return found
  }
  // Counted before the password is looked at: any number of guesses at once are still so many guesses.
  const mustKnow = async ({ share, password: known }: SharedAttachment, given: string | null, address: string) => {
    if (known === null) return
    const one = { key: hashOf(`share ${share.id} from ${address}`), most: ATTEMPTS.fromOne }
    const all = { key: hashOf(`share ${share.id}`), most: ATTEMPTS.fromAll }
    if (!(await catalog.countAttempt([one, all], now(), now() - ATTEMPTS.milliseconds)))
      throw new Fault('too_many', 'attachment', 'Too many wrong passwords; try again in a quarter of an hour.')
    if (given === null || given.length > LONGEST_PASSWORD || !(await passwords.verify(known, given)))
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
      mustBeSensible({ ...request, expiresAt }, now())
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
      if (share === null) throw notHere()
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
    look: open('the address is the secret', async (secret) => (await mustBeGood(secret)).share),
    open: open('the address is the secret', async (secret, password, address) => {
      const found = await mustBeGood(secret)
      await mustKnow(found, password, address)
      if (!(await catalog.countDownload(found.share.id, now()))) throw notHere()
      return found.attachment
    }),
    forgetEnded: open('background work', () => catalog.forgetShares(now() - KEPT_MS, FORGOTTEN_AT_ONCE)),
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

function mustBeSensible(request: ShareRequest & { expiresAt: number }, at: number): void {
  const { label, expiresAt, password, maxDownloads } = request
  if (label.length > 200) throw wrong('The label has more than 200 characters.')
  if (!(expiresAt > at && expiresAt <= at + SHARE_DAYS.most * DAY))
    throw wrong(`A share ends in the future, at most ${String(SHARE_DAYS.most)} days from now.`)
  if (password !== null && (password.length < 4 || password.length > LONGEST_PASSWORD))
    throw wrong(`The password of a share has 4 to ${String(LONGEST_PASSWORD)} characters.`)
  if (maxDownloads !== null && !(Number.isInteger(maxDownloads) && maxDownloads >= 1 && maxDownloads <= MOST_DOWNLOADS))
    throw wrong(`The limit of downloads is a whole number from 1 to ${String(MOST_DOWNLOADS)}.`)
}

function wrong(message: string): Fault {
  return new Fault('invalid_input', 'parameter', message)
}

/** Never given out, ended, spent, revoked, or its attachment removed: nobody learns which. */
function notHere(): Fault {
  return new Fault(
    'not_found',
    'attachment',
    'There is nothing to download here: the address is wrong, or it has ended.',
  )
}
