import type { SavedRecord, SaveRecord } from '../../core/ports/catalog.ts'
import type { CrmRecord, Properties, RecordId } from '../../core/model/model.ts'
import { emailKey, phoneKey, searchText, titleOf } from '../../core/model/record-facts.ts'
import type { RecordTable } from '../schema.ts'
import { columns, type Op, type Params, run, statement } from '../statement.ts'
import { resolveFiles, takeFiles } from './file-references.ts'
import { countRecords } from './modules.ts'
import { merged } from './merging.ts'
import { findMatch, type Match, record } from './records.ts'

type Row = Omit<Pick<RecordTable, keyof RecordTable>, 'removed_at'>

const FACTS = ['title', 'email', 'phone', 'search', 'properties', 'field_values'] as const

const insert = statement((db, p: Params<Row>) =>
  db
    .insertInto('record')
    .values(
      columns(p, 'organization', 'id', 'module', ...FACTS, 'created_at', 'created_by', 'modified_at', 'modified_by'),
    ),
)

const update = statement((db, p: Params<Omit<Row, 'module' | 'created_at' | 'created_by'>>) =>
  db
    .updateTable('record')
    .set(columns(p, ...FACTS, 'modified_at', 'modified_by'))
    .where('organization', '=', p('organization'))
    .where('id', '=', p('id')),
)

export function* saveRecords(inputs: readonly SaveRecord[]): Op<readonly SavedRecord[]> {
  const saved: SavedRecord[] = []
  for (const input of inputs) saved.push(yield* saveRecord(input))
  return saved
}

function* saveRecord(input: SaveRecord): Op<SavedRecord> {
  const { organization, module, change } = input
  const present = change === null ? null : yield* record(organization, module, change)
  if (change !== null && present === null) return { outcome: 'missing' }
  const match = yield* matchOf(input)
  if (match !== null && input.match?.then === 'refuse') return { outcome: 'duplicate', ...match }
  const files = yield* resolveFiles(input)
  if ('outcome' in files) return files
  const target = present ?? (match && match.record)
  if (target === null && !(yield* countRecords(organization, module, 1))) return { outcome: 'missing' }
  const id = yield* write(input, target)
  yield* takeFiles({ organization, record: id, by: input.by, at: input.at }, files.files)
  const kept = yield* record(organization, module, id)
  if (kept === null) throw new Error('The database did not answer with the record it had just kept.')
  return { outcome: target === null ? 'created' : 'updated', record: kept }
}

function* matchOf({ organization, module, change, match }: SaveRecord): Op<Match | null> {
  return match && (yield* findMatch({ organization, module, email: match.email, phone: match.phone, except: change }))
}

function* write(input: SaveRecord, target: CrmRecord | null): Op<RecordId> {
  const { organization, at, by } = input
  const facts = factsOf(merged(target?.properties, input.properties), merged(target?.values, input.values))
  const id = target?.id ?? input.id
  const row = { organization, id, ...facts, modified_at: at, modified_by: by }
  yield* run(target ? update(row) : insert({ ...row, module: input.module, created_at: at, created_by: by }))
  return id
}

function factsOf(properties: Properties, values: Properties): Pick<Row, (typeof FACTS)[number]> {
  return {
    title: titleOf(properties),
    email: emailKey(properties),
    phone: phoneKey(properties),
    search: searchText(properties),
    properties: JSON.stringify(properties),
    field_values: JSON.stringify(values),
  }
}
