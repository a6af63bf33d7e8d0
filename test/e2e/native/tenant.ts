/** An organization made through the native API itself, with an operator's token beside it. */
import assert from 'node:assert/strict'
import type { Server } from '../support/server.ts'
import { jsonBody, mustJson } from '../support/tenant.ts'

export type Api = (path: string, init?: RequestInit) => Promise<Response>

export interface NativeTenant {
  readonly org: string
  readonly token: string
  /** Paths under the organization. */
  readonly api: Api
  readonly contact: string
}

export interface Item {
  readonly id: string
  readonly name: string
}

export interface Listed<T = Item> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** The API with an operator's token; paths under `/api/v1`. */
export async function operatorOf(server: Server): Promise<Api> {
  const { token } = await server.cli<{ token: string }>('token', 'create', '--kind', 'native', '--operator')
  return apiOf(server.origin, token, '')
}

export function apiOf(origin: string, token: string, base: string): Api {
  return (path, init = {}) =>
    fetch(`${origin}/api/v1${base}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) },
    })
}

export async function createNativeTenant(server: Server, operator: Api, name = 'A tenant'): Promise<NativeTenant> {
  const body = { name, user: { name: 'Ada Green', email: 'ada@example.com' } }
  const { id: org } = await mustJson<Item>(await operator('/organizations', jsonBody(body)), 201)
  const { token } = await server.cli<{ token: string }>('token', 'create', '--kind', 'native', '--org', org)
  const api = apiOf(server.origin, token, `/organizations/${org}`)
  return { org, token, api, contact: await newRecord(api, 'Contacts', { firstName: 'Eva', lastName: 'Brown' }) }
}

export async function newRecord(api: Api, module: string, properties: object): Promise<string> {
  return (await mustJson<Item>(await api(`/modules/${module}/records`, jsonBody({ properties })), 201)).id
}

/** Uploads files, by name and content, and answers them. */
export async function put(api: Api, record: string, ...files: readonly (readonly [string, string])[]): Promise<Item[]> {
  const form = new FormData()
  for (const [name, content] of files) form.append('file', new File([content], name))
  const path = `/records/${record}/attachments`
  return [...(await mustJson<Listed>(await api(path, { method: 'POST', body: form }), 201)).items]
}

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly code: string
  readonly subject: string
  readonly reason?: string
  readonly errors?: readonly { readonly at: string; readonly message: string }[]
}

/** A problem document as RFC 9457 has it, that names the request as the header does. */
export async function mustBeProblem(response: Response, status: number, code: string): Promise<Problem> {
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  const problem = await mustJson<Problem>(response, status)
  assert.equal(problem.status, status)
  assert.equal(problem.code, code, JSON.stringify(problem))
  assert.equal(problem.type, `urn:dossier:fault:${code}`)
  assert.equal(problem.instance, `urn:uuid:${response.headers.get('x-request-id') ?? ''}`)
  assert.ok(problem.detail.length > 10 && problem.title !== '')
  return problem
}
