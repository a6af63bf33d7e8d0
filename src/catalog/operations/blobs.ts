/** Which bytes are kept, how many attachments hold them, and which only wait to be removed. */
import type { BlobKey, OrganizationId, Sha256 } from '../../core/model/model.ts'
import type { BlobTable } from '../schema.ts'
import { all, columns, type Op, one, type Params, run, statement } from '../statement.ts'

/** The bytes of one file that wants to be attached. */
interface NewBytes {
  readonly key: BlobKey
  readonly size: number
  readonly hash: Sha256
  /** Null: they lie in the blob store. */
  readonly bytes: Uint8Array | null
}

/** One statement decides whether the organization has the same bytes: then they have one holder more. */
const hold = statement((db, p: Params<Pick<BlobTable, keyof BlobTable>>) =>
  db
    .insertInto('blob')
    .values(columns(p, 'key', 'organization', 'hash', 'size', 'holders', 'place', 'claimed_at'))
    .onConflict((same) =>
      same
        .columns(['organization', 'hash'])
        .where('claimed_at', 'is', null)
        .doUpdateSet((set) => ({ holders: set('blob.holders', '+', set.lit(1)) })),
    )
    .returning('key'),
)

const insertNew = statement((db, p: Params<Pick<BlobTable, keyof BlobTable>>) =>
  db
    .insertInto('blob')
    .values(columns(p, 'key', 'organization', 'hash', 'size', 'holders', 'place', 'claimed_at'))
    .onConflict((conflict) => conflict.doNothing())
    .returning('key'),
)

const insertBytes = statement((db, p: Params<{ key: BlobKey; bytes: Uint8Array }>) =>
  db.insertInto('blob_bytes').values(columns(p, 'key', 'bytes')),
)

const letGo = statement((db, p: Params<{ key: BlobKey }>) =>
  db
    .updateTable('blob')
    .set((set) => ({ holders: set('holders', '-', set.lit(1)) }))
    .where('key', '=', p('key'))
    .returning(['holders', 'place']),
)

const claim = statement((db, p: Params<{ key: BlobKey; at: number }>) =>
  db
    .updateTable('blob')
    .set({ claimed_at: p('at') })
    .where('key', '=', p('key')),
)

const claimUnknown = statement((db, p: Params<{ key: BlobKey; at: number }>) =>
  db
    .insertInto('blob')
    .values((value) => ({
      key: p('key'),
      size: value.lit(0),
      holders: value.lit(0),
      place: value.val('store' as const),
      claimed_at: p('at'),
    }))
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('key'),
)

const selectClaim = statement((db, p: Params<{ key: BlobKey }>) =>
  db.selectFrom('blob').select('key').where('key', '=', p('key')).where('claimed_at', 'is not', null),
)

/** One statement, so that no copy can begin between the look for one and the look for keys. */
const selectClaimed = statement((db, p: Params<{ limit: number; at: number }>) =>
  db
    .selectFrom('blob')
    .select('key')
    .where('claimed_at', 'is not', null)
    .where((where) => where.not(where.exists(where.selectFrom('lease').select('id').where('expires_at', '>', p('at')))))
    .orderBy('claimed_at')
    .limit(p('limit')),
)

const remove = statement((db, p: Params<{ key: BlobKey }>) => db.deleteFrom('blob').where('key', '=', p('key')))

const removeClaimed = statement((db, p: Params<{ key: BlobKey }>) =>
  db.deleteFrom('blob').where('key', '=', p('key')).where('claimed_at', 'is not', null).returning('size'),
)

const removeAllClaimed = statement((db, _: Params<Record<string, never>>) =>
  db.deleteFrom('blob').where('claimed_at', 'is not', null),
)

const removeBytes = statement((db, p: Params<{ key: BlobKey }>) =>
  db.deleteFrom('blob_bytes').where('key', '=', p('key')),
)

/** Bytes that lived here and lost their row were claimed like loose ones of the store. */
const removeStray = statement((db, p: Params<{ key: BlobKey }>) =>
  db
    .deleteFrom('blob_bytes')
    .where('key', '=', p('key'))
    .where((where) =>
      where.exists(
        where.selectFrom('blob').select('key').where('key', '=', p('key')).where('claimed_at', 'is not', null),
      ),
    ),
)

const selectBytes = statement((db, p: Params<{ key: BlobKey }>) =>
  db.selectFrom('blob_bytes').select('bytes').where('key', '=', p('key')),
)

/** One more attachment holds these bytes. Answers the key under which the organization keeps them: an older one when it has them already. */
export function* holdBytes(organization: OrganizationId, input: NewBytes): Op<BlobKey> {
  const { key, size, hash, bytes } = input
  const place = bytes === null ? 'store' : 'catalog'
  const held = yield* one(hold({ key, organization, hash, size, holders: 1, place, claimed_at: null }))
  if (held === null) throw new Error('The database did not answer with the bytes it had just kept.')
  if (bytes !== null && held.key === key) yield* run(insertBytes({ key, bytes }))
  return held.key
}

/**
 * One attachment less holds these bytes. After the last one they are removed: those of the store are claimed first,
 * which also frees their hash, so that the same bytes coming again are kept under a key of their own.
 */
export function* releaseBytes(key: BlobKey, at: number): Op<void> {
  const blob = yield* one(letGo({ key }))
  if (blob !== null && blob.holders <= 0) yield* dropBytes(key, blob.place, at)
}

/** Nobody holds these bytes any more. */
export function* dropBytes(key: BlobKey, place: BlobTable['place'], at: number): Op<void> {
  if (place === 'store') return yield* run(claim({ key, at }))
  yield* run(removeBytes({ key }))
  yield* run(remove({ key }))
}

/** A row for bytes that are there already; false when the key, or the organization's place for these bytes, is taken. */
export function* holdBytesOf(row: Pick<BlobTable, keyof BlobTable>): Op<boolean> {
  return (yield* one(insertNew(row))) !== null
}

/** Whether a sweep has claimed the key, so that its bytes may be gone at any moment. */
export function* isClaimed(key: BlobKey): Op<boolean> {
  return (yield* one(selectClaim({ key }))) !== null
}

export function* bytes(key: BlobKey): Op<Uint8Array | null> {
  const row = yield* one(selectBytes({ key }))
  return row && row.bytes
}

export function* claimLoose(keys: readonly BlobKey[], at: number): Op<readonly BlobKey[]> {
  const loose: BlobKey[] = []
  for (const key of keys) {
    if (yield* one(claimUnknown({ key, at }))) loose.push(key)
  }
  return loose
}

export function* claimed(limit: number, at: number): Op<readonly BlobKey[]> {
  const rows = yield* all(selectClaimed({ limit, at }))
  return rows.map((row) => row.key)
}

export function* forget(keys: readonly BlobKey[]): Op<number> {
  let bytes = 0
  for (const key of keys) {
    yield* run(removeStray({ key }))
    bytes += (yield* one(removeClaimed({ key })))?.size ?? 0
  }
  return bytes
}

/** For a copy of the catalog, which comes without the bytes that are nobody's any more. */
export function* forgetClaimed(): Op<void> {
  yield* run(removeAllClaimed({}))
}
