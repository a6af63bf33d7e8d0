/** An organization that is removed is found no more at once; what it has goes in batches, and it goes last. */
import type { AttachmentId, OrganizationId } from '../../core/model/model.ts'
import type { Schema } from '../schema.ts'
import { all, type Db, type Op, one, type Params, run, statement } from '../statement.ts'
import { removeAttachment } from './attachments.ts'

type Id = { id: OrganizationId }
type Owned = { [T in keyof Schema]: 'organization' extends keyof Schema[T] ? T : never }[keyof Schema]

/**
 * Every table whose rows belong to an organization, in the order in which they may go, by what tells its rows apart.
 * Null: cleared otherwise (with the modules, records and attachments, with the clients, or by the sweep).
 */
const KEYS: Readonly<Record<Owned, string | null>> = {
  attachment: null,
  blob: null,
  field_entry: null,
  record: null,
  field: null,
  module: null,
  grant: null,
  session: 'id',
  retry: 'scope',
  token: 'id',
  client: 'id',
  user: 'id',
  profile: 'id',
  role: 'id',
  share: 'id',
}

const hide = statement((db, p: Params<Id & { at: number }>) =>
  db
    .updateTable('organization')
    .set({ removed_at: p('at') })
    .where('id', '=', p('id'))
    .where('removed_at', 'is', null)
    .returning('id'),
)

const revokeTokens = statement((db, p: Params<Id & { at: number }>) =>
  db
    .updateTable('token')
    .set({ revoked_at: p('at') })
    .where('organization', '=', p('id'))
    .where('revoked_at', 'is', null),
)

const selectHidden = statement((db, _: Params<Record<string, never>>) =>
  db.selectFrom('organization').select('id').where('removed_at', 'is not', null).orderBy('removed_at').limit(1),
)

const selectOwn = statement((db, p: Params<Id & { limit: number }>) =>
  db
    .selectFrom('attachment')
    .select('id')
    .where('organization', '=', p('id'))
    .where('record', 'is', null)
    .limit(p('limit')),
)

const hideModules = statement((db, p: Params<Id & { at: number }>) =>
  db
    .updateTable('module')
    .set({ removed_at: p('at') })
    .where('organization', '=', p('id'))
    .where('removed_at', 'is', null)
    .returning('id'),
)

const clientsOf = (db: Db, p: Params<Id>) => db.selectFrom('client').select('id').where('organization', '=', p('id'))

/** What its users gave, and what was given to its clients elsewhere. */
const grantsOf = (db: Db, p: Params<Id>) =>
  db
    .selectFrom('grant')
    .select('id')
    .where((where) => where.or([where('organization', '=', p('id')), where('client', 'in', clientsOf(db, p))]))

const removeRedirects = statement((db, p: Params<Id>) =>
  db.deleteFrom('redirect_uri').where('client', 'in', clientsOf(db, p)),
)

/** In this order, before the clients and users that they name. */
const removeGrants = [
  statement((db, p: Params<Id>) => db.deleteFrom('code').where('grant', 'in', grantsOf(db, p))),
  statement((db, p: Params<Id>) => db.deleteFrom('refresh_token').where('grant', 'in', grantsOf(db, p))),
  statement((db, p: Params<Id>) => db.deleteFrom('grant').where('id', 'in', grantsOf(db, p))),
]

/** Built as if for tokens: what they have in common is all that is named. */
const removals = Object.entries(KEYS).flatMap(([name, key]) => {
  if (key === null) return []
  const table = name as 'token'
  const column = key as 'id'
  return [
    statement((db, p: Params<Id & { limit: number }>) =>
      db
        .deleteFrom(table)
        .where('organization', '=', p('id'))
        .where(column, 'in', (inner) =>
          inner.selectFrom(table).select(column).where('organization', '=', p('id')).limit(p('limit')),
        )
        .returning(column),
    ),
  ]
})

const remove = statement((db, p: Params<Id>) => db.deleteFrom('organization').where('id', '=', p('id')))

/** With its tokens. False when there is none. */
export function* removeOrganization(id: OrganizationId, at: number): Op<boolean> {
  if ((yield* one(hide({ id, at }))) === null) return false
  yield* run(revokeTokens({ id, at }))
  return true
}

/** One batch of a removed organization that has no module any more, or its modules on their way; false when there is none. */
export function* clearOrganization(limit: number, at: number): Op<boolean> {
  const hidden = yield* one(selectHidden({}))
  if (hidden === null) return false
  if ((yield* one(hideModules({ ...hidden, at }))) !== null) return true
  if (yield* clearOwn(hidden.id, limit, at)) return true
  yield* run(removeRedirects(hidden))
  for (const removal of removeGrants) yield* run(removal(hidden))
  for (const removal of removals) if ((yield* one(removal({ ...hidden, limit }))) !== null) return true
  yield* run(remove(hidden))
  return true
}

function* clearOwn(id: OrganizationId, limit: number, at: number): Op<boolean> {
  const own: readonly { id: AttachmentId }[] = yield* all(selectOwn({ id, limit }))
  for (const attachment of own) yield* removeAttachment(id, attachment.id, at)
  return own.length > 0
}
