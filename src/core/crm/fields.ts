import type { Actor } from '../access/actor.ts'
import { ORGANIZATION, type Gate } from '../access/authorize.ts'
import { createOperations, type Operation, type Requirement } from '../access/operation.ts'
import type { Catalog, FieldChange } from '../ports/catalog.ts'
import { Fault } from '../model/fault.ts'
import type { Field, FieldId, ModuleId } from '../model/model.ts'

export type NewField = Omit<Field, 'id' | 'organization' | 'createdAt'>

export interface Fields {
  /** Fault: `conflict` about `field` when the module has one of that key. */
  readonly create: Operation<[field: NewField], Field>
  /** Fault: `not_found` about `field`. */
  readonly find: Operation<[id: FieldId], Field>
  /** Null: of all modules that the actor may see. */
  readonly list: Operation<[module: ModuleId | null], readonly Field[]>
  readonly change: Operation<[id: FieldId, change: FieldChange], Field>
  /** Its files stay on their records. */
  readonly remove: Operation<[id: FieldId], void>
}

/** Whether a field's values are files. */
export function holdsFiles(field: Field): boolean {
  return field.type === 'file' || field.type === 'signature'
}

interface FieldsParts {
  readonly catalog: Catalog
  readonly gate: Gate
  readonly newId: () => string
  readonly now: () => number
}

export function createFields({ catalog, gate, newId, now }: FieldsParts): Fields {
  const { operation } = createOperations(gate)
  /** A field of a module that is hidden from the actor is not there for them. */
  const visible = async (actor: Actor, fields: readonly Field[]) => {
    if (!gate.isRestricted(actor) || fields.length === 0) return fields
    const modules = new Set(gate.visible(actor, await catalog.modules(actor.organization)).map(({ id }) => id))
    return fields.filter(({ module }) => modules.has(module))
  }
  const mustFind = async (actor: Actor, id: FieldId) => {
    const field = await catalog.field(actor.organization, id)
    return mustExist((await visible(actor, field === null ? [] : [field]))[0] ?? null, id)
  }
  const managed: Requirement = ['fields.manage', ORGANIZATION]
  return {
    // Fields are known to whoever may know their module; changing them is administration.
    create: operation(managed, async (actor, field) => {
      const own = { id: newId() as FieldId, organization: actor.organization, createdAt: now() }
      const made = await catalog.createField({ ...field, ...own })
      if (made === null) throw keyTaken(field.key)
      return made
    }),
    find: operation([], mustFind),
    list: operation([], async (actor, module) => visible(actor, await catalog.fields(actor.organization, module))),
    change: operation(managed, async (actor, id, change) => {
      await mustFind(actor, id)
      return mustExist(await catalog.updateField(actor.organization, id, change), id)
    }),
    remove: operation(managed, async (actor, id) => {
      await mustFind(actor, id)
      if (!(await catalog.removeField(actor.organization, id))) mustExist(null, id)
    }),
  }
}

function keyTaken(key: string): Fault {
  return new Fault('conflict', 'field', `A custom field with the key ${key} exists already; choose another name.`)
}

function mustExist(field: Field | null, id: FieldId): Field {
  if (field === null) throw new Fault('not_found', 'field', `There is no custom field ${id.slice(0, 40)} here.`)
  return field
}
