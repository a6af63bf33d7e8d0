import type { Migration } from './migration.ts'

/** Administration that a profile allows; none for the profiles that exist. */
export const profileAllowed: Migration = {
  version: 11,
  name: 'profile-allowed',
  statements: (schema) => [
    schema.alterTable('profile').addColumn('allowed', 'text', (c) => c.notNull().defaultTo('[]')),
  ],
}
