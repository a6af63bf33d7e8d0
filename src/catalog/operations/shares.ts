import type { Selectable } from 'kysely'
import type { NewShare, SharedAttachment } from '../../core/ports/shares-catalog.ts'
import type { AttachmentId, OrganizationId, Sha256, Share, ShareId } from '../../core/model/model.ts'
import { type ShareRow, shareOf } from '../rows.ts'
import type { ShareTable } from '../schema.ts'
import { all, columns, type Db, type Op, one, type Params, run, statement } from '../statement.ts'
import { attachment } from './attachments.ts'

const MOST = 1_000
const FACTS = [
  's.id',
  's.organization',
  's.attachment',
  's.label',
  's.password',
  's.max_downloads',
  's.downloads',
] as const
const TIMES = ['s.created_at', 's.created_by', 's.expires_at', 's.last_used_at', 's.revoked_at'] as const

const insert = statement((db, p: Params<Selectable<ShareTable>>) =>
  db
    .insertInto('share')
    .values(
      columns(
        p,
        ...(['id', 'organization', 'attachment', 'hash', 'label', 'password', 'max_downloads', 'downloads'] as const),
        ...(['created_at', 'created_by', 'expires_at', 'last_used_at', 'revoked_at', 'parent'] as const),
      ),
    ),
)

/**
 * A share of an attachment that is gone is no share any more, whatever took it along. It opens without a token, so nobody
 * else looks at the organization and the module.
 */
const withName = (db: Db) =>
  db
    .selectFrom('share as s')
    .innerJoin('attachment as a', (on) =>
      on.onRef('a.organization', '=', 's.organization').onRef('a.id', '=', 's.attachment'),
    )
    .innerJoin('organization as o', 'o.id', 's.organization')
    .leftJoin('record as r', (on) => on.onRef('r.organization', '=', 'a.organization').onRef('r.id', '=', 'a.record'))
    .leftJoin('module as m', (on) => on.onRef('m.organization', '=', 'r.organization').onRef('m.id', '=', 'r.module'))
    .where('o.removed_at', 'is', null)
    .where('r.removed_at', 'is', null)
    .where('m.removed_at', 'is', null)
    .select([...FACTS, ...TIMES, 'a.name'])

const selectByHash = statement((db, p: Params<{ hash: Sha256 }>) => withName(db).where('s.hash', '=', p('hash')))

const selectById = statement((db, p: Params<{ organization: OrganizationId; id: ShareId }>) =>
  withName(db).where('s.organization', '=', p('organization')).where('s.id', '=', p('id')),
)

const newest = (db: Db, p: Params<{ organization: OrganizationId }>) =>
  withName(db).where('s.organization', '=', p('organization')).orderBy('s.id', 'desc').limit(MOST)

const selectAll = statement((db, p: Params<{ organization: OrganizationId }>) => newest(db, p))

const selectOf = statement((db, p: Params<{ organization: OrganizationId; attachment: AttachmentId }>) =>
  newest(db, p).where('s.attachment', '=', p('attachment')),
)

/** Decided and counted in one statement: of two that come at once for the last download one gets it. */
const count = statement((db, p: Params<{ id: ShareId; at: number }>) =>
  db
    .updateTable('share')
    .set((row) => ({ downloads: row('downloads', '+', 1), last_used_at: p('at') }))
    .where('id', '=', p('id'))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', p('at'))
    .where((row) => row.or([row('max_downloads', 'is', null), row('downloads', '<', row.ref('max_downloads'))]))
    .returning('id'),
)

const revoke = statement((db, p: Params<{ organization: OrganizationId; id: ShareId; at: number }>) =>
  db
    .updateTable('share')
    .set({ revoked_at: p('at') })
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id'))
    .where('revoked_at', 'is', null)
    .returning('id'),
)

const removeEnded = statement((db, p: Params<{ before: number; limit: number }>) =>
  db
    .deleteFrom('share')
    .where('id', 'in', (inner) =>
      inner.selectFrom('share').select('id').where('expires_at', '<', p('before')).limit(p('limit')),
    ),
)

export function* createShare(input: NewShare): Op<Share | null> {
  const { id, organization, hash, label, password, maxDownloads, expiresAt, by, at } = input
  const present = yield* attachment(organization, input.attachment)
  if (present === null) return null
  const row: Selectable<ShareTable> = {
    ...{ id, organization, attachment: input.attachment, label, password, max_downloads: maxDownloads, downloads: 0 },
    ...{ created_at: at, created_by: by, expires_at: expiresAt, last_used_at: null, revoked_at: null },
    ...{ hash, parent: input.parent },
  }
  yield* run(insert({ ...row }))
  return shareOf({ ...row, name: present.name })
}

export function* shares(organization: OrganizationId, of: AttachmentId | null): Op<readonly Share[]> {
  const rows: readonly ShareRow[] = yield* all(
    of === null ? selectAll({ organization }) : selectOf({ organization, attachment: of }),
  )
  return rows.map(shareOf)
}

export function* shareById(organization: OrganizationId, id: ShareId): Op<Share | null> {
  const row = yield* one(selectById({ organization, id }))
  return row && shareOf(row)
}

export function* sharedAttachment(hash: Sha256): Op<SharedAttachment | null> {
  const row = yield* one(selectByHash({ hash }))
  if (row === null) return null
  const present = yield* attachment(row.organization, row.attachment)
  return present && { share: shareOf(row), password: row.password, attachment: present }
}

export function* countDownload(id: ShareId, at: number): Op<boolean> {
  return (yield* one(count({ id, at }))) !== null
}

export function* revokeShare(organization: OrganizationId, id: ShareId, at: number): Op<boolean> {
  return (yield* one(revoke({ organization, id, at }))) !== null
}

export function* forgetShares(before: number, limit: number): Op<void> {
  yield* run(removeEnded({ before, limit }))
}
