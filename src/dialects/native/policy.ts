/** Upload policy: any file up to the maximum size of one request, further restricted by the file field. */
import { Fault } from '../../core/model/fault.ts'
import { holdsFiles } from '../../core/crm/fields.ts'
import type { Field } from '../../core/model/model.ts'
import { extensionOf, denyExtensions, type Policy } from '../../core/files/policy.ts'

/** 5 GiB. */
const MAX_BYTES = 5 * 1024 * 1_048_576

const anything = denyExtensions(MAX_BYTES, [])

/** Null: no field. Fault: `invalid_input` for a field that holds no files. */
export function policyFor(field: Field | null): Policy {
  if (field === null) return anything
  if (!holdsFiles(field))
    throw new Fault('invalid_input', 'field', `The field ${field.id} is of type ${field.type} and holds no files.`)
  if (field.acceptedTypes.length === 0) return anything
  return {
    ...anything,
    checkClaim({ name, label }) {
      if (field.acceptedTypes.some((type) => synonymOf(type) === synonymOf(extensionOf(name)))) return
      throw new Fault(
        'type_refused',
        'file',
        `${label} is a .${extensionOf(name)} file; the field "${field.name.slice(0, 60)}" takes only ${field.acceptedTypes.join(', ')}.`,
      )
    },
  }
}

/** The other spelling of a type. */
function synonymOf(extension: string): string {
  if (extension === 'jpeg') return 'jpg'
  return extension === 'mpg' ? 'mpeg' : extension
}
