import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Who may log in, which programs may ask them for access, and what they gave. Of every secret only a hash is kept. */
export const accounts: Migration = {
  version: 4,
  name: 'accounts',
  statements: (schema) => [
    schema.alterTable('user').addColumn('login', 'text'),
    schema.alterTable('user').addColumn('password', 'text'),
    schema.alterTable('user').addColumn('status', 'text', (c) => c.notNull().defaultTo('active')),
    schema.alterTable('user').addColumn('reach', 'text', (c) => c.notNull().defaultTo('organization')),
    schema.alterTable('user').addColumn('profile', 'text'),
    schema.createIndex('user_login').unique().on('user').columns(['login']).where(sql.ref('login'), 'is not', null),

    schema.alterTable('client').addColumn('wire', 'text', (c) => c.notNull().defaultTo('zoho')),
    schema.alterTable('client').addColumn('flows', 'text', (c) => c.notNull().defaultTo('[]')),
    schema.alterTable('client').addColumn('secret', 'text'),
    schema.alterTable('client').addColumn('scopes', 'text', (c) => c.notNull().defaultTo('[]')),
    schema.alterTable('client').addColumn('revoked_at', 'bigint'),
    schema.createIndex('client_by_organization').on('client').columns(['organization', 'id']),
    schema.createIndex('redirect_uri_by_client').on('redirect_uri').columns(['client']),
    schema.createIndex('organization_by_agency').on('organization').columns(['agency', 'id']),

    schema
      .createTable('grant')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('client', 'text', (c) => c.notNull().references('client.id'))
      .addColumn('organization', 'text', (c) => c.references('organization.id'))
      .addColumn('agency', 'text', (c) => c.notNull())
      .addColumn('user', 'text')
      .addColumn('scopes', 'text', (c) => c.notNull())
      .addColumn('by', 'text', (c) => c.notNull())
      .addColumn('session', 'text')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('revoked_at', 'bigint'),
    schema.createIndex('grant_by_client').on('grant').columns(['client', 'user', 'id']),

    schema
      .createTable('code')
      .addColumn('hash', 'text', (c) => c.primaryKey())
      .addColumn('grant', 'text', (c) => c.notNull().references('grant.id'))
      .addColumn('redirect_uri', 'text')
      .addColumn('challenge', 'text')
      .addColumn('offline', 'integer', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .addColumn('used_at', 'bigint'),
    schema.createIndex('code_by_end').on('code').columns(['expires_at']),

    schema
      .createTable('refresh_token')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('hash', 'text', (c) => c.notNull().unique())
      .addColumn('grant', 'text', (c) => c.notNull().references('grant.id'))
      .addColumn('client', 'text', (c) => c.notNull())
      .addColumn('user', 'text')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('spent_at', 'bigint')
      .addColumn('revoked_at', 'bigint'),
    schema.createIndex('refresh_token_by_grant').on('refresh_token').columns(['grant']),
    schema.createIndex('refresh_token_by_owner').on('refresh_token').columns(['client', 'user', 'id']),

    schema.alterTable('token').addColumn('grant', 'text'),
    schema.alterTable('token').addColumn('refresh', 'text'),
    schema.createIndex('token_by_grant').on('token').columns(['grant']).where(sql.ref('grant'), 'is not', null),
    schema
      .createIndex('token_by_refresh')
      .on('token')
      .columns(['refresh', 'created_at'])
      .where(sql.ref('refresh'), 'is not', null),
    schema.createIndex('token_by_end').on('token').columns(['expires_at']).where(sql.ref('grant'), 'is not', null),

    schema
      .createTable('session')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('hash', 'text', (c) => c.notNull().unique())
      .addColumn('organization', 'text', (c) => c.notNull())
      .addColumn('user', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('used_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .addForeignKeyConstraint('session_user', ['organization', 'user'], 'user', ['organization', 'id']),
    schema.createIndex('session_by_user').on('session').columns(['organization', 'user']),
    schema.createIndex('session_by_end').on('session').columns(['expires_at']),

    schema
      .createTable('login_attempt')
      .addColumn('key', 'text', (c) => c.primaryKey())
      .addColumn('failures', 'integer', (c) => c.notNull())
      .addColumn('began_at', 'bigint', (c) => c.notNull()),
    schema.createIndex('login_attempt_by_age').on('login_attempt').columns(['began_at']),
  ],
}
