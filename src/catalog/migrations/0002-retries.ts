import type { Migration } from './migration.ts'

export const retries: Migration = {
  version: 2,
  name: 'retries',
  statements: (schema) => [
    schema
      .createTable('retry')
      .addColumn('scope', 'text', (c) => c.primaryKey())
      .addColumn('organization', 'text', (c) => c.notNull().references('organization.id'))
      .addColumn('content', 'text', (c) => c.notNull())
      .addColumn('attachments', 'text', (c) => c.notNull())
      .addColumn('answer', 'text')
      .addColumn('created_at', 'bigint', (c) => c.notNull()),
    schema.createIndex('retry_by_age').on('retry').columns(['created_at']),
  ],
}
