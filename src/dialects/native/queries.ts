/** Schemas of query parameters. An unlisted parameter is refused, and so is a repeated one. */
import { z } from 'zod'
import { id } from './bodies.ts'
import { DEFAULT_ITEMS, MAX_ITEMS } from './wire.ts'

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, { error: 'expected a whole number' })
    .transform(Number)
    .refine((value) => value >= least && value <= most, {
      error: `expected a whole number from ${String(least)} to ${String(most)}`,
    })

const time = z.iso
  .datetime({ offset: true, error: 'expected a time such as 2026-11-21T23:30:00Z' })
  .transform((value) => Date.parse(value))
const page = {
  limit: whole(1, MAX_ITEMS).default(DEFAULT_ITEMS).meta({ description: 'How many at most' }),
  cursor: z.string().max(2_000).optional().meta({ description: '`next` of the page before, with the same parameters' }),
}
const order = z.enum(['asc', 'desc']).default('desc')

export const pageQuery = z.strictObject(page)

export const recordQuery = z.strictObject({
  ...page,
  order: order.meta({ description: 'By the time they were made' }),
  search: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Part of the title, e-mail or phone, whatever its case' }),
})

const filters = {
  field: id.optional().meta({ description: 'Those that came in through this field' }),
  kind: z.enum(['file', 'link']).optional(),
  type: z
    .string()
    .regex(/^[a-z]+\/(\*|[a-z0-9.+-]{1,80})$/, { error: 'expected a media type such as application/pdf or image/*' })
    .optional()
    .meta({ description: 'What a file is served as; `image/*` for all of a kind' }),
  name: z.string().min(1).max(255).optional().meta({ description: 'Part of the name, whatever its case' }),
  minSize: whole(0, Number.MAX_SAFE_INTEGER).optional().meta({ description: 'In bytes' }),
  maxSize: whole(0, Number.MAX_SAFE_INTEGER).optional().meta({ description: 'In bytes' }),
  createdFrom: time.optional().meta({ description: 'From this moment on' }),
  createdUntil: time.optional().meta({ description: 'Before this moment' }),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, { error: 'expected a SHA-256 as 64 hex characters' })
    .transform((value) => value.toLowerCase())
    .optional(),
}
const sorting = {
  sort: z.enum(['created', 'name', 'size']).default('created'),
  order,
}

/** Attachments of one record. */
export const recordAttachmentQuery = z.strictObject({ ...page, ...sorting, ...filters })

/** All attachments of an organization. */
export const attachmentQuery = z.strictObject({
  ...page,
  ...sorting,
  ...filters,
  record: z
    .string()
    .regex(/^(\d{19}|none)$/, { error: 'expected an id of 19 digits, or none' })
    .optional()
    .meta({ description: '`none`: those that belong to the organization itself' }),
  module: z.string().min(1).max(50).optional().meta({ description: 'On records of this module' }),
})
export type AttachmentQuery = z.input<typeof attachmentQuery>

export const uploadQuery = z.strictObject({
  field: id.optional().meta({ description: 'A file field of the record, which holds exactly these files afterwards' }),
})
