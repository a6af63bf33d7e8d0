import type { FieldChange } from '../../core/ports/catalog.ts'
import type { Field, FieldId, ModuleId, OrganizationId } from '../../core/model/model.ts'
import { fieldOf } from '../rows.ts'
import type { FieldTable } from '../schema.ts'
import { all, columns, type Db, type Op, one, type Params, run, statement } from '../statement.ts'

const MOST = 1_000

type Row = Pick<FieldTable, keyof FieldTable>

const insert = statement((db, p: Params<Row>) =>
  db
    .insertInto('field')
    .values({
      ...columns(p, 'organization', 'id', 'module', 'name', 'key', 'type', 'placeholder', 'position'),
      ...columns(p, 'accepted_types', 'max_files', 'properties', 'created_at'),
    })
    .onConflict((conflict) => conflict.columns(['organization', 'module', 'key']).doNothing())
    .returning('id'),
)

const update = statement((db, p: Params<Row>) =>
  db
    .updateTable('field')
    .set(columns(p, 'name', 'placeholder', 'position', 'accepted_types', 'max_files', 'properties'))
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id')),
)

const selectField = statement((db, p: Params<{ organization: OrganizationId; id: FieldId }>) =>
  db.selectFrom('field').selectAll().where('organization', '=', p('organization')).where('id', '=', p('id')),
)

const inOrder = (db: Db) => db.selectFrom('field').selectAll().orderBy('position').orderBy('id').limit(MOST)

const selectOfOrganization = statement((db, p: Params<{ organization: OrganizationId }>) =>
  inOrder(db).where('organization', '=', p('organization')),
)

const selectOfModule = statement((db, p: Params<{ organization: OrganizationId; module: ModuleId }>) =>
  inOrder(db).where('organization', '=', p('organization')).where('module', '=', p('module')),
)

const remove = statement((db, p: Params<{ organization: OrganizationId; id: FieldId }>) =>
  db.deleteFrom('field').where('organization', '=', p('organization')).where('id', '=', p('id')).returning('id'),
)

export function* createField(input: Field): Op<Field | null> {
  const row = yield* one(insert(rowOf(input)))
  return row && (yield* field(input.organization, input.id))
}

export function* field(organization: OrganizationId, id: FieldId): Op<Field | null> {
  const row = yield* one(selectField({ organization, id }))
  return row && fieldOf(row)
}

export function* fields(organization: OrganizationId, module: ModuleId | null): Op<readonly Field[]> {
  const rows = yield* all(
    module === null ? selectOfOrganization({ organization }) : selectOfModule({ organization, module }),
  )
  return rows.map(fieldOf)
}

export function* updateField(organization: OrganizationId, id: FieldId, change: FieldChange): Op<Field | null> {
  const present = yield* field(organization, id)
  if (present === null) return null
  const changed = { ...present, ...change }
  yield* run(update(rowOf(changed)))
  return changed
}

/** Its entries linger unseen: a field may have millions, and no reader shows those of a field that is not there. */
export function* removeField(organization: OrganizationId, id: FieldId): Op<boolean> {
  return (yield* one(remove({ organization, id }))) !== null
}

function rowOf(field: Field): Row {
  return {
    organization: field.organization,
    id: field.id,
    module: field.module,
    name: field.name,
    key: field.key,
    type: field.type,
    placeholder: field.placeholder,
    position: field.position,
    accepted_types: JSON.stringify(field.acceptedTypes),
    max_files: field.maxFiles,
    properties: JSON.stringify(field.properties),
    created_at: field.createdAt,
  }
}
