/** HighLevel's upload limits: 16 types, 50 MB each. */
import { Fault } from '../../core/model/fault.ts'
import type { Sniff } from '../../core/ports/contracts.ts'
import type { Field } from '../../core/model/model.ts'
import { allowTypes, extensionOf, type FileClaim, type Policy } from '../../core/files/policy.ts'
import { EXTENSION_OF_TYPE, extensionOfType, FAMILIES } from './types.ts'

/** "50 MB" read as mebibytes: a size that either reading allows is accepted. */
const MAX_BYTES = 50 * 1_048_576

/** The rules for every file. */
export function uploadPolicy(sniff: Sniff): Policy {
  const types = { families: FAMILIES, extensionOfType: EXTENSION_OF_TYPE }
  const policy = allowTypes(MAX_BYTES, types, sniff)
  const textSniffer = allowTypes(MAX_BYTES, types, (head) =>
    isPrintable(head) ? sniffMarkup(head, sniff) : sniff(head),
  )
  return {
    ...policy,
    checkContent: (claim, head) => (TEXTS.has(typeOf(claim)) ? textSniffer : policy).checkContent(claim, head),
  }
}

/** The same, and the field's own formats. */
export function fieldPolicy(policy: Policy, field: Field): Policy {
  return {
    ...policy,
    checkClaim(claim) {
      policy.checkClaim(claim)
      mustMatchField(claim, field)
    },
  }
}

/** Fault: `type_refused` when the field is restricted to formats that do not include this one. */
export function mustMatchField(claim: FileClaim, field: Field): void {
  if (field.acceptedTypes.length === 0) return
  const found = typeOf(claim)
  if (field.acceptedTypes.some((type) => synonymOf(type) === synonymOf(found))) return
  throw new Fault(
    'type_refused',
    'file',
    `${claim.label} is a .${found} file; the custom field "${field.name.slice(0, 60)}" takes only ${field.acceptedTypes.join(', ').toUpperCase()}.`,
  )
}

/** The other spelling of a type: a field that accepts `.jpg` accepts `.jpeg`. */
function synonymOf(extension: string): string {
  if (extension === 'jpeg') return 'jpg'
  return extension === 'mpg' ? 'mpeg' : extension
}

/** The extension or, without one, the part's media type. */
function typeOf(claim: FileClaim): string {
  return extensionOf(claim.name) || extensionOfType(claim.claimedType)
}

const TEXTS: ReadonlySet<string> = new Set(['csv', 'txt'])

/** Two letters make a magic number ("BM" a bitmap, "MZ" a program), but a text table can begin with BMI or MZ. */
async function sniffMarkup(head: Uint8Array, sniff: Sniff): Promise<string | null> {
  const type = await sniff(head)
  return type === 'text/html' || type?.endsWith('xml') === true || type === 'application/pdf' ? type : null
}

/** Every binary format of the list, and every program, has control characters in its first kilobytes. */
function isPrintable(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))
}
