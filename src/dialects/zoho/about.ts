/** Schemas of Zoho's routes for the OpenAPI document: the shapes that its SDKs rely on. */
import { z } from 'zod'
import type { About, AnswerAbout, DialectAbout, Route } from '../../http/contracts.ts'

const id = z.string().regex(/^\d{19}$/)
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/)
const person = z.object({ name: z.string(), id })
const item = z
  .object({
    code: z.string(),
    details: z.record(z.string(), z.unknown()),
    message: z.string(),
    status: z.enum(['success', 'error']),
  })
  .meta({ id: 'ZohoOutcome' })
const outcomes = z.object({ data: z.array(item).min(1) }).meta({ id: 'ZohoOutcomes' })
const refusal = z.union([item, z.looseObject({ error: z.string() }), outcomes]).meta({ id: 'ZohoRefusal' })
const info = z.object({ per_page: z.int(), count: z.int(), page: z.int(), more_records: z.boolean() })
const attachmentRow = z
  .object({
    Owner: person.extend({ email: z.string() }),
    Modified_Time: time,
    File_Name: z.string(),
    Created_Time: time,
    Size: z.string().regex(/^\d+$/),
    Parent_Id: person,
    $editable: z.literal(true),
    $file_id: z.string().nullable(),
    $type: z.enum(['Attachment', 'Link URL']),
    $se_module: z.string(),
    Modified_By: person,
    $state: z.literal('save'),
    id,
    Created_By: person,
    $link_url: z.string().nullable(),
  })
  .partial()
  .required({ id: true })
  .meta({ id: 'ZohoAttachment' })
const recordRow = z.looseObject({ id }).meta({ id: 'ZohoRecord' })
const records = z
  .object({
    data: z
      .array(z.looseObject({ Last_Name: z.string().optional(), id: z.string().optional() }))
      .min(1)
      .max(100),
  })
  .meta({ id: 'ZohoRecords' })
const users = z.object({ users: z.array(z.looseObject({ id, email: z.string() })), info: info.optional() })
const page = z.object({
  page: z.string().optional().meta({ description: 'From 1 on' }),
  per_page: z.string().optional().meta({ description: 'At most 200' }),
  fields: z.string().optional().meta({ description: 'Only these, separated by commas' }),
})
const ids = z.object({ ids: z.string().meta({ description: 'At most 100 ids, separated by commas' }) })
const module = z.object({ module: z.string().meta({ description: 'API name', example: 'Leads' }) })
const tokens = z
  .object({
    access_token: z.string(),
    refresh_token: z.string().optional(),
    api_domain: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int(),
  })
  .meta({ id: 'ZohoTokens' })

export const about: DialectAbout = {
  description: [
    '## Zoho CRM v2',
    'Under `/crm/v2` and its alias `/crm/v2.1`, with tokens from `/oauth/v2`. `Authorization: Zoho-oauthtoken 1000.…` or `Bearer`. Refusals are `{code, details, message, status}`.',
  ].join('\n\n'),
  security: { type: 'http', scheme: 'bearer', description: 'A token that begins with `1000.`' },
  refusal: { description: 'A refusal', schema: refusal },
  params: {
    module: 'API name of the module, such as `Leads`',
    record: 'Id of the record',
    id: 'Id of the attachment or user',
    name: 'API name of the module',
  },
}

const none: AnswerAbout = { description: 'There is nothing', schema: null }
const unchanged: AnswerAbout = { description: 'Nothing is newer than If-Modified-Since', schema: null }
const bytes: AnswerAbout = { description: 'The bytes', schema: z.file(), type: 'application/x-download' }
const written: AnswerAbout = { description: 'What became of each', schema: outcomes }
const writes = { 200: written, 201: written, 207: { ...written, description: 'Some went well' } }
const html: AnswerAbout = { description: 'A page for people', schema: z.string(), type: 'text/html' }
const redirection: AnswerAbout = { description: 'Back to the client', schema: null }
const consent = { 200: html, 302: redirection, 303: redirection }

const ATTACHMENTS = 'Zoho: attachments'
const RECORDS = 'Zoho: records'
const SETTINGS = 'Zoho: settings and users'
const OAUTH = 'Zoho: OAuth'

const rows = (name: string, row: z.ZodType) => z.object({ [name]: z.array(row) })
const json = (schema: z.ZodType) => ({ type: 'application/json', schema }) as const
const form = (schema: z.ZodType) => ({ type: 'multipart/form-data', schema }) as const
const sent = (schema: z.ZodType) => ({ type: 'application/x-www-form-urlencoded', schema, optional: true }) as const

const DOCUMENTATION: Readonly<Record<string, About>> = {
  'upload an attachment': {
    tag: ATTACHMENTS,
    description: 'A file, or a link as `attachmentUrl` in the form or the query. Up to 100 MB; no `.exe`.',
    query: z.object({ attachmentUrl: z.string().optional() }),
    body: { ...form(z.object({ file: z.file().optional(), attachmentUrl: z.string().optional() })), optional: true },
    answers: { 200: written },
  },
  'list attachments': {
    tag: ATTACHMENTS,
    query: page,
    answers: {
      200: { description: 'A page, newest first', schema: z.object({ data: z.array(attachmentRow), info }) },
      204: none,
    },
  },
  'download an attachment': { tag: ATTACHMENTS, answers: { 200: bytes, 204: none } },
  'delete an attachment': { tag: ATTACHMENTS, answers: { 200: written } },
  'delete attachments': { tag: ATTACHMENTS, query: ids, answers: { 200: written } },
  'upload a photo': {
    tag: ATTACHMENTS,
    body: form(z.object({ file: z.file() })),
    answers: { 200: { description: 'Taken', schema: z.looseObject({ status: z.literal('success') }) } },
  },
  'download a photo': { tag: ATTACHMENTS, answers: { 200: bytes, 204: none } },
  'delete a photo': {
    tag: ATTACHMENTS,
    answers: { 200: { description: 'Gone', schema: z.looseObject({ status: z.literal('success') }) } },
  },
  'insert records': { tag: RECORDS, body: json(records), answers: writes },
  'list records': {
    tag: RECORDS,
    query: page.extend({
      ids: z.string().optional(),
      sort_by: z.string().optional(),
      sort_order: z.string().optional(),
    }),
    answers: {
      200: { description: 'A page', schema: z.object({ data: z.array(recordRow), info: info.optional() }) },
      204: none,
      304: unchanged,
    },
  },
  'update records': { tag: RECORDS, body: json(records), answers: writes },
  'delete records': { tag: RECORDS, query: ids, answers: writes },
  'get a record': {
    tag: RECORDS,
    answers: { 200: { description: 'The record', schema: rows('data', recordRow) }, 204: none, 304: unchanged },
  },
  'update a record': { tag: RECORDS, body: json(records), answers: writes },
  'delete a record': { tag: RECORDS, answers: writes },
  'list modules': {
    tag: SETTINGS,
    answers: {
      200: { description: 'All modules', schema: rows('modules', z.looseObject({ id, api_name: z.string() })) },
      204: none,
      304: unchanged,
    },
  },
  'get a module': {
    tag: SETTINGS,
    answers: {
      200: { description: 'The module', schema: rows('modules', z.looseObject({ id, api_name: z.string() })) },
    },
  },
  'list fields': {
    tag: SETTINGS,
    query: module,
    answers: {
      200: {
        description: 'All fields',
        schema: rows('fields', z.looseObject({ id: z.string(), api_name: z.string(), data_type: z.string() })),
      },
    },
  },
  'list related lists': {
    tag: SETTINGS,
    query: module,
    answers: {
      200: {
        description: 'What hangs on records',
        schema: rows('related_lists', z.looseObject({ api_name: z.string() })),
      },
    },
  },
  'list users': {
    tag: SETTINGS,
    query: z.object({ type: z.string().optional(), page: z.string().optional(), per_page: z.string().optional() }),
    answers: { 200: { description: 'A page of users', schema: users }, 204: none, 304: unchanged },
  },
  'get a user': { tag: SETTINGS, answers: { 200: { description: 'The user', schema: users }, 204: none } },
  'get the organization': {
    tag: SETTINGS,
    answers: {
      200: { description: 'The organization', schema: rows('org', z.looseObject({ id, company_name: z.string() })) },
    },
  },
  'ask for consent': { tag: OAUTH, answers: consent },
  'log in and consent': { tag: OAUTH, body: sent(z.looseObject({})), answers: consent },
  'ask for another token': { tag: OAUTH, answers: consent },
  'log in and consent again': { tag: OAUTH, body: sent(z.looseObject({})), answers: consent },
  'get a token': {
    tag: OAUTH,
    description: 'For a code, for a refresh token, or for the client itself (`client_credentials` with `soid`).',
    body: sent(
      z.object({
        grant_type: z.enum(['authorization_code', 'refresh_token', 'client_credentials']),
        client_id: z.string(),
        client_secret: z.string(),
        code: z.string().optional(),
        redirect_uri: z.string().optional(),
        refresh_token: z.string().optional(),
        scope: z.string().optional(),
        soid: z.string().optional(),
      }),
    ),
    answers: {
      200: {
        description: 'Tokens, or what is wrong',
        schema: z.union([tokens, z.looseObject({ error: z.string() })]),
      },
    },
  },
  'revoke a token': {
    tag: OAUTH,
    body: sent(z.object({ token: z.string() })),
    answers: { 200: { description: 'Ended', schema: z.looseObject({}) } },
  },
}

/** Adds the documentation of its operation to the route. */
export function withDocumentation(route: Route): Route {
  const found = Object.hasOwn(DOCUMENTATION, route.operation) ? DOCUMENTATION[route.operation] : undefined
  if (found === undefined) return route
  // The alias repeats every operation; a tag of its own keeps the list short.
  const tag = route.path.startsWith('/crm/v2.1/') ? 'Zoho: the same under /crm/v2.1' : found.tag
  return { ...route, about: { ...found, tag } }
}
