/** Uploads in both dialects to any node, and what was acknowledged of them: that must be there, whatever happens. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Server } from '../../support/server.ts'
import { jsonBody, mustJson, type Tenant } from '../../support/tenant.ts'

export type Wire = 'zoho' | 'highlevel'

export interface Ledger {
  /** Of what was acknowledged: where it is downloaded, and its hash. */
  readonly kept: Map<string, string>
  /** Null: the node died before it answered. */
  upload(server: Server, wire: Wire, size: number): Promise<Response | null>
  download(server: Server, path: string, init?: RequestInit): Promise<Response>
  /**
   * The head of an answer whose body waits to be read, on a connection of its own: a connection that brought much
   * before has so large a receive buffer by then that the kernel may take in the whole file unread.
   */
  downloadUnread(server: Server, path: string): Promise<IncomingMessage>
  /** Everything kept is read through each of these and has its hash. */
  mustBeWholeThrough(servers: readonly Server[]): Promise<void>
}

/** Uploads to one field of one contact at once would take each other's place: so many may be under way. */
const CONTACTS = 24

export async function createLedger(tenant: Tenant): Promise<Ledger> {
  const contacts = await Promise.all(Array.from({ length: CONTACTS }, (_, at) => createContact(tenant, at)))
  const kept = new Map<string, string>()
  const zoho = { authorization: `Zoho-oauthtoken ${tenant.zohoToken}` }
  const highlevel = { authorization: `Bearer ${tenant.highlevelToken}`, version: '2021-07-28' }
  let files = 0

  const asked = (wire: Wire, bytes: Uint8Array<ArrayBuffer>) => {
    const form = new FormData()
    const key = `file${String(++files)}`
    if (wire === 'zoho') {
      form.append('file', new File([bytes], `${key}.bin`))
      return { key, path: `/crm/v2/Leads/${tenant.leadId}/Attachments`, form, headers: zoho }
    }
    form.append(`${tenant.fieldId}_${key}`, new File([bytes], `${key}.pdf`, { type: 'application/pdf' }))
    const query = `contactId=${contacts[files % CONTACTS] ?? ''}&locationId=${tenant.location}`
    return { key, path: `/forms/upload-custom-files?${query}`, form, headers: highlevel }
  }

  const download = (server: Server, path: string, init: RequestInit = {}) =>
    fetch(server.origin + path, { ...init, headers: { ...zoho, ...(init.headers as Record<string, string>) } })

  return {
    kept,
    download,
    async downloadUnread(server, path) {
      const [answer] = (await once(get(server.origin + path, { agent: false, headers: zoho }), 'response')) as [
        IncomingMessage,
      ]
      assert.equal(answer.statusCode, 200)
      return answer
    },
    async upload(server, wire, size) {
      const bytes = Buffer.concat([Buffer.from('%PDF-1.4'), randomBytes(size)])
      const { key, path, form, headers } = asked(wire, bytes)
      const response = await fetch(server.origin + path, { method: 'POST', body: form, headers }).catch(() => null)
      if (response?.status !== 200) return response
      const text = await response.clone().text()
      kept.set(wire === 'zoho' ? `${path}/${zohoId(text)}` : documentPath(text, key), hashOf(bytes))
      return response
    },
    async mustBeWholeThrough(servers) {
      const read = async (server: Server, [path, hash]: readonly [string, string]) => {
        const response = await download(server, path)
        assert.equal(response.status, 200, `${path} through ${server.origin}`)
        assert.equal(hashOf(Buffer.from(await response.arrayBuffer())), hash)
      }
      const all = servers.flatMap((server) => [...kept].map((entry) => [server, entry] as const))
      const reader = async () => {
        for (let next = all.pop(); next !== undefined; next = all.pop()) await read(...next)
      }
      await Promise.all(Array.from({ length: 8 }, reader))
    },
  }
}

async function createContact(tenant: Tenant, at: number): Promise<string> {
  const contact = { locationId: tenant.location, firstName: 'Contact', email: `contact${String(at)}@example.com` }
  const answer = await tenant.highlevel('/contacts/', jsonBody(contact))
  return (await mustJson<{ contact: { id: string } }>(answer, 201)).contact.id
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function zohoId(text: string): string {
  return (JSON.parse(text) as { data: { details: { id: string } }[] }).data[0]?.details.id ?? ''
}

function documentPath(text: string, key: string): string {
  const { contact } = JSON.parse(text) as { contact: { customFields: { value: unknown }[] } }
  const entries = contact.customFields.map(({ value }) => (value as Record<string, { documentId?: string }>)[key])
  return `/documents/download/${entries.find((entry) => entry !== undefined)?.documentId ?? 'lost'}`
}

/** Done, or told in the dialect's own voice to come again; nothing else. */
export async function mustBeTold(response: Response | null, wire: Wire): Promise<void> {
  assert.ok(response !== null, 'the connection broke without an answer')
  if (response.status === 200) return
  const text = await response.text()
  assert.equal(response.status, 503, text)
  assert.match(response.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
  const body = JSON.parse(text) as Record<string, unknown>
  if (wire === 'zoho') assert.deepEqual([body['code'], body['status']], ['SERVICE_UNAVAILABLE', 'error'])
  else assert.deepEqual([body['statusCode'], body['error']], [503, 'Service Unavailable'])
}

/** A service that has just come back may want a moment; nobody restarts a node for it. */
export async function soon(what: string, isSo: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  for (const deadline = Date.now() + withinMs; !(await isSo()); await wait(100))
    assert.ok(Date.now() < deadline, `not within ${String(withinMs)} ms: ${what}`)
}
