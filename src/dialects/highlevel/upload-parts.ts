/** Parses a part of an upload's form: the field and the file that its name gives, and its label in error messages. */
import { Fault } from '../../core/model/fault.ts'
import { holdsFiles } from '../../core/crm/fields.ts'
import { idOfPublicId } from '../../core/model/ids.ts'
import type { IncomingFile } from '../../core/files/intake.ts'
import type { Field } from '../../core/model/model.ts'
import type { Call, Part } from '../../http/contracts.ts'
import { fieldUnknown } from './faults.ts'
import { extensionOfType, TYPE_NAMES } from './types.ts'

interface PartName {
  readonly fieldId: string
  /** Null: not given. */
  readonly fileId: string | null
}

const MAX_FILE_ID_LENGTH = 200

/** Ids never contain `_`, so the first one separates; several public clients send the bare field id. */
export function partName(name: string): PartName {
  const at = name.indexOf('_')
  if (at < 0) return { fieldId: name, fileId: null }
  return { fieldId: name.slice(0, at), fileId: name.slice(at + 1) || null }
}

/**
 * Fault: `not_found` about the field that the part's name begins with, or `invalid_input` when the field holds no
 * files.
 */
export function mustBeFileField(part: Part, fields: readonly Field[]): { field: Field; fileId: string } {
  const { fieldId, fileId } = partName(part.name)
  const id = idOfPublicId(fieldId)
  const field = fields.find((known) => known.id === id)
  if (field === undefined)
    throw fieldUnknown(
      fieldId,
      `: ${labelOf(part)} must be named <custom_field_id>_<file_id>, the id of a FILE_UPLOAD custom field of contacts, an underscore and any id of the file (GET /locations/{locationId}/customFields lists the fields).`,
    )
  if (!holdsFiles(field))
    throw new Fault(
      'invalid_input',
      'field',
      `Custom field with id ${fieldId} holds ${field.type.toUpperCase()}, not files: ${labelOf(part)} must name a field of the type FILE_UPLOAD or SIGNATURE.`,
    )
  if (fileId !== null && fileId.length > MAX_FILE_ID_LENGTH)
    throw new Fault(
      'invalid_input',
      'part',
      `The file id in the name of ${labelOf(part)} has ${String(fileId.length)} characters; at most ${String(MAX_FILE_ID_LENGTH)} are taken.`,
    )
  return { field, fileId: fileId ?? crypto.randomUUID() }
}

export function incomingFile(part: Part): IncomingFile {
  return {
    name: part.filename || nameFor(part),
    claimedType: part.type,
    part: part.name,
    encoding: part.encoding,
    digest: part.digest,
    label: labelOf(part),
    bytes: part.bytes,
  }
}

export function labelOf({ index, name }: Pick<Part, 'index' | 'name'>): string {
  return `part ${String(index)} "${name.length > 60 ? `${name.slice(0, 60)}...` : name}"`
}

/**
 * Fault: `invalid_input` when the body is not a form. The SDK's default call turns a form into JSON, so the message
 * says how to avoid that.
 */
export function mustBeForm({ bodyKind, headers }: Call): void {
  if (bodyKind === 'multipart' || bodyKind === 'none') return
  const type = headers['content-type']?.split(';')[0]?.trim().slice(0, 80)
  throw new Fault(
    'invalid_input',
    'body',
    `The body is ${type || 'of no type'}, but files come as multipart/form-data, one part named <custom_field_id>_<file_id> for each. With HighLevel's SDK, pass { headers: { 'Content-Type': 'multipart/form-data' } } as the options of the call: without it the form goes out as JSON and the files are lost.`,
  )
}

/** `texts`: names of the text parts; one named like a file is probably a file whose filename is missing. */
export function noFile(texts: readonly string[]): Fault {
  const misnamed = texts.find((label) => /"[0-9A-Za-z]{20}(_.*)?"$/.test(label))
  const found =
    misnamed === undefined
      ? 'the form holds no file part'
      : `${misnamed} has neither a filename nor a Content-Type, so it is a text and not a file`
  return new Fault(
    'invalid_input',
    'part',
    `No files to upload: ${found}. Send each file as a part named <custom_field_id>_<file_id> with a filename.`,
  )
}

/**
 * For a part without a filename: the extension of its media type becomes part of the name. Fault: `type_refused` for a
 * type that is not accepted.
 */
function nameFor(part: Part): string {
  const extension = extensionOfType(part.type)
  if (extension !== '') return `file.${extension}`
  throw new Fault(
    'type_refused',
    'file',
    `${labelOf(part)} has no filename, and its Content-Type (${part.type ?? 'none'}) is none of the allowed types; give it a filename with one of the extensions ${TYPE_NAMES.join(', ')}.`,
  )
}
