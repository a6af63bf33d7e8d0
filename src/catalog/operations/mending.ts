/** Rows about bytes are put right by what the attachments say. */
import { HOLDERS_AT_ONCE, type Holder } from '../../core/ports/inspection.ts'
import type { BlobKey } from '../../core/model/model.ts'
import { all, type Op, one, type Params, run, statement } from '../statement.ts'
import { bytes, dropBytes, holdBytesOf } from './blobs.ts'
import { blob } from './inspection.ts'

/** One pass over the attachments answers for this many keys. */
const SLOTS = Array.from({ length: HOLDERS_AT_ONCE }, (_, index) => `key${String(index)}`)
const MOST_HOLDERS = 1_000

type Slots = { [slot: string]: BlobKey }

const selectHolders = statement((db, p: Params<Slots>) =>
  db
    .selectFrom('attachment')
    .select(['organization', 'id', 'blob', 'hash', 'size'])
    .where(
      'blob',
      'in',
      SLOTS.map((slot) => p(slot)),
    )
    .orderBy('organization')
    .orderBy('id')
    .limit(MOST_HOLDERS),
)

const countHolders = statement((db, p: Params<Slots>) =>
  db
    .selectFrom('attachment')
    .select(({ fn }) => ['blob', fn.countAll<number>().as('attachments')])
    .where(
      'blob',
      'in',
      SLOTS.map((slot) => p(slot)),
    )
    .groupBy('blob'),
)

const setHolders = statement((db, p: Params<{ key: BlobKey; holders: number }>) =>
  db
    .updateTable('blob')
    .set({ holders: p('holders') })
    .where('key', '=', p('key')),
)

export function* holders(keys: readonly BlobKey[]): Op<readonly Holder[]> {
  const rows = yield* all(selectHolders(slotted(keys)))
  return rows.flatMap(({ organization, id, blob: key, hash, size }) =>
    key === null ? [] : [{ organization, attachment: id, key, hash, size }],
  )
}

/** Each is counted anew; what nobody holds is given up. Claimed ones stay as they are. */
export function* recount(keys: readonly BlobKey[], at: number): Op<void> {
  const rows = yield* all(countHolders(slotted(keys)))
  const counts = new Map(rows.map((row) => [row.blob, row.attachments]))
  for (const key of keys) {
    const present = yield* blob(key)
    if (present === null || present.claimedAt !== null) continue
    const held = counts.get(key) ?? 0
    yield* run(setHolders({ key, holders: held }))
    if (held === 0) yield* dropBytes(key, present.place, at)
  }
}

/** The row that a lost one was; false when there is one, or the organization has these bytes under another key by now. */
export function* adopt({ key, organization, hash, size }: Holder): Op<boolean> {
  if ((yield* blob(key)) !== null) return false
  const counted = yield* one(countHolders(slotted([key])))
  if (counted === null) return false
  const place = (yield* bytes(key)) === null ? 'store' : 'catalog'
  return yield* holdBytesOf({ key, organization, hash, size, place, holders: counted.attachments, claimed_at: null })
}

function slotted(keys: readonly BlobKey[]): Slots {
  if (keys.length > HOLDERS_AT_ONCE) throw new RangeError(`At most ${String(HOLDERS_AT_ONCE)} keys at once.`)
  return Object.fromEntries(SLOTS.map((slot, index) => [slot, keys[index] ?? ('' as BlobKey)]))
}
