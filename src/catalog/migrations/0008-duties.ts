import type { Migration } from './migration.ts'

/** Which node does the background work, and until when. */
export const duties: Migration = {
  version: 8,
  name: 'duties',
  statements: (schema) => [
    schema
      .createTable('duty')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('node', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull()),
  ],
}
