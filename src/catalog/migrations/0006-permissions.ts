import type { Migration } from './migration.ts'

/** Who may do what with which records. */
export const permissions: Migration = {
  version: 6,
  name: 'permissions',
  statements: (schema) => [
    schema
      .createTable('profile')
      .addColumn('organization', 'text', (c) => c.notNull().references('organization.id'))
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('rules', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('profile_pk', ['organization', 'id'])
      .addUniqueConstraint('profile_name', ['organization', 'name']),

    schema
      .createTable('role')
      .addColumn('organization', 'text', (c) => c.notNull().references('organization.id'))
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('parent', 'text')
      .addColumn('path', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('role_pk', ['organization', 'id'])
      .addUniqueConstraint('role_name', ['organization', 'name']),

    schema.alterTable('user').addColumn('role', 'text'),
    schema.alterTable('module').addColumn('sharing', 'text', (c) => c.notNull().defaultTo('write')),
  ],
}
