/** Schemas of JSON request bodies. Unknown keys are refused, not ignored. */
import { z } from 'zod'
import { json, MAX_IDS, properties } from './wire.ts'

export const id = z.string().regex(/^\d{19}$/, { error: 'expected an id of 19 digits' })
const time = z.iso.datetime({ offset: true, error: 'expected a time such as 2026-11-21T23:30:00Z' })
const text = (most: number) => z.string().trim().min(1).max(most)

export const newOrganization = z
  .strictObject({
    name: text(200),
    agency: text(100).optional().meta({ description: 'The agency that owns it; a new one unless given' }),
    properties: properties.optional(),
    user: z
      .strictObject({ name: text(200), email: text(320) })
      .meta({ description: 'The first user, in whose name its tokens act' }),
  })
  .meta({ id: 'NewOrganization' })
export type NewOrganizationWire = z.infer<typeof newOrganization>

export const organizationChange = z
  .strictObject({ name: text(200).optional(), properties: properties.optional() })
  .meta({ id: 'OrganizationChange', description: 'Properties are merged; null removes one' })
export type OrganizationChangeWire = z.infer<typeof organizationChange>

export const newModule = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,49}$/, {
      error: 'expected a letter, then up to 49 letters, digits and underscores',
    }),
    singular: text(100).optional(),
    plural: text(100).optional(),
  })
  .meta({ id: 'NewModule' })
export type NewModuleWire = z.infer<typeof newModule>

const fieldFacts = {
  placeholder: z.string().max(2_000).optional(),
  position: z.int().min(0).max(1_000_000).optional(),
  acceptedTypes: z
    .array(z.string().regex(/^[a-z0-9]{1,10}$/, { error: 'expected a lower-case extension without a dot' }))
    .max(100)
    .optional(),
  maxFiles: z.int().min(1).max(100).optional(),
  properties: properties.optional(),
}

export const newField = z
  .strictObject({
    name: text(200),
    key: z
      .string()
      .regex(/^[\p{L}\p{N}_.]{1,150}$/u, { error: 'expected letters, digits, dots and underscores' })
      .optional()
      .meta({ description: 'Made of the name unless given; unique in the module' }),
    type: z
      .string()
      .regex(/^[a-z][a-z_]{0,39}$/, { error: 'expected a word such as file, signature, text or date' })
      .default('file'),
    ...fieldFacts,
  })
  .meta({ id: 'NewField' })
export type NewFieldWire = z.input<typeof newField>

export const fieldChange = z.strictObject({ name: text(200).optional(), ...fieldFacts }).meta({ id: 'FieldChange' })
export type FieldChangeWire = z.infer<typeof fieldChange>

const recordFacts = {
  properties: properties.meta({ example: { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' } }),
  values: z.record(id, json).meta({ description: 'By field id; null clears' }),
  files: z
    .record(id, z.array(id).max(100))
    .meta({ description: 'By id of a file field: the attachments that it shall hold, in this order' }),
}

export const newRecord = z
  .strictObject({ ...recordFacts, values: recordFacts.values.optional(), files: recordFacts.files.optional() })
  .meta({ id: 'NewRecord' })
export type NewRecordWire = z.infer<typeof newRecord>

export const recordChange = z
  .strictObject(recordFacts)
  .partial()
  .meta({ id: 'RecordChange', description: 'Merged over what is there; null removes a property' })
export type RecordChangeWire = z.infer<typeof recordChange>

export const attachmentChange = z
  .strictObject({
    name: text(255).optional(),
    record: id.nullable().optional().meta({ description: 'Moves it there, out of its field; null: the organization' }),
  })
  .meta({ id: 'AttachmentChange' })
export type AttachmentChangeWire = z.infer<typeof attachmentChange>

export const attachmentIds = z.strictObject({ ids: z.array(id).min(1).max(MAX_IDS) }).meta({ id: 'AttachmentIds' })

export const newToken = z
  .strictObject({
    kind: z.enum(['native', 'zoho', 'private']).default('native'),
    label: z.string().trim().max(200).default(''),
    scopes: z.array(text(200)).min(1).max(100),
    expiresAt: time.nullable().default(null),
  })
  .meta({ id: 'NewToken', description: 'A native token gets no scope that its maker lacks' })
export type NewTokenWire = z.input<typeof newToken>
