import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Organizations and modules, like records, are gone at once and cleared in batches. */
export const removed: Migration = {
  version: 5,
  name: 'removed',
  statements: (schema) =>
    ['organization', 'module'].flatMap((table) => [
      schema.alterTable(table).addColumn('removed_at', 'bigint'),
      schema
        .createIndex(`${table}_removed`)
        .on(table)
        .columns(['removed_at'])
        .where(sql.ref('removed_at'), 'is not', null),
    ]),
}
