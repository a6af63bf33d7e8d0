/** An organization of a test's own, with tokens for each dialect, a custom module, a contact, a lead and custom fields. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Server } from './server.ts'

export interface Tenant {
  readonly org: string
  readonly location: string
  readonly agency: string
  readonly module: string
  readonly zohoToken: string
  readonly highlevelToken: string
  readonly leadId: string
  /** The same person, as each dialect names it. */
  readonly contact: { readonly zoho: string; readonly highlevel: string }
  readonly fieldId: string
  readonly textFieldId: string
  readonly zoho: (path: string, init?: RequestInit) => Promise<Response>
  readonly highlevel: (path: string, init?: RequestInit) => Promise<Response>
}

export const HIGHLEVEL_SCOPES =
  'forms.write,contacts.readonly,contacts.write,locations.readonly,locations/customFields.readonly,locations/customFields.write'

export async function createTenant(server: Server, name = 'A tenant'): Promise<Tenant> {
  const { id: org, location, agency } = await createOrganization(server, name)
  await operate(server, `/${org}/modules`, { name: 'Site_Visits' })
  const zohoToken = await createToken(server, org, 'zoho', 'ZohoCRM.modules.ALL')
  const highlevelToken = await createToken(server, org, 'private', HIGHLEVEL_SCOPES)
  const zoho = (path: string, init: RequestInit = {}) =>
    fetch(`${server.origin}/crm/v2${path}`, withHeaders(init, { authorization: `Zoho-oauthtoken ${zohoToken}` }))
  const highlevel = (path: string, init: RequestInit = {}) =>
    fetch(server.origin + path, withHeaders(init, { authorization: `Bearer ${highlevelToken}`, version: '2021-07-28' }))
  const leadId = await insert(zoho, 'Leads', { Last_Name: 'Brown' })
  const { contact } = await mustJson<{ contact: { id: string } }>(
    await highlevel(
      '/contacts/',
      jsonBody({ locationId: location, firstName: 'Ada', lastName: 'Green', email: 'ada.green@example.com' }),
    ),
    201,
  )
  const contacts = await mustJson<{ data: { id: string; Email?: string }[] }>(await zoho('/Contacts'), 200)
  const field = async (body: object) =>
    (
      await mustJson<{ customField: { id: string } }>(
        await highlevel(`/locations/${location}/customFields`, jsonBody(body)),
        201,
      )
    ).customField.id
  return {
    org,
    location,
    agency,
    module: 'Site_Visits',
    zohoToken,
    highlevelToken,
    leadId,
    contact: { zoho: contacts.data[0]?.id ?? '', highlevel: contact.id },
    fieldId: await field({ name: 'Papers', dataType: 'FILE_UPLOAD', isMultipleFile: true, maxNumberOfFiles: 15 }),
    textFieldId: await field({ name: 'Remarks', dataType: 'TEXT' }),
    zoho,
    highlevel,
  }
}

/** `location` is how HighLevel names it. */
export async function createOrganization(
  server: Server,
  name: string,
): Promise<{ id: string; location: string; agency: string }> {
  const user = { name: 'Administrator', email: 'admin@example.com' }
  const { face: location, ...rest } = await operate<{ id: string; face: string; agency: string }>(server, '', {
    name,
    user,
  })
  return { ...rest, location }
}

/** More flags are those of the command line. */
export async function createToken(
  server: Server,
  org: string,
  kind: 'zoho' | 'private' | 'native',
  scope: string | null = null,
  ...more: string[]
): Promise<string> {
  if (scope !== null && more.length === 0) {
    const { secret } = await operate<{ secret: string }>(server, `/${org}/tokens`, { kind, scopes: scope.split(',') })
    return secret
  }
  const scopes = scope === null ? [] : ['--scope', scope]
  return (await server.cli<{ token: string }>('token', 'create', '--org', org, '--kind', kind, ...scopes, ...more))
    .token
}

/** What the command line would do, without a process for each step: with the secret that a server leaves its operator. */
async function operate<T>(server: Server, path: string, body: object): Promise<T> {
  const { token } = JSON.parse(readFileSync(join(server.folder, 'server.json'), 'utf8')) as { token: string }
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  return mustJson<T>(await fetch(`${server.origin}/api/v1/organizations${path}`, init), 201)
}

export async function insert(zoho: Tenant['zoho'], module: string, fields: object): Promise<string> {
  const body = await mustJson<{ data: { details: { id: string } }[] }>(
    await zoho(`/${module}`, { method: 'POST', body: JSON.stringify({ data: [fields] }) }),
    201,
  )
  return body.data[0]?.details.id ?? ''
}

export async function mustJson<T>(response: Response, status: number): Promise<T> {
  const text = await response.text()
  assert.equal(response.status, status, text)
  return JSON.parse(text) as T
}

export function jsonBody(body: unknown, method = 'POST'): RequestInit {
  return { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

function withHeaders(init: RequestInit, headers: Record<string, string>): RequestInit {
  return { ...init, headers: { ...headers, ...(init.headers as Record<string, string> | undefined) } }
}
