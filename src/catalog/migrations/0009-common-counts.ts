import type { Migration } from './migration.ts'

/** What nodes count together: calls within a period, and calls under way on each node. */
export const sharedCounts: Migration = {
  version: 9,
  name: 'common counts',
  statements: (schema) => [
    schema
      .createTable('call_count')
      .addColumn('key', 'bigint', (c) => c.primaryKey())
      .addColumn('period', 'bigint', (c) => c.notNull())
      .addColumn('began_at', 'bigint', (c) => c.notNull())
      .addColumn('calls', 'bigint', (c) => c.notNull())
      .addColumn('former', 'bigint', (c) => c.notNull()),
    schema
      .createTable('under_way')
      .addColumn('key', 'bigint', (c) => c.notNull())
      .addColumn('node', 'text', (c) => c.notNull())
      .addColumn('calls', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('under_way_pk', ['key', 'node']),
  ],
}
