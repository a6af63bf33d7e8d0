/** Request and answer schemas of users, profiles, roles and OAuth clients. */
import { z } from 'zod'
import { id } from './bodies.ts'

const text = (most: number) => z.string().trim().min(1).max(most)
const reference = z.object({ id: z.string(), name: z.string() }).nullable()
const page = <T extends z.ZodType>(item: T, name: string) =>
  z.object({ items: z.array(item), next: z.string().nullable() }).meta({ id: name })

export const user = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    status: z.enum(['active', 'inactive']),
    profile: reference.meta({ description: 'Null: an administrator, who may do everything' }),
    role: reference,
  })
  .meta({ id: 'User' })
export type UserWire = z.infer<typeof user>
export const users = page(user, 'Users')

export const newUser = z.strictObject({ name: text(200), email: text(320) }).meta({ id: 'NewUser' })

export const userChange = z
  .strictObject({
    profile: id.nullable().optional(),
    role: id.nullable().optional(),
    status: z
      .enum(['active', 'inactive'])
      .optional()
      .meta({ description: 'inactive: out at once, with everything that was given in their name' }),
  })
  .meta({ id: 'UserChange' })

const rule = z.strictObject({
  module: z.string().min(1).max(50).meta({ description: 'API name, or `*` for every module', example: 'Leads' }),
  hidden: z.boolean().default(false).meta({ description: 'As if the module were not there' }),
  denied: z
    .array(z.string().max(40))
    .max(40)
    .default([])
    .meta({ example: ['attachments.create'] }),
})

const rules = z.array(rule).max(200)
const allowed = z
  .array(z.string().max(40))
  .max(20)
  .optional()
  .meta({ description: 'Administration that it allows besides; none unless named', example: ['fields.manage'] })

export const newProfile = z.strictObject({ name: text(100), rules, allowed }).meta({ id: 'NewProfile' })
export const profileChange = z.strictObject({ rules, allowed }).meta({ id: 'ProfileChange' })
export const profile = z
  .object({
    id: z.string(),
    name: z.string(),
    rules: z.array(z.object({ module: z.string(), hidden: z.boolean(), denied: z.array(z.string()) })),
    allowed: z.array(z.string()),
    createdAt: z.iso.datetime(),
  })
  .meta({
    id: 'Profile',
    description: 'What a kind of user may do: everything that no rule denies, and the administration that it allows',
  })
export type ProfileWire = z.infer<typeof profile>
export const profiles = page(profile, 'Profiles')

export const newRole = z.strictObject({ name: text(100), parent: id.nullable().default(null) }).meta({ id: 'NewRole' })
export const role = z
  .object({ id: z.string(), name: z.string(), parent: z.string().nullable(), createdAt: z.iso.datetime() })
  .meta({ id: 'Role', description: 'Whoever has it may do with records what their owners in roles below it may' })
export type RoleWire = z.infer<typeof role>
export const roles = page(role, 'Roles')

export const sharing = z
  .strictObject({ sharing: z.enum(['write', 'read', 'private']) })
  .meta({ id: 'Sharing', description: "What users may do with other users' records: change, see, or neither" })

export const client = z
  .object({
    id: z.string(),
    name: z.string(),
    wire: z.enum(['zoho', 'highlevel']),
    flows: z.array(z.string()),
    scopes: z.array(z.string()),
    redirectUris: z.array(z.string()),
    createdAt: z.iso.datetime(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Client', description: 'A program that asks users for access' })
export type ClientWire = z.infer<typeof client>
export const clients = page(client, 'Clients')

export const newClient = z
  .strictObject({
    name: text(200),
    wire: z.enum(['zoho', 'highlevel']).default('zoho'),
    flows: z.array(z.enum(['code', 'implicit', 'credentials', 'self'])).min(1),
    scopes: z.array(text(200)).max(100).default([]).meta({ description: 'At most these; empty: whatever it asks for' }),
    redirectUris: z.array(text(2_000)).max(50).default([]),
  })
  .meta({ id: 'NewClient' })

export const createdClient = client.extend({ secret: z.string() }).meta({ id: 'CreatedClient' })
export const revokedTokens = z
  .object({ revoked: z.int().meta({ description: 'How many access tokens' }) })
  .meta({ id: 'RevokedTokens' })
