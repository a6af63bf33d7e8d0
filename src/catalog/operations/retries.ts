/** What was attached under an idempotency key, as it was then: a repetition is told the same even when it has gone since. */
import type { Attach, Attached } from '../../core/ports/catalog.ts'
import type { Attachment, OrganizationId, Sha256 } from '../../core/model/model.ts'
import { RETRY_MS } from '../../core/files/idempotency.ts'
import type { RetryTable } from '../schema.ts'
import { all, columns, type Op, one, type Params, run, statement } from '../statement.ts'

const select = statement((db, p: Params<{ organization: OrganizationId; scope: Sha256; since: number }>) =>
  db
    .selectFrom('retry')
    .select(['content', 'attachments', 'answer'])
    .where('organization', '=', p('organization'))
    .where('scope', '=', p('scope'))
    .where('created_at', '>', p('since')),
)

const remove = statement((db, p: Params<{ scope: Sha256 }>) => db.deleteFrom('retry').where('scope', '=', p('scope')))

const insert = statement((db, p: Params<Pick<RetryTable, keyof RetryTable>>) =>
  db.insertInto('retry').values(columns(p, 'scope', 'organization', 'content', 'attachments', 'answer', 'created_at')),
)

const setAnswer = statement((db, p: Params<{ scope: Sha256; answer: string }>) =>
  db
    .updateTable('retry')
    .set({ answer: p('answer') })
    .where('scope', '=', p('scope')),
)

const selectOlder = statement((db, p: Params<{ before: number; limit: number }>) =>
  db.selectFrom('retry').select('scope').where('created_at', '<', p('before')).orderBy('created_at').limit(p('limit')),
)

/** What this call repeats; null when it comes for the first time or without a key. */
export function* repetition({ organization, retry, at }: Attach): Op<Attached | null> {
  if (retry === null) return null
  const row = yield* one(select({ organization, scope: retry.scope, since: at - RETRY_MS }))
  if (row === null) return null
  if (row.content !== retry.content) return { outcome: 'other_content' }
  return { outcome: 'repeated', attachments: JSON.parse(row.attachments) as Attachment[], answer: row.answer }
}

export function* rememberAttached({ organization, retry, at }: Attach, attachments: readonly Attachment[]): Op<void> {
  if (retry === null) return
  const { scope, content } = retry
  // The same key from longer ago than keys are remembered may still be there.
  yield* run(remove({ scope }))
  const attached = JSON.stringify(attachments)
  yield* run(insert({ scope, organization, content, attachments: attached, answer: null, created_at: at }))
}

export function* rememberAnswer(scope: Sha256, answer: string): Op<void> {
  yield* run(setAnswer({ scope, answer }))
}

export function* forgetRetries(before: number, limit: number): Op<boolean> {
  const older = yield* all(selectOlder({ before, limit }))
  for (const { scope } of older) yield* run(remove({ scope }))
  return older.length === limit
}
