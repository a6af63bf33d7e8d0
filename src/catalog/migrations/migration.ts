import type { Compilable, SchemaModule } from 'kysely'

/** What engines call differently. */
export interface ColumnTypes {
  readonly bytes: 'blob' | 'bytea'
}

/** One step of the schema. Once released it is never changed again: what is wrong in it is mended by the next. */
export interface Migration {
  readonly version: number
  readonly name: string
  statements(schema: SchemaModule, types: ColumnTypes): readonly Compilable[]
}
