import { text } from 'node:stream/consumers'
import { BadSetting, readConfig } from '../config/config.ts'
import type { AttachmentId, Share, ShareId } from '../core/model/model.ts'
import { isOver } from '../core/files/shares.ts'
import { mustActor, withAdministration } from './administration.ts'
import { flagsOf, print, textOf, type Options } from './options.ts'

/** The password is read from standard input, because command lines are visible to other users of the machine. */
export function createShare(attachment: string, options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const password = options['passwordStdin'] === true ? (await text(process.stdin)).replace(/\r?\n$/, '') : null
    const seconds = wholeOf(options, 'expiresIn')
    const actor = await mustActor(administration, options)
    const { share, secret } = await administration.shares.create(actor, {
      attachment: attachment as AttachmentId,
      label: textOf(options, 'label') ?? '',
      expiresAt: seconds === null ? null : Date.now() + seconds * 1_000,
      password,
      maxDownloads: wholeOf(options, 'maxDownloads'),
    })
    const { origin } = readConfig(flagsOf(options))
    const path = `/api/s/${secret}`
    print(options, { ...shown(share), path, url: origin === null ? null : origin + path }, [
      `share  ${share.id}  ${share.name}, until ${new Date(share.expiresAt).toISOString()}`,
      `path   ${origin ?? ''}${path}`,
      '',
      'Keep the address now: only its hash is stored, and it is not shown again.',
    ])
  })
}

export function listShares(options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const shares = await administration.shares.list(
      await mustActor(administration, options),
      textOf(options, 'attachment') as AttachmentId | null,
    )
    print(
      options,
      shares.map(shown),
      shares.map((share) => {
        const most = share.maxDownloads === null ? '' : ` of ${String(share.maxDownloads)}`
        return `${share.id}  ${stateOf(share).padEnd(7)}  ${String(share.downloads)}${most} downloads  ${share.name}  ${share.label}`
      }),
    )
  })
}

export function revokeShare(id: string, options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    await administration.shares.revoke(await mustActor(administration, options), id as ShareId)
    print(options, { id, revoked: true }, [`revoked ${id}`])
  })
}

function wholeOf(options: Options, name: string): number | null {
  const given = textOf(options, name)
  if (given === null) return null
  if (!/^[1-9]\d{0,9}$/.test(given)) throw new BadSetting(`"${given.slice(0, 40)}" is no whole number from 1 on.`)
  return Number(given)
}

function stateOf(share: Share): string {
  if (share.revokedAt !== null) return 'revoked'
  return isOver(share, Date.now()) ? 'ended' : 'good'
}

function shown(share: Share): object {
  const { id, attachment, name, label, hasPassword, maxDownloads, downloads, createdAt, expiresAt, lastUsedAt } = share
  const time = (milliseconds: number | null) => (milliseconds === null ? null : new Date(milliseconds).toISOString())
  return {
    ...{ id, attachment, name, label, hasPassword, maxDownloads, downloads, state: stateOf(share) },
    created: time(createdAt),
    expires: time(expiresAt),
    lastUsed: time(lastUsedAt),
  }
}
