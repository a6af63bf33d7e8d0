// The upload call of each dialect, as a test needs it: where it goes, how its part is named, how it says no, what it kept.
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import type { ReplayOutcome } from '../all-wires/clients/outcome.ts'
import { form, FORM_TYPE } from './form.ts'
import { exchange } from './raw.ts'
import type { Server } from './server.ts'
import type { Tenant } from './tenant.ts'

export interface Counter {
  readonly name: 'zoho' | 'highlevel'
  readonly target: string
  /** Token and whatever else the dialect wants. */
  readonly headers: Readonly<Record<string, string>>
  /** How the part of a file is named; a new name for each call where that matters. */
  partName(): string
  /** The files that an upload's answer names, in no order. */
  urlsOf(answer: { readonly body: string }): string[]
  /** The text of a refusal, after its shape was held against the dialect's. */
  refusalOf(answer: ReplayOutcome): { readonly status: number; readonly text: string; readonly code: string }
}

export function countersOf(server: Server, tenant: Tenant): readonly Counter[] {
  return [zoho(server, tenant), highlevel(server, tenant)]
}

/** Sends a form to an upload call. */
export function upload(
  server: Server,
  counter: Counter,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
) {
  return exchange(
    server.origin,
    { target: counter.target, headers: { ...counter.headers, 'content-type': FORM_TYPE, ...headers } },
    body,
  )
}

/** Uploads a small and a large file as any client does, and reads them again. */
export async function mustWork(
  server: Server,
  counter: Counter,
  sizes: readonly number[] = [1_000, 100_000],
): Promise<void> {
  for (const size of sizes) {
    // One in some thousand would begin as a sound or a program does, and be refused under this name.
    const bytes = Buffer.concat([Buffer.from('text '), randomBytes(size)])
    const answer = await upload(server, counter, form({ name: counter.partName(), filename: 'a.txt', bytes }))
    assert.equal(answer.status, 200, answer.body)
    const kept = await Promise.all(counter.urlsOf(answer).map((url) => download(url, counter)))
    assert.ok(
      kept.some((copy) => copy.equals(bytes)),
      `${counter.name}: the file came back otherwise`,
    )
  }
}

export async function download(url: string, counter: Counter): Promise<Buffer> {
  const response = await fetch(url, { headers: counter.headers })
  assert.equal(response.status, 200)
  return Buffer.from(await response.arrayBuffer())
}

function zoho(server: Server, tenant: Tenant): Counter {
  const target = `/crm/v2/Leads/${tenant.leadId}/Attachments`
  return {
    name: 'zoho',
    target,
    headers: { authorization: `Zoho-oauthtoken ${tenant.zohoToken}` },
    partName: () => 'file',
    urlsOf({ body }) {
      const { data } = JSON.parse(body) as { data: { details: { id: string } }[] }
      return data.map(({ details }) => `${server.origin}${target}/${details.id}`)
    },
    refusalOf({ status, body, headers }) {
      const said = JSON.parse(body) as Record<string, unknown>
      assert.deepEqual(Object.keys(said).sort(), ['code', 'details', 'message', 'status'], body)
      assert.equal(said['status'], 'error')
      assert.equal(typeof said['details'], 'object')
      mustBeTraced(headers)
      return { status, text: String(said['message']), code: String(said['code']) }
    },
  }
}

function highlevel(server: Server, tenant: Tenant): Counter {
  return {
    name: 'highlevel',
    target: `/forms/upload-custom-files?contactId=${tenant.contact.highlevel}&locationId=${tenant.location}`,
    headers: { authorization: `Bearer ${tenant.highlevelToken}`, version: '2021-07-28' },
    partName: () => `${tenant.fieldId}_${randomUUID()}`,
    urlsOf({ body }) {
      const { contact } = JSON.parse(body) as {
        contact: { customFields: { id: string; value: Record<string, { url: string }> }[] }
      }
      const field = contact.customFields.find(({ id }) => id === tenant.fieldId)
      return Object.values(field?.value ?? {}).map(({ url }) => server.origin + new URL(url).pathname)
    },
    refusalOf({ status, body, headers }) {
      const said = JSON.parse(body) as Record<string, unknown>
      assert.deepEqual(Object.keys(said).sort(), ['error', 'message', 'statusCode', 'traceId'], body)
      assert.equal(said['statusCode'], status)
      assert.equal(said['traceId'], mustBeTraced(headers))
      return { status, text: [said['message']].flat().join('; '), code: String(said['error']) }
    },
  }
}

function mustBeTraced(headers: ReadonlyMap<string, string>): string {
  const id = headers.get('x-request-id') ?? ''
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
  return id
}
