/** How each table's rows go to another catalog. A new table does not compile until it says so here. */
import type { Schema } from '../schema.ts'

type Column<T> = keyof T & string

interface Way<T> {
  readonly key: readonly Column<T>[]
  /**
   * Values that are unique and pass from one row to another (a login, a name): what such a column holds while rows that
   * changed are put in place, as SQL, so that no order of rows is wrong.
   */
  readonly frees?: Partial<Readonly<Record<Column<T>, string>>>
}

/** In this order whatever is referred to stands before what refers to it. Null: it is about this catalog alone. */
const WAYS: { readonly [T in keyof Schema]: Way<Schema[T]> | null } = {
  organization: { key: ['id'] },
  user: { key: ['organization', 'id'], frees: { login: 'null' } },
  profile: { key: ['organization', 'id'], frees: { name: "'moving ' || id" } },
  role: { key: ['organization', 'id'], frees: { name: "'moving ' || id" } },
  module: { key: ['organization', 'id'], frees: { name_key: "'moving ' || id" } },
  record: { key: ['organization', 'id'] },
  field: { key: ['organization', 'id'], frees: { key: "'moving ' || id" } },
  attachment: { key: ['organization', 'id'], frees: { role: "'moving'", document: 'null' } },
  field_entry: { key: ['organization', 'record', 'field', 'key'] },
  blob: { key: ['key'], frees: { claimed_at: '0' } },
  blob_bytes: { key: ['key'] },
  client: { key: ['id'] },
  redirect_uri: { key: ['uri', 'client'] },
  grant: { key: ['id'] },
  code: { key: ['hash'] },
  refresh_token: { key: ['id'] },
  token: { key: ['id'] },
  session: { key: ['id'] },
  share: { key: ['id'] },
  login_attempt: { key: ['key'] },
  retry: { key: ['scope'] },
  lease: null,
  duty: null,
  call_count: null,
  under_way: null,
  move: null,
  move_change: null,
  migration: null,
}

export interface MovedTable {
  readonly name: keyof Schema
  readonly key: readonly string[]
  readonly frees: readonly (readonly [column: string, value: string])[]
}

export const TABLES: readonly MovedTable[] = Object.entries(WAYS).flatMap(([name, way]) =>
  way === null ? [] : [{ name: name as keyof Schema, key: way.key, frees: Object.entries<string>(way.frees ?? {}) }],
)
