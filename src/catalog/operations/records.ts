import type { CrmRecord, ModuleId, OrganizationId, RecordId } from '../../core/model/model.ts'
import { normalEmail, normalPhone } from '../../core/model/record-facts.ts'
import { recordOf } from '../rows.ts'
import { nameKey } from './modules.ts'
import { type Db, type Op, one, type Params, statement } from '../statement.ts'

type Twin = { organization: OrganizationId; module: ModuleId; text: string; except: RecordId }

/** Is no record's id. */
const NONE = '' as RecordId

export interface Match {
  readonly record: CrmRecord
  readonly by: 'email' | 'phone'
}

/** Records that can be seen, each with who made and changed it: a page is never followed by a read per row. */
export function visibleRecords(db: Db) {
  return db
    .selectFrom('record as r')
    .innerJoin('user as c', (on) =>
      on.onRef('c.organization', '=', 'r.organization').onRef('c.id', '=', 'r.created_by'),
    )
    .innerJoin('user as m', (on) =>
      on.onRef('m.organization', '=', 'r.organization').onRef('m.id', '=', 'r.modified_by'),
    )
    .where('r.removed_at', 'is', null)
    .select(['r.organization', 'r.id', 'r.module', 'r.title', 'r.properties', 'r.field_values'])
    .select(['r.created_at', 'r.modified_at', 'r.created_by', 'r.modified_by'])
    .select(['c.name as created_by_name', 'c.email as created_by_email'])
    .select(['m.name as modified_by_name', 'm.email as modified_by_email'])
}

const selectOne = statement((db, p: Params<{ organization: OrganizationId; id: RecordId }>) =>
  visibleRecords(db).where('r.organization', '=', p('organization')).where('r.id', '=', p('id')),
)

const selectModule = statement((db, p: Params<{ organization: OrganizationId; id: RecordId }>) =>
  db
    .selectFrom('record')
    .select('module')
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id'))
    .where('removed_at', 'is', null),
)

const selectNamed = statement((db, p: Params<{ organization: OrganizationId; id: RecordId; name: string }>) =>
  db
    .selectFrom('record as r')
    .innerJoin('module as m', (on) => on.onRef('m.organization', '=', 'r.organization').onRef('m.id', '=', 'r.module'))
    .select('r.module')
    .where('r.organization', '=', p('organization'))
    .where('r.id', '=', p('id'))
    .where('r.removed_at', 'is', null)
    .where('m.name_key', '=', p('name')),
)

const oldestBut = (db: Db, p: Params<Twin>) =>
  visibleRecords(db)
    .where('r.organization', '=', p('organization'))
    .where('r.module', '=', p('module'))
    .where('r.id', '!=', p('except'))
    .orderBy('r.id')
    .limit(1)

const selectByEmail = statement((db, p: Params<Twin>) => oldestBut(db, p).where('r.email', '=', p('text')))
const selectByPhone = statement((db, p: Params<Twin>) => oldestBut(db, p).where('r.phone', '=', p('text')))

export function* record(organization: OrganizationId, module: ModuleId | null, id: RecordId): Op<CrmRecord | null> {
  const row = yield* one(selectOne({ organization, id }))
  return row === null || (module !== null && row.module !== module) ? null : recordOf(row)
}

/** Which module a record is in; null when there is no such record. */
export function* moduleOfRecord(organization: OrganizationId, id: RecordId): Op<ModuleId | null> {
  const row = yield* one(selectModule({ organization, id }))
  return row && row.module
}

/** The same, only if that module has this name. */
export function* moduleOfNamed(organization: OrganizationId, name: string, id: RecordId): Op<ModuleId | null> {
  const row = yield* one(selectNamed({ organization, id, name: nameKey(name) }))
  return row && row.module
}

export function* matchRecord(
  organization: OrganizationId,
  module: ModuleId,
  email: string | null,
  phone: string | null,
): Op<CrmRecord | null> {
  const match = yield* findMatch({ organization, module, email, phone, except: null })
  return match && match.record
}

/** The oldest other record with that e-mail or, failing that, that phone. */
export function* findMatch(wanted: {
  readonly organization: OrganizationId
  readonly module: ModuleId
  readonly email: string | null
  readonly phone: string | null
  readonly except: RecordId | null
}): Op<Match | null> {
  const { organization, module } = wanted
  const except = wanted.except ?? NONE
  const email = normalEmail(wanted.email)
  const byEmail = email && (yield* one(selectByEmail({ organization, module, text: email, except })))
  if (byEmail) return { record: recordOf(byEmail), by: 'email' }
  const phone = normalPhone(wanted.phone)
  const byPhone = phone && (yield* one(selectByPhone({ organization, module, text: phone, except })))
  return byPhone ? { record: recordOf(byPhone), by: 'phone' } : null
}
