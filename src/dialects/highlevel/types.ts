/** The reference page's 16 types, and the content types by which their files are recognized. */
import type { AllowedTypes } from '../../core/files/policy.ts'

/**
 * Content types per extension. `.mpg` is an alias of `.mpeg`. Word and Excel also save HTML and XML as `.doc` and
 * `.xls`, `.docx` and `.xlsx` are zip archives, and a text file can begin like HTML.
 */
export const FAMILIES: AllowedTypes['families'] = {
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

export const EXTENSION_OF_TYPE: Readonly<Record<string, string>> = {
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

/** Returns '' for a media type that is not in the list. */
export function extensionOfType(type: string | null): string {
  return type !== null && Object.hasOwn(EXTENSION_OF_TYPE, type) ? (EXTENSION_OF_TYPE[type] ?? '') : ''
}
