import type { Migration } from './migration.ts'

/**
 * What a token, client or share was made by, so that it ends with that. Clients that exist were made by operators or by
 * administrators, which no row tells apart: they keep their reach.
 */
export const derivation: Migration = {
  version: 12,
  name: 'derivation',
  statements: (schema) => [
    schema.alterTable('token').addColumn('parent', 'text'),
    schema.alterTable('client').addColumn('parent', 'text'),
    schema.alterTable('client').addColumn('created_by', 'text'),
    schema.alterTable('client').addColumn('expires_at', 'bigint'),
    schema.alterTable('client').addColumn('reach', 'text', (c) => c.notNull().defaultTo('agency')),
    schema.alterTable('share').addColumn('parent', 'text'),
    schema.createIndex('token_parent').on('token').column('parent'),
    schema.createIndex('client_parent').on('client').column('parent'),
    schema.createIndex('client_created_by').on('client').columns(['organization', 'created_by']),
    schema.createIndex('share_parent').on('share').column('parent'),
    schema.createIndex('share_created_by').on('share').columns(['organization', 'created_by']),
  ],
}
