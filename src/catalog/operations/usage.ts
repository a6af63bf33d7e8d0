/** How much an organization has: passes over all its attachments, so it is no read for the event loop. */
import type { Usage } from '../../core/ports/attachment-page.ts'
import type { OrganizationId } from '../../core/model/model.ts'
import { all, type Op, one, type Params, statement } from '../statement.ts'

const byModule = statement((db, p: Params<{ organization: OrganizationId }>) =>
  db
    .selectFrom('attachment as a')
    .leftJoin('record as r', (join) =>
      join.onRef('r.organization', '=', 'a.organization').onRef('r.id', '=', 'a.record'),
    )
    .where('a.organization', '=', p('organization'))
    .where('r.removed_at', 'is', null)
    .groupBy('r.module')
    .select('r.module')
    .select((select) => [select.fn.countAll().as('attachments'), select.fn.sum('a.size').as('bytes')]),
)

const kept = statement((db, p: Params<{ organization: OrganizationId }>) =>
  db
    .selectFrom('blob')
    .where('organization', '=', p('organization'))
    .where('claimed_at', 'is', null)
    .select((select) => select.fn.sum('size').as('bytes')),
)

/** Counts and sums are texts in some engines. */
export function* usage(organization: OrganizationId): Op<Usage> {
  const rows = yield* all(byModule({ organization }))
  const stored = yield* one(kept({ organization }))
  return {
    modules: rows.map(({ module, attachments, bytes }) => ({
      module,
      attachments: Number(attachments),
      bytes: Number(bytes ?? 0),
    })),
    stored: Number(stored?.bytes ?? 0),
  }
}
