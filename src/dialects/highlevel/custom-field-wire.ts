/** A custom field in the shape of HighLevel's OpenAPI, and the mapping of the request's synonyms. */
import type { FieldChange } from '../../core/ports/catalog.ts'
import type { NewField } from '../../core/crm/fields.ts'
import { holdsFiles } from '../../core/crm/fields.ts'
import { publicIdOf } from '../../core/model/ids.ts'
import type { Field, Json, ModuleId, Properties } from '../../core/model/model.ts'
import type { FieldBody } from './bodies.ts'
import { isText, type Wire } from './wire.ts'

export type Model = 'contact' | 'opportunity'

/** The core module that holds a model's fields. */
export const MODULES: Readonly<Record<Model, string>> = { contact: 'Contacts', opportunity: 'Deals' }

/** Default maximum of files in a file field; the example of the location upload uses the same number. */
const MAX_FILES = 15

export function fieldWire(field: Field, model: Model): Wire {
  const { properties } = field
  return {
    id: publicIdOf(field.id),
    name: field.name,
    fieldKey: field.key,
    placeholder: field.placeholder,
    dataType: dataTypeOf(field),
    position: field.position,
    picklistOptions: Array.isArray(properties['options']) ? properties['options'] : [],
    picklistImageOptions: [],
    isAllowedCustomOption: false,
    isMultiFileAllowed: holdsFiles(field) && field.maxFiles > 1,
    maxFileLimit: field.maxFiles,
    ...(holdsFiles(field) ? { acceptedFormat: field.acceptedTypes.map((type) => `.${type}`) } : {}),
    ...Object.fromEntries(
      ['textBoxListOptions', 'parentId', 'description'].flatMap((name) =>
        properties[name] === undefined || properties[name] === null ? [] : [[name, properties[name]]],
      ),
    ),
    locationId: publicIdOf(field.organization),
    model,
  }
}

export function newFieldOf(
  body: FieldBody & { readonly name: string; readonly dataType: string },
  module: ModuleId,
  key: string,
): NewField {
  const type = typeOf(body.dataType)
  return {
    module,
    key,
    name: body.name,
    type,
    placeholder: body.placeholder ?? '',
    position: body.position ?? 0,
    acceptedTypes: body.acceptedFormat ?? [],
    maxFiles: type === 'file' || type === 'signature' ? (maxFilesOf(body) ?? MAX_FILES) : 1,
    properties: storedPropertiesOf(body),
  }
}

/** Only properties present in the body are changed. */
export function fieldChangeOf(
  body: FieldBody & { readonly name?: string | null | undefined },
  field: Field,
): FieldChange {
  const maxFiles = maxFilesOf(body)
  return {
    ...(isText(body.name ?? null) ? { name: body.name as string } : {}),
    ...(typeof body.placeholder === 'string' ? { placeholder: body.placeholder } : {}),
    ...(typeof body.position === 'number' ? { position: body.position } : {}),
    ...(body.acceptedFormat ? { acceptedTypes: body.acceptedFormat } : {}),
    ...(maxFiles !== null && holdsFiles(field) ? { maxFiles } : {}),
    properties: { ...field.properties, ...storedPropertiesOf(body) },
  }
}

/** `contact.passport_scan`: letters and digits of any script, joined by underscores. */
export function keyOf(model: Model, name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 100)
  return `${model}.${slug === '' ? 'field' : slug}`
}

/** Returns null if the body does not set it. */
function maxFilesOf({ isMultipleFile, maxNumberOfFiles }: FieldBody): number | null {
  if (isMultipleFile === false) return 1
  return maxNumberOfFiles ?? (isMultipleFile === true ? MAX_FILES : null)
}

function storedPropertiesOf({ options, textBoxListOptions, parentId, description }: FieldBody): Properties {
  const all = { options, textBoxListOptions, parentId, description }
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value as Json]])),
  )
}

function typeOf(dataType: string): string {
  return dataType === 'FILE_UPLOAD' ? 'file' : dataType.toLowerCase()
}

function dataTypeOf({ type }: Field): string {
  return type === 'file' ? 'FILE_UPLOAD' : type.toUpperCase()
}
