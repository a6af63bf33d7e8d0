import type { Migration } from './migration.ts'

/** A move to other stores: how far it is, and which rows changed since they were copied. Both are empty while none is under way. */
export const moves: Migration = {
  version: 10,
  name: 'moves',
  statements: (schema) => [
    schema
      .createTable('move')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('role', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('target', 'text', (c) => c.notNull())
      .addColumn('store', 'text')
      .addColumn('place', 'text')
      .addColumn('fenced_until', 'bigint')
      .addColumn('began_at', 'bigint', (c) => c.notNull())
      .addColumn('ended_at', 'bigint'),
    schema
      .createTable('move_change')
      .addColumn('moved_table', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('row_key', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('move_change_pk', ['moved_table', 'id']),
  ],
}
