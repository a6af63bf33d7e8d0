/** What HighLevel takes: 16 types, 50 MB each. */
import { Fault } from '../../core/fault.ts'
import type { Sniff } from '../../core/contracts.ts'
import { allowingTypes, extensionOf, type AllowedTypes, type FileClaim, type Policy } from '../../core/policy.ts'
import type { Field } from '../../core/model.ts'

/** "50 MB" read the larger way, so that neither reading is refused. */
export const MAX_BYTES = 50 * 1_048_576

/**
 * The reference page's list; `.mpg` is MPEG's other name. Word and Excel save HTML and XML under their old names,
 * their new ones are zip archives, and a text may well begin like HTML.
 */
const FAMILIES: AllowedTypes['families'] = {
  pdf: ['document'],
  docx: ['document', 'archive'],
  doc: ['document', 'archive', 'markup'],
  jpg: ['image'],
  jpeg: ['image'],
  png: ['image'],
  gif: ['image'],
  csv: ['text', 'markup'],
  xlsx: ['document', 'archive'],
  xls: ['document', 'archive', 'markup'],
  mp4: ['video'],
  mpeg: ['video'],
  mpg: ['video'],
  zip: ['archive', 'document'],
  rar: ['archive'],
  txt: ['text', 'markup'],
  svg: ['markup'],
}

export const TYPE_NAMES: readonly string[] = Object.keys(FAMILIES)

const EXTENSION_OF_TYPE: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/msword': 'doc',
  'image/jpeg': 'jpg',
  'image/jpg': 'jpg',
  'image/pjpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'text/csv': 'csv',
  'application/csv': 'csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.ms-excel': 'xls',
  'video/mp4': 'mp4',
  'video/mpeg': 'mpeg',
  'application/zip': 'zip',
  'application/x-zip-compressed': 'zip',
  'application/vnd.rar': 'rar',
  'application/x-rar-compressed': 'rar',
  'application/x-rar': 'rar',
  'text/plain': 'txt',
  'image/svg+xml': 'svg',
}

/** What every file must keep to. */
export function uploadPolicy(sniff: Sniff): Policy {
  return allowingTypes(MAX_BYTES, { families: FAMILIES, extensionOfType: EXTENSION_OF_TYPE }, sniff)
}

/** The same, and the field's own formats besides. */
export function fieldPolicy(policy: Policy, field: Field): Policy {
  return {
    ...policy,
    judgeClaim(claim) {
      policy.judgeClaim(claim)
      mustSuitField(claim, field)
    },
  }
}

/** Fault: `type_refused` when the field takes certain formats and this is none of them. */
export function mustSuitField(claim: FileClaim, field: Field): void {
  if (field.acceptedTypes.length === 0) return
  const found = extensionOf(claim.name) || extensionOfType(claim.claimedType)
  if (field.acceptedTypes.some((type) => twinOf(type) === twinOf(found))) return
  throw new Fault(
    'type_refused',
    'file',
    `${claim.label} is a .${found} file; the custom field "${field.name.slice(0, 60)}" takes only ${field.acceptedTypes.join(', ').toUpperCase()}.`,
  )
}

/** Empty when the media type is none of the list's. */
export function extensionOfType(type: string | null): string {
  return type !== null && Object.hasOwn(EXTENSION_OF_TYPE, type) ? (EXTENSION_OF_TYPE[type] ?? '') : ''
}

/** Two spellings of one type: a field that takes `.jpg` takes `.jpeg`. */
function twinOf(extension: string): string {
  if (extension === 'jpeg') return 'jpg'
  return extension === 'mpg' ? 'mpeg' : extension
}
