import type { Actor } from '../access/access.ts'
import type { Catalog, FieldChange } from '../ports/catalog.ts'
import { Fault } from '../model/fault.ts'
import type { Field, FieldId, ModuleId } from '../model/model.ts'

export type NewField = Omit<Field, 'id' | 'organization' | 'createdAt'>

export interface Fields {
  /** Fault: `conflict` about `field` if the module has a field with that key. */
  create(actor: Actor, field: NewField): Promise<Field>
  /** Fault: `not_found` about `field`. */
  find(actor: Actor, id: FieldId): Promise<Field>
  /** Null: of all modules. */
  list(actor: Actor, module: ModuleId | null): Promise<readonly Field[]>
  change(actor: Actor, id: FieldId, change: FieldChange): Promise<Field>
  /** Its files stay on their records. */
  remove(actor: Actor, id: FieldId): Promise<void>
}

/** Whether a field's values are files. */
export function holdsFiles(field: Field): boolean {
  return field.type === 'file' || field.type === 'signature'
}

export function createFields(catalog: Catalog, newId: () => string, now: () => number): Fields {
  return {
    async create(actor, field) {
      const made = await catalog.createField({
        ...field,
        id: newId() as FieldId,
        organization: actor.organization,
        createdAt: now(),
      })
      if (made === null)
        throw new Fault(
          'conflict',
          'field',
          `A custom field with the key ${field.key} exists already; choose another name.`,
        )
      return made
    },
    find: async (actor, id) => mustExist(await catalog.field(actor.organization, id), id),
    list: (actor, module) => catalog.fields(actor.organization, module),
    change: async (actor, id, change) => mustExist(await catalog.updateField(actor.organization, id, change), id),
    async remove(actor, id) {
      if (!(await catalog.removeField(actor.organization, id))) mustExist(null, id)
    },
  }
}

function mustExist(field: Field | null, id: FieldId): Field {
  if (field === null) throw new Fault('not_found', 'field', `There is no custom field ${id.slice(0, 40)} here.`)
  return field
}
