import type { Migration } from './migration.ts'

/** While one of these has not run out, bytes that are claimed stay where they are: a copy may name them. */
export const leases: Migration = {
  version: 3,
  name: 'leases',
  statements: (schema) => [
    schema
      .createTable('lease')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('expires_at', 'bigint', (c) => c.notNull()),
    schema.createIndex('lease_by_end').on('lease').columns(['expires_at']),
  ],
}
