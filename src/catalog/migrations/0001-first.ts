import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** The primary keys begin with the organization, so no id of one is ever found through another. */
export const first: Migration = {
  version: 1,
  name: 'first',
  statements: (schema, types) => [
    schema
      .createTable('organization')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('agency', 'text', (c) => c.notNull())
      .addColumn('properties', 'text', (c) => c.notNull())
      .addColumn('first_user', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull()),

    schema
      .createTable('user')
      .addColumn('organization', 'text', (c) => c.notNull().references('organization.id'))
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('email', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('user_pk', ['organization', 'id']),

    schema
      .createTable('module')
      .addColumn('organization', 'text', (c) => c.notNull().references('organization.id'))
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('name_key', 'text', (c) => c.notNull())
      .addColumn('singular', 'text', (c) => c.notNull())
      .addColumn('plural', 'text', (c) => c.notNull())
      .addColumn('custom', 'integer', (c) => c.notNull())
      .addColumn('records', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('module_pk', ['organization', 'id'])
      .addUniqueConstraint('module_name', ['organization', 'name_key']),

    schema
      .createTable('record')
      .addColumn('organization', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('module', 'text', (c) => c.notNull())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('email', 'text')
      .addColumn('phone', 'text')
      .addColumn('search', 'text', (c) => c.notNull())
      .addColumn('properties', 'text', (c) => c.notNull())
      .addColumn('field_values', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('modified_by', 'text', (c) => c.notNull())
      .addColumn('removed_at', 'bigint')
      .addPrimaryKeyConstraint('record_pk', ['organization', 'id'])
      .addForeignKeyConstraint('record_module', ['organization', 'module'], 'module', ['organization', 'id'])
      .addForeignKeyConstraint('record_creator', ['organization', 'created_by'], 'user', ['organization', 'id'])
      .addForeignKeyConstraint('record_modifier', ['organization', 'modified_by'], 'user', ['organization', 'id']),
    schema
      .createIndex('record_by_age')
      .on('record')
      .columns(['organization', 'module', 'id'])
      .where(sql.ref('removed_at'), 'is', null),
    schema
      .createIndex('record_by_change')
      .on('record')
      .columns(['organization', 'module', 'modified_at', 'id'])
      .where(sql.ref('removed_at'), 'is', null),
    schema
      .createIndex('record_by_email')
      .on('record')
      .columns(['organization', 'module', 'email', 'id'])
      .where(sql.ref('email'), 'is not', null),
    schema
      .createIndex('record_by_phone')
      .on('record')
      .columns(['organization', 'module', 'phone', 'id'])
      .where(sql.ref('phone'), 'is not', null),
    schema
      .createIndex('record_removed')
      .on('record')
      .columns(['removed_at'])
      .where(sql.ref('removed_at'), 'is not', null),

    schema
      .createTable('field')
      .addColumn('organization', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('module', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('type', 'text', (c) => c.notNull())
      .addColumn('placeholder', 'text', (c) => c.notNull())
      .addColumn('position', 'bigint', (c) => c.notNull())
      .addColumn('accepted_types', 'text', (c) => c.notNull())
      .addColumn('max_files', 'bigint', (c) => c.notNull())
      .addColumn('properties', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('field_pk', ['organization', 'id'])
      .addUniqueConstraint('field_key', ['organization', 'module', 'key'])
      .addForeignKeyConstraint('field_module', ['organization', 'module'], 'module', ['organization', 'id']),

    schema
      .createTable('attachment')
      .addColumn('organization', 'text', (c) => c.notNull().references('organization.id'))
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('record', 'text')
      .addColumn('role', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull())
      .addColumn('url', 'text')
      .addColumn('blob', 'text')
      .addColumn('claimed_type', 'text')
      .addColumn('encoding', 'text', (c) => c.notNull())
      .addColumn('field', 'text')
      .addColumn('document', 'text')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('modified_by', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('attachment_pk', ['organization', 'id'])
      .addForeignKeyConstraint('attachment_record', ['organization', 'record'], 'record', ['organization', 'id'])
      .addForeignKeyConstraint('attachment_creator', ['organization', 'created_by'], 'user', ['organization', 'id'])
      .addForeignKeyConstraint('attachment_modifier', ['organization', 'modified_by'], 'user', ['organization', 'id']),
    schema.createIndex('attachment_page').on('attachment').columns(['organization', 'record', 'role', 'id']),
    schema
      .createIndex('attachment_link')
      .unique()
      .on('attachment')
      .columns(['organization', 'record', 'hash'])
      .where(sql.ref('kind'), '=', 'link')
      .where(sql.ref('role'), '=', 'attachment'),
    schema
      .createIndex('attachment_photo')
      .unique()
      .on('attachment')
      .columns(['organization', 'record'])
      .where(sql.ref('role'), '=', 'photo'),
    schema
      .createIndex('attachment_document')
      .unique()
      .on('attachment')
      .columns(['document'])
      .where(sql.ref('document'), 'is not', null),

    schema
      .createTable('field_entry')
      .addColumn('organization', 'text', (c) => c.notNull())
      .addColumn('record', 'text', (c) => c.notNull())
      .addColumn('field', 'text', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('attachment', 'text', (c) => c.notNull())
      .addColumn('position', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('field_entry_pk', ['organization', 'record', 'field', 'key'])
      .addForeignKeyConstraint(
        'field_entry_record',
        ['organization', 'record'],
        'record',
        ['organization', 'id'],
        (c) => c.onDelete('cascade'),
      )
      .addForeignKeyConstraint(
        'field_entry_attachment',
        ['organization', 'attachment'],
        'attachment',
        ['organization', 'id'],
        (c) => c.onDelete('cascade'),
      ),
    schema.createIndex('field_entry_by_attachment').on('field_entry').columns(['organization', 'attachment']),

    schema
      .createTable('blob')
      .addColumn('key', 'text', (c) => c.primaryKey())
      .addColumn('organization', 'text')
      .addColumn('hash', 'text')
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('holders', 'bigint', (c) => c.notNull())
      .addColumn('place', 'text', (c) => c.notNull())
      .addColumn('claimed_at', 'bigint'),
    schema
      .createIndex('blob_bytes_once')
      .unique()
      .on('blob')
      .columns(['organization', 'hash'])
      .where(sql.ref('claimed_at'), 'is', null),
    schema.createIndex('blob_claimed').on('blob').columns(['claimed_at']).where(sql.ref('claimed_at'), 'is not', null),

    schema
      .createTable('blob_bytes')
      .addColumn('key', 'text', (c) => c.primaryKey())
      .addColumn('bytes', types.bytes, (c) => c.notNull()),

    schema
      .createTable('token')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull().unique())
      .addColumn('organization', 'text', (c) => c.references('organization.id'))
      .addColumn('agency', 'text', (c) => c.notNull())
      .addColumn('user', 'text')
      .addColumn('client', 'text')
      .addColumn('label', 'text', (c) => c.notNull())
      .addColumn('scopes', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('last_used_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .addForeignKeyConstraint('token_user', ['organization', 'user'], 'user', ['organization', 'id']),
    schema.createIndex('token_by_organization').on('token').columns(['organization', 'id']),

    schema
      .createTable('client')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('organization', 'text', (c) => c.notNull().references('organization.id'))
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull()),
    schema
      .createTable('redirect_uri')
      .addColumn('uri', 'text', (c) => c.notNull())
      .addColumn('client', 'text', (c) => c.notNull().references('client.id'))
      .addPrimaryKeyConstraint('redirect_uri_pk', ['uri', 'client']),
  ],
}
