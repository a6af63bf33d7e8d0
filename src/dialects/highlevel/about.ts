/** Schemas of HighLevel's routes for the OpenAPI document, after the vendor's OpenAPI files. */
import { z } from 'zod'
import type { About, AnswerAbout, DialectAbout, Route } from '../../http/contracts.ts'
import { changedContact, changedField, newContact, newField, upsertedContact } from './bodies.ts'

const id = z.string().regex(/^[0-9A-Za-z]{20}$/)
const traceId = z.string()
const refusal = z
  .looseObject({
    statusCode: z.int(),
    message: z.union([z.string(), z.array(z.string())]),
    error: z.string().optional(),
    traceId: z.string(),
  })
  .meta({ id: 'HighLevelRefusal' })
const time = z.iso.datetime()
const contact = z
  .looseObject({
    id,
    locationId: id,
    name: z.string(),
    tags: z.array(z.string()),
    dateAdded: time,
    dateUpdated: time,
    customFields: z.array(z.object({ id, value: z.unknown() })),
  })
  .meta({ id: 'HighLevelContact' })
const field = z
  .looseObject({
    id,
    name: z.string(),
    fieldKey: z.string(),
    dataType: z.string(),
    position: z.int(),
    locationId: id,
    model: z.enum(['contact', 'opportunity']),
    maxFileLimit: z.int(),
  })
  .meta({ id: 'HighLevelCustomField' })
const deletion = z.object({ succeded: z.literal(true), traceId })
const tokens = z
  .looseObject({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int(),
    refresh_token: z.string().optional(),
    scope: z.string(),
    userId: z.string(),
  })
  .meta({ id: 'HighLevelTokens' })

export const about: DialectAbout = {
  description: [
    '## HighLevel',
    'Contacts of a location and files on their custom fields, under the paths of its API v2. `Authorization: Bearer` with a private integration token (`pit-…`) or an OAuth token, and a `Version` header. A token belongs to one location, or to an agency.',
  ].join('\n\n'),
  security: { type: 'http', scheme: 'bearer', description: 'A private integration token (`pit-…`) or an OAuth token' },
  refusal: { description: 'A refusal', schema: refusal },
  params: {
    contactId: 'Id of the contact',
    locationId: 'Id of the location',
    id: 'Id of the custom field',
    documentId: 'What an upload was answered with; who knows it may download it',
  },
  headers: { Version: '`2021-07-28`: a published version of the API' },
}

const ok = (description: string, shape: z.ZodRawShape): AnswerAbout => ({
  description,
  schema: z.object({ ...shape, traceId }),
})
const json = (schema: z.ZodType) => ({ type: 'application/json', schema }) as const
const html: AnswerAbout = { description: 'A page for people', schema: z.string(), type: 'text/html' }
const redirection: AnswerAbout = { description: 'Back to the client', schema: null }
const consent = { 200: html, 302: redirection, 303: redirection }

const FILES = 'HighLevel: files'
const CONTACTS = 'HighLevel: contacts'
const FIELDS = 'HighLevel: locations and custom fields'
const OAUTH = 'HighLevel: OAuth'

const DOCUMENTATION: Readonly<Record<string, About>> = {
  'upload-to-custom-fields': {
    tag: FILES,
    description: 'Files into custom fields of a contact. The name of each part is `<custom field id>_<file id>`.',
    query: z.object({ contactId: z.string(), locationId: z.string() }),
    body: {
      type: 'multipart/form-data',
      schema: z.looseObject({}).meta({ description: 'Parts named `<custom field id>_<file id>`' }),
    },
    answers: { 200: ok('The contact as it is now', { succeded: z.literal(true), contact }) },
  },
  'upload-file-customFields': {
    tag: FILES,
    description: 'Files that a later PUT puts into a field.',
    body: {
      type: 'multipart/form-data',
      schema: z.object({ id: z.string().optional(), maxFiles: z.string().optional(), file: z.file() }),
    },
    answers: {
      200: ok('Where they are', {
        uploadedFiles: z.record(z.string(), z.string()),
        meta: z.array(z.looseObject({ originalname: z.string(), size: z.int(), url: z.string() })),
      }),
    },
  },
  'download-document': {
    tag: FILES,
    answers: { 200: { description: 'The bytes', schema: z.file(), type: 'application/octet-stream' } },
  },
  'get-contacts': {
    tag: CONTACTS,
    query: z.object({
      locationId: z.string(),
      limit: z.string().optional().meta({ description: 'At most 100' }),
      query: z.string().optional(),
      startAfter: z.string().optional(),
      startAfterId: z.string().optional(),
    }),
    answers: {
      200: ok('A page, newest first', {
        contacts: z.array(contact),
        count: z.int(),
        meta: z.looseObject({ total: z.int(), nextPageUrl: z.string().nullable() }),
      }),
    },
  },
  'create-contact': { tag: CONTACTS, body: json(newContact), answers: { 201: ok('The new contact', { contact }) } },
  'upsert-contact': {
    tag: CONTACTS,
    body: json(upsertedContact),
    answers: { 200: ok('The contact, new or found', { new: z.boolean(), contact }) },
  },
  'get-contact': { tag: CONTACTS, answers: { 200: ok('The contact', { contact }) } },
  'update-contact': {
    tag: CONTACTS,
    body: json(changedContact),
    answers: { 200: ok('The contact as it is now', { succeded: z.literal(true), contact }) },
  },
  'delete-contact': { tag: CONTACTS, answers: { 200: { description: 'It is gone', schema: deletion } } },
  'get-custom-fields': {
    tag: FIELDS,
    query: z.object({ model: z.enum(['contact', 'opportunity', 'all']).optional() }),
    answers: { 200: ok('All fields', { customFields: z.array(field) }) },
  },
  'create-custom-field': {
    tag: FIELDS,
    body: json(newField),
    answers: { 201: ok('The new field', { customField: field }) },
  },
  'get-custom-field': { tag: FIELDS, answers: { 200: ok('The field', { customField: field }) } },
  'update-custom-field': {
    tag: FIELDS,
    body: json(changedField),
    answers: { 200: ok('The field as it is now', { customField: field }) },
  },
  'delete-custom-field': { tag: FIELDS, answers: { 200: { description: 'It is gone', schema: deletion } } },
  'get-location': {
    tag: FIELDS,
    answers: { 200: ok('The location', { location: z.looseObject({ id, companyId: z.string(), name: z.string() }) }) },
  },
  'choose-location': { tag: OAUTH, answers: consent },
  'log-in-and-choose-location': {
    tag: OAUTH,
    body: { type: 'application/x-www-form-urlencoded', schema: z.looseObject({}), optional: true },
    answers: consent,
  },
  'get-access-token': {
    tag: OAUTH,
    description: 'For a code, for a refresh token, or for the client itself.',
    body: {
      type: 'application/x-www-form-urlencoded',
      schema: z.object({
        client_id: z.string(),
        client_secret: z.string(),
        grant_type: z.enum(['authorization_code', 'refresh_token', 'client_credentials']),
        code: z.string().optional(),
        refresh_token: z.string().optional(),
        redirect_uri: z.string().optional(),
        user_type: z.enum(['Company', 'Location']).optional(),
      }),
    },
    answers: { 200: { description: 'Tokens', schema: tokens } },
  },
  'get-location-access-token': {
    tag: OAUTH,
    body: {
      type: 'application/x-www-form-urlencoded',
      schema: z.object({ companyId: z.string(), locationId: z.string() }),
    },
    answers: { 201: { description: 'A token of the location', schema: tokens } },
  },
}

/** Adds the documentation of its operation to the route. */
export function withDocumentation(route: Route): Route {
  const found = Object.hasOwn(DOCUMENTATION, route.operation) ? DOCUMENTATION[route.operation] : undefined
  return found === undefined ? route : { ...route, about: found }
}
