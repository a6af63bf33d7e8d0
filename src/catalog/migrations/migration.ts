import type { Compilable, SchemaModule } from 'kysely'

/** What engines call differently. */
interface ColumnTypes {
  readonly bytes: 'blob' | 'bytea'
}

/** One step of the schema. Once released it is never changed again: what is wrong in it is mended by the next. */
export interface Migration {
  readonly version: number
  readonly name: string
  /**
   * The least version that a Dossier must know to go on serving after it. Left out: any, for it only adds (a table, a
   * column that may be empty, an index), and nodes of the former build serve on until they are replaced.
   */
  readonly needs?: number
  statements(schema: SchemaModule, types: ColumnTypes): readonly Compilable[]
}
