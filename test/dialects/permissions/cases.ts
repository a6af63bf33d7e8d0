/** What every route of every dialect needs, and a request that it answers when the caller may: complete, or a test fails. */
import type { Action } from '../../../src/core/model/actions.ts'
import { publicIdOf } from '../../../src/core/model/ids.ts'
import { form, rawFile, rawForm } from '../../e2e/support/files.ts'
import { jsonBody } from '../../e2e/support/tenant.ts'

/** Everything that a request can name; made anew for each request that may change it. */
export interface Fixture {
  readonly organization: string
  readonly location: string
  readonly record: string
  readonly contact: string
  readonly attachment: string
  readonly contactAttachment: string
  readonly field: string
  readonly customModule: string
  readonly user: string
  readonly profile: string
  readonly role: string
  readonly client: string
  readonly share: string
  readonly token: string
}

export interface RouteCase {
  /** All of these; none: every member of the organization may. */
  readonly actions: readonly Action[]
  /** What stands for the path's parameters, where the dialect's usual ids do not fit. */
  readonly params?: (at: Fixture) => Readonly<Record<string, string>>
  readonly query?: (at: Fixture) => string
  readonly init?: (at: Fixture) => RequestInit
  /** `administrator`: no profile allows it. `operator`: refused whoever asks, because the token belongs to one organization. */
  readonly needs?: 'administrator' | 'operator'
}

const none: RouteCase = { actions: [] }
const only = (...actions: Action[]): RouteCase => ({ actions })
const json = (actions: readonly Action[], body: (at: Fixture) => object, method = 'POST'): RouteCase => ({
  actions,
  init: (at) => jsonBody(body(at), method),
})
const file = () => form(['file', new File(['new'], 'new.txt')])
const photo = () => form(['file', new File([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')], 'p.png')])
const named = (prefix: string) => `${prefix}${String(Math.random()).slice(2, 12)}`

const ZOHO: Readonly<Record<string, RouteCase>> = {
  'upload an attachment': { actions: ['attachments.create'], init: file },
  'list attachments': only('attachments.view'),
  'download an attachment': only('attachments.view'),
  'delete an attachment': only('attachments.delete'),
  'delete attachments': { actions: ['attachments.delete'], query: ({ attachment }) => `?ids=${attachment}` },
  'upload a photo': { actions: ['records.change'], init: photo },
  'download a photo': only('records.view'),
  'delete a photo': only('records.view', 'records.change'),
  'list modules': none,
  'get a module': none,
  'list fields': { actions: [], query: () => '?module=Leads' },
  'list related lists': { actions: [], query: () => '?module=Leads' },
  'list users': only('users.view'),
  'get a user': { actions: ['users.view'], params: ({ user }) => ({ id: user }) },
  'get the organization': none,
  'insert records': json(['records.create'], () => ({ data: [{ Last_Name: 'New' }] })),
  'list records': only('records.view'),
  'update records': json(['records.change'], ({ record }) => ({ data: [{ id: record, Last_Name: 'Other' }] }), 'PUT'),
  'delete records': { actions: ['records.delete'], query: ({ record }) => `?ids=${record}` },
  'get a record': only('records.view'),
  'update a record': json(['records.change'], () => ({ data: [{ Last_Name: 'Other' }] }), 'PUT'),
  'delete a record': only('records.delete'),
}

const NATIVE: Readonly<Record<string, RouteCase>> = {
  'ask who the token is': none,
  'list organizations': none,
  'create an organization': {
    ...json([], () => ({ name: 'Another', user: { name: 'A', email: 'a@example.com' } })),
    needs: 'operator',
  },
  'get an organization': none,
  'change an organization': json(['organization.change'], () => ({ name: named('Renamed ') }), 'PATCH'),
  'delete an organization': { actions: [], needs: 'operator' },
  "get an organization's usage": only('usage.view'),
  'list modules': none,
  'create a module': json(['modules.manage'], () => ({ name: named('M') })),
  'get a module': none,
  'delete a module': { actions: ['modules.manage'], params: ({ customModule }) => ({ module: customModule }) },
  'list fields': none,
  'create a field': json(['fields.manage'], () => ({ name: named('Field '), type: 'text' })),
  'get a field': none,
  'change a field': json(['fields.manage'], () => ({ name: named('Field ') }), 'PATCH'),
  'delete a field': only('fields.manage'),
  'list records': only('records.view'),
  'create a record': json(['records.create'], () => ({ properties: { lastName: 'New' } })),
  'get a record': only('records.view'),
  'change a record': json(['records.view', 'records.change'], () => ({ properties: { lastName: 'B' } }), 'PATCH'),
  'delete a record': only('records.view', 'records.delete'),
  'upload to a record': { actions: ['records.view', 'attachments.create'], init: file },
  'upload to the organization': { actions: ['attachments.create'], init: file },
  "list a record's attachments": only('records.view', 'attachments.view'),
  // Of all records at once.
  'list attachments': { actions: ['attachments.view'], needs: 'administrator' },
  'delete attachments': json(['attachments.delete'], ({ attachment }) => ({ ids: [attachment] })),
  'get an attachment': only('attachments.view'),
  'change an attachment': json(['attachments.change'], () => ({ name: 'other.txt' }), 'PATCH'),
  'delete an attachment': only('attachments.delete'),
  'download an attachment': only('attachments.view'),
  "download a record's files": only('records.view', 'attachments.view'),
  'list tokens': only('tokens.own'),
  'create a token': json(['tokens.own'], () => ({ kind: 'native', scopes: ['records.read'] })),
  'revoke a token': only('tokens.manage'),
  'list clients': only('clients.manage'),
  'register a client': json(['clients.manage'], () => ({
    name: 'Program',
    wire: 'zoho',
    flows: ['code'],
    redirectUris: ['https://app.example.com/back'],
  })),
  'revoke a client': only('clients.manage'),
  "revoke a client's tokens": only('clients.manage'),
  'list users': only('users.view'),
  'create a user': json(['users.manage'], () => ({ name: 'Bo', email: 'bo@example.com' })),
  'change a user': json(['users.manage'], ({ profile }) => ({ profile }), 'PATCH'),
  'list profiles': only('users.view'),
  'create a profile': json(['users.manage'], () => ({ name: named('P'), rules: [] })),
  'change a profile': json(['users.manage'], () => ({ rules: [] }), 'PATCH'),
  'delete a profile': only('users.manage'),
  'list roles': only('users.view'),
  'create a role': json(['users.manage'], () => ({ name: named('R') })),
  'delete a role': only('users.manage'),
  'share a module': json(['users.manage'], () => ({ sharing: 'read' }), 'PATCH'),
  'list shares': only('shares.own'),
  'share an attachment': json(['shares.own', 'attachments.view'], ({ attachment }) => ({ attachment })),
  'revoke a share': only('shares.own', 'shares.manage'),
}

const place = ({ contact, location }: Fixture) => `?contactId=${publicIdOf(contact)}&locationId=${location}`
const text = () => ({ name: named('Field '), dataType: 'TEXT' })

const HIGHLEVEL: Readonly<Record<string, RouteCase>> = {
  'upload-to-custom-fields': {
    actions: ['records.view', 'attachments.create'],
    query: place,
    init: ({ field }) => rawForm(rawFile('taken.txt', 'bytes', `${publicIdOf(field)}_1`)),
  },
  'upload-file-customFields': {
    actions: ['records.view', 'attachments.create'],
    init: ({ contact, field }) =>
      rawForm(
        { head: ['Content-Disposition: form-data; name="id"'], body: publicIdOf(contact) },
        { head: ['Content-Disposition: form-data; name="maxFiles"'], body: '5' },
        rawFile('taken.txt', 'bytes', `${publicIdOf(field)}_1`),
      ),
  },
  'get-contacts': { actions: ['records.view'], query: ({ location }) => `?locationId=${location}` },
  'create-contact': json(['records.create', 'records.view'], ({ location }) => ({
    locationId: location,
    firstName: 'New',
    email: `${named('n')}@example.com`,
  })),
  'upsert-contact': json(['records.create', 'records.view'], ({ location }) => ({
    locationId: location,
    firstName: 'New',
    email: `${named('n')}@example.com`,
  })),
  'get-contact': only('records.view'),
  'update-contact': json(['records.view', 'records.change'], () => ({ firstName: 'Other' }), 'PUT'),
  'delete-contact': only('records.delete'),
  'get-custom-fields': none,
  'create-custom-field': json(['fields.manage'], text),
  'get-custom-field': none,
  'update-custom-field': json(['fields.manage'], () => ({ name: named('Field ') }), 'PUT'),
  'delete-custom-field': only('fields.manage'),
  'get-location': none,
  // For an agency's token; test/e2e/highlevel/oauth.test.ts.
  'get-location-access-token': { actions: [], needs: 'operator' },
}

export const CASES: Readonly<Record<string, Readonly<Record<string, RouteCase>>>> = {
  zoho: ZOHO,
  native: NATIVE,
  highlevel: HIGHLEVEL,
}
