import type { Migration } from './migration.ts'

/** Addresses under which attachments open without a token; of each secret only its hash is kept. */
export const shares: Migration = {
  version: 7,
  name: 'shares',
  statements: (schema) => [
    schema
      .createTable('share')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('organization', 'text', (c) => c.notNull().references('organization.id'))
      .addColumn('attachment', 'text', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull().unique())
      .addColumn('label', 'text', (c) => c.notNull())
      .addColumn('password', 'text')
      .addColumn('max_downloads', 'bigint')
      .addColumn('downloads', 'bigint', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .addColumn('last_used_at', 'bigint')
      .addColumn('revoked_at', 'bigint'),
    schema.createIndex('share_by_organization').on('share').columns(['organization', 'id']),
    schema.createIndex('share_by_attachment').on('share').columns(['organization', 'attachment', 'id']),
    schema.createIndex('share_by_end').on('share').columns(['expires_at']),
  ],
}
