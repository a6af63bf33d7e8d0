/** zod's schemas as the `components` of one document: schemas with an id are written once and referenced. */
import { z } from 'zod'

export type JsonObject = Readonly<Record<string, unknown>>

export interface Components {
  /** The schema, or a reference to it. `input`: the form that is sent, before transformations. */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject
  /** All schemas referenced so far, by name. */
  all(): Readonly<Record<string, JsonObject>>
}

const REFERENCE = '#/components/schemas/'

export function createComponents(): Components {
  const found = new Map<string, JsonObject>()
  const keep = (name: string, schema: JsonObject) => {
    const { id: _, $schema: __, ...bare } = schema
    found.set(name, bare)
    return { $ref: REFERENCE + name }
  }
  return {
    schemaOf(schema, io) {
      const { $defs = {}, ...made } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' })
      const moved = relocated(made) as JsonObject
      for (const [name, definition] of Object.entries($defs)) keep(name, relocated(definition) as JsonObject)
      const name = schema.meta()?.id
      if (name !== undefined && moved['$ref'] === undefined) return keep(name, moved)
      const { $schema: _, id: __, ...bare } = moved
      return bare
    },
    all: () => Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** Changes references within a schema into references into the document, and removes bounds that only mean "an integer". */
function relocated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocated)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== Number.MIN_SAFE_INTEGER && inner !== Number.MAX_SAFE_INTEGER)
      .map(([key, inner]) =>
        key === '$ref' && typeof inner === 'string'
          ? [key, inner.replace(/^#\/\$defs\//, REFERENCE)]
          : [key, relocated(inner)],
      ),
  )
}
