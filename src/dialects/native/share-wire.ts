/** Request and answer schemas of shares. */
import { z } from 'zod'
import { id } from './bodies.ts'
import { pageQuery } from './queries.ts'

const time = z.iso.datetime({ offset: true, error: 'expected a time such as 2026-11-21T23:30:00Z' })

export const newShare = z
  .strictObject({
    attachment: id,
    label: z.string().trim().max(200).default(''),
    expiresAt: time.optional().meta({ description: 'In 7 days unless given; at most in 366 days' }),
    password: z.string().min(4).max(200).nullable().default(null),
    maxDownloads: z.int().min(1).max(1_000_000).nullable().default(null).meta({ description: 'Null: any number' }),
  })
  .meta({ id: 'NewShare' })

export const shareQuery = pageQuery.extend({
  attachment: id.optional().meta({ description: 'Only the shares of this one' }),
})

const share = z
  .object({
    id: z.string(),
    attachment: z.string(),
    name: z.string().meta({ description: 'Of the attachment' }),
    label: z.string(),
    state: z.enum(['good', 'ended', 'revoked']),
    hasPassword: z.boolean(),
    maxDownloads: z.int().nullable(),
    downloads: z.int(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Share', description: 'An address under which one attachment opens without a token' })
export type ShareWire = z.infer<typeof share>

export const shares = z.object({ items: z.array(share), next: z.string().nullable() }).meta({ id: 'Shares' })

export const createdShare = share
  .extend({ url: z.string().meta({ description: 'Shown this once; only a hash of its secret is kept' }) })
  .meta({ id: 'CreatedShare' })
