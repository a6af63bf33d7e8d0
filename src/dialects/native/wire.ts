/**
 * Every answer of the native API, as a schema and as the type inferred from it. Requests are in bodies.ts and
 * queries.ts. These three import little more than zod, so that clients and pages can import their types.
 */
import { z } from 'zod'
import { SCOPES } from '../../core/model/scopes.ts'

/** Maximum ids in one bulk removal; maximum and default items of a page. */
export const MAX_IDS = 500
export const MAX_ITEMS = 200
export const DEFAULT_ITEMS = 50

const idOut = z
  .string()
  .meta({ description: '19 digits, in the order of their making', example: '1795290000000000042' })
const face = z.string().meta({ description: 'The same id as HighLevel writes it: 20 letters and digits' })
const time = z.iso.datetime().meta({ description: 'UTC, in milliseconds', example: '2026-11-21T23:30:00.000Z' })
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
/** Any JSON value: the body has been parsed by then. */
export const json = z.unknown() as unknown as z.ZodType<Json, Json>
export const properties = z.record(z.string().max(200), json)

const scope = z.enum(SCOPES)
export type Scope = z.infer<typeof scope>

const person = z.object({ id: idOut, name: z.string() }).meta({ id: 'Person', description: 'Who did something' })
export type PersonWire = z.infer<typeof person>

export const organization = z
  .object({ id: idOut, face, name: z.string(), agency: z.string(), properties, createdAt: time })
  .meta({ id: 'Organization', description: 'A Zoho org and a HighLevel location are both this' })
export type OrganizationWire = z.infer<typeof organization>

export const module = z
  .object({
    id: idOut,
    name: z.string().meta({ example: 'Contacts' }),
    singular: z.string(),
    plural: z.string(),
    custom: z.boolean(),
    records: z.int().meta({ description: 'How many it holds' }),
  })
  .meta({ id: 'Module' })
export type ModuleWire = z.infer<typeof module>

export const field = z
  .object({
    id: idOut,
    face,
    module: z.string().meta({ description: "The module's name" }),
    name: z.string(),
    key: z.string().meta({ example: 'contact.passport_scan' }),
    type: z.string().meta({ description: '`file` and `signature` hold files', example: 'file' }),
    placeholder: z.string(),
    position: z.int(),
    acceptedTypes: z.array(z.string()).meta({ description: 'Extensions without a dot; empty: any', example: ['pdf'] }),
    maxFiles: z.int().meta({ description: 'How many files one upload may put here' }),
    properties,
    createdAt: time,
  })
  .meta({ id: 'Field' })
export type FieldWire = z.infer<typeof field>

const entry = z
  .object({ field: idOut, key: z.string().meta({ description: "The client's file id" }), attachment: idOut })
  .meta({ id: 'Entry', description: 'One file in a file field of a record' })
export type EntryWire = z.infer<typeof entry>

export const record = z
  .object({
    id: idOut,
    face,
    module: z.string().meta({ description: "The module's name", example: 'Contacts' }),
    title: z.string().meta({ description: 'Its name, or first and last name, or e-mail, or phone' }),
    properties,
    values: z.record(z.string(), json).meta({ description: 'Values of custom fields that hold no files, by field id' }),
    createdAt: time,
    modifiedAt: time,
    createdBy: person,
    modifiedBy: person,
  })
  .meta({ id: 'Record' })
export type RecordWire = z.infer<typeof record>

export const recordWithEntries = record
  .extend({ entries: z.array(entry).meta({ description: 'The files in its file fields' }) })
  .meta({ id: 'RecordWithEntries' })
export type RecordWithEntriesWire = z.infer<typeof recordWithEntries>

export const attachment = z
  .object({
    id: idOut,
    record: idOut.nullable().meta({ description: 'Null: it belongs to the organization itself' }),
    role: z.enum(['attachment', 'photo']),
    kind: z.enum(['file', 'link']),
    name: z.string().meta({ example: 'contract.pdf' }),
    size: z.int().meta({ description: 'In bytes; 0 for a link', example: 48_213 }),
    sha256: sha256.meta({ description: "Of the bytes; of a link, of its URL's UTF-8 bytes" }),
    type: z
      .string()
      .nullable()
      .meta({ description: 'What it is served as; null for a link', example: 'application/pdf' }),
    url: z.string().nullable().meta({ description: 'Where a link leads; null for a file' }),
    field: idOut.nullable().meta({ description: 'The field it came in through' }),
    document: z.string().nullable().meta({ description: 'Under which HighLevel serves it without a token' }),
    createdAt: time,
    modifiedAt: time,
    createdBy: person,
    modifiedBy: person,
  })
  .meta({ id: 'Attachment' })
export type AttachmentWire = z.infer<typeof attachment>

export const removals = z
  .object({ items: z.array(z.object({ id: idOut, outcome: z.enum(['removed', 'missing']) })) })
  .meta({ id: 'Removals', description: 'One outcome per id, in their order' })
export type RemovalsWire = z.infer<typeof removals>

/** The content of `manifest.json`, the first entry of an archive. */
export interface ManifestWire {
  readonly organization: string
  readonly record: string
  readonly createdAt: string
  readonly files: readonly ManifestFile[]
  readonly links: readonly { readonly id: string; readonly url: string; readonly createdAt: string }[]
}

interface ManifestFile {
  readonly id: string
  /** Where it is in the archive. */
  readonly path: string
  /** As it was uploaded. */
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** Hexadecimal. */
  readonly sha256: string
  readonly createdAt: string
}

const token = z
  .object({
    id: idOut,
    kind: z.string().meta({ description: 'Which API it is for', example: 'native' }),
    label: z.string(),
    scopes: z.array(z.string()),
    state: z.enum(['good', 'expired', 'revoked']),
    createdAt: time,
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable(),
    revokedAt: time.nullable(),
  })
  .meta({ id: 'Token' })
export type TokenWire = z.infer<typeof token>

export const createdToken = token
  .extend({ secret: z.string().meta({ description: 'Shown this once; only its hash is kept' }) })
  .meta({ id: 'CreatedToken' })
export type CreatedTokenWire = z.infer<typeof createdToken>

const amounts = {
  records: z.int(),
  attachments: z.int().meta({ description: 'Files and links' }),
  bytes: z.int().meta({ description: 'Of all files together, each counted as often as it is attached' }),
}

export const usage = z
  .object({
    at: time.meta({ description: 'When it was counted' }),
    ...amounts,
    storedBytes: z.int().meta({ description: 'What is really kept: equal bytes are kept once' }),
    unfiled: z
      .object({ attachments: z.int(), bytes: z.int() })
      .meta({ description: 'What belongs to the organization itself' }),
    modules: z.array(z.object({ module: z.string(), ...amounts })),
  })
  .meta({ id: 'Usage' })
export type UsageWire = z.infer<typeof usage>

export const me = z
  .object({
    token: idOut,
    operator: z.boolean().meta({ description: 'Works in every organization, and makes and removes them' }),
    organization: z
      .object({ id: idOut, face, name: z.string() })
      .nullable()
      .meta({ description: "Null: an operator's" }),
    user: person.nullable(),
    scopes: z.array(scope),
    expiresAt: time.nullable(),
  })
  .meta({ id: 'Me', description: 'Who the token is' })
export type MeWire = z.infer<typeof me>

export const health = z.object({ status: z.literal('up') }).meta({ id: 'Health' })
export type HealthWire = z.infer<typeof health>

export const readiness = z
  .object({ status: z.literal('ready'), checks: z.object({ catalog: z.literal('ok'), blobs: z.literal('ok') }) })
  .meta({ id: 'Readiness' })
export type ReadinessWire = z.infer<typeof readiness>

/** RFC 9457. */
export const problem = z
  .object({
    type: z.string().meta({ example: 'urn:dossier:fault:not_found' }),
    title: z.string().meta({ example: 'Not found' }),
    status: z.int().meta({ example: 404 }),
    detail: z.string().meta({ description: 'What was found, what was expected, how to mend it' }),
    instance: z.string().meta({ description: 'The request, as in `x-request-id` and the log', example: 'urn:uuid:…' }),
    code: z.enum([
      'unauthenticated',
      'forbidden',
      'not_found',
      'invalid_input',
      'too_large',
      'type_refused',
      'quota_exceeded',
      'conflict',
      'too_many',
      'aborted',
      'unavailable',
      'internal',
    ]),
    subject: z.string().meta({ description: 'What it is about', example: 'record' }),
    reason: z.string().optional().meta({ description: 'A machine word that tells cases of one code apart' }),
    errors: z
      .array(z.object({ at: z.string().meta({ description: 'JSON pointer or parameter' }), message: z.string() }))
      .optional(),
    checks: z
      .record(z.string(), z.enum(['ok', 'failed']))
      .optional()
      .meta({ description: 'Of readiness' }),
  })
  .meta({ id: 'Problem' })
export type ProblemWire = z.infer<typeof problem>

/** A page of a list. `next` goes into `cursor` for the following page. */
function pageOf<T extends z.ZodType>(item: T, name: string) {
  return z
    .object({ items: z.array(item), next: z.string().nullable().meta({ description: 'Null: this was the last page' }) })
    .meta({ id: name })
}

export const organizations = pageOf(organization, 'Organizations')
export const modules = pageOf(module, 'Modules')
export const fields = pageOf(field, 'Fields')
export const records = pageOf(record, 'Records')
export const attachments = pageOf(attachment, 'Attachments')
export const tokens = pageOf(token, 'Tokens')
export interface PageWire<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** The attachments that an upload created, in the order of its parts. */
export const uploaded = z.object({ items: z.array(attachment) }).meta({ id: 'Uploaded' })
export type UploadedWire = z.infer<typeof uploaded>
