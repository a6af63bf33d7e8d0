/** Request bodies, as HighLevel's OpenAPI types them. Unknown properties are dropped. */
import { z } from 'zod'
import { TYPE_NAMES } from './types.ts'

const text = z.string().max(2_000).nullish()
/** A required text; one rule, so that a violation yields one sentence. */
const required = z.string().max(2_000).min(1)

const setting = z.object({
  status: z.enum(['active', 'inactive', 'permanent']),
  message: z.string().max(2_000).optional(),
  code: z.string().max(2_000).optional(),
})
const CHANNELS = ['Call', 'Email', 'SMS', 'WhatsApp', 'GMB', 'FB'] as const
const channels = z.object(Object.fromEntries(CHANNELS.map((name) => [name, setting.optional()])))
const attribution = z.record(z.string(), z.union([z.string().max(2_000), z.null()])).nullish()

/** The documented name first, v3's next; many public clients send the third, which the live API accepts. */
const customValue = z.object({
  id: text,
  key: text,
  field_value: z.unknown().optional(),
  fieldValue: z.unknown().optional(),
  value: z.unknown().optional(),
})
export type CustomValue = z.infer<typeof customValue>

const contact = {
  firstName: text,
  lastName: text,
  name: text,
  email: z
    .string()
    .trim()
    .max(2_000)
    .regex(/^([^\s@]+@[^\s@]+)?$/, { error: 'email must be an email' })
    .nullish(),
  phone: text,
  companyName: text,
  website: text,
  address1: text,
  city: text,
  state: text,
  postalCode: text,
  country: text,
  source: text,
  dateOfBirth: text,
  timezone: text,
  gender: text,
  assignedTo: text,
  ssn: text,
  type: text,
  keyword: text,
  businessId: text,
  visitorId: text,
  dnd: z.boolean().nullish(),
  tags: z.array(z.string().max(2_000)).max(1_000).nullish(),
  dndSettings: channels.nullish(),
  inboundDndSettings: z.object({ all: setting.optional() }).nullish(),
  attributionSource: attribution,
  lastAttributionSource: attribution,
  customFields: z.array(customValue).max(1_000).nullish(),
}

export const newContact = z.object({ ...contact, locationId: required })
export const upsertedContact = z.object({
  ...contact,
  locationId: required,
  createNewIfDuplicateAllowed: z.boolean().nullish(),
})
export const changedContact = z.object({
  ...contact,
  locationId: z.never({ error: 'property locationId should not exist' }).optional(),
})
export type ContactBody = Omit<z.infer<typeof newContact>, 'locationId'>

const DATA_TYPES = [
  'TEXT',
  'LARGE_TEXT',
  'NUMERICAL',
  'FLOAT',
  'TIME',
  'PHONE',
  'MONETORY',
  'CHECKBOX',
  'SINGLE_OPTIONS',
  'MULTIPLE_OPTIONS',
  'DATE',
  'TEXTBOX_LIST',
  'FILE_UPLOAD',
  'RADIO',
  'EMAIL',
  'SIGNATURE',
] as const

const FORMATS = `each value in acceptedFormat must be one of the following values: ${TYPE_NAMES.map((name) => `.${name}`).join(', ')}`

/** `.PDF`, `pdf` and `.pdf` are one format. */
const format = z
  .string()
  .transform((name) => name.trim().replace(/^\./, '').toLowerCase())
  .refine((name) => TYPE_NAMES.includes(name), { error: FORMATS })

const field = {
  placeholder: text,
  acceptedFormat: z.array(format).max(100).nullish(),
  isMultipleFile: z.boolean().nullish(),
  maxNumberOfFiles: z.number().int().min(1).max(100).nullish(),
  position: z.number().int().min(0).max(1_000_000).nullish(),
  textBoxListOptions: z.array(z.unknown()).max(1_000).nullish(),
  options: z.array(z.string().max(2_000)).max(1_000).nullish(),
  /** Not in the OpenAPI, but accepted by the live API. */
  parentId: text,
  description: text,
}

export const newField = z.object({
  ...field,
  name: required,
  dataType: z.enum(DATA_TYPES),
  model: z.enum(['contact', 'opportunity']).nullish(),
  fieldKey: text,
})
export const changedField = z.object({ ...field, name: required.nullish(), model: z.string().nullish() })
export type FieldBody = z.infer<z.ZodObject<typeof field>>
