/** Clients of both dialects that upload and delete, and write down what they were told. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { rawFile, rawForm } from '../e2e/support/files.ts'
import type { Server } from '../e2e/support/server.ts'
import { createToken, HIGHLEVEL_SCOPES, jsonBody } from '../e2e/support/tenant.ts'
import type { Chance } from '../http/multipart/seeded.ts'
import type { Ledger, Upload } from './ledger.ts'

export interface Client {
  readonly dialect: 'zoho' | 'highlevel'
  /** Resolves when it is acknowledged; rejects with `Refused` or, when the server is gone, with whatever fetch says. */
  upload(name: string, bytes: Uint8Array): Promise<Upload>
  remove(upload: Upload): Promise<void>
}

/** The secrets and ids of a tenant, good for every start of a server on the same folder. */
export interface Account {
  readonly zohoToken: string
  readonly highlevelToken: string
  readonly location: string
  readonly field: string
  readonly leads: readonly string[]
  readonly contacts: readonly { readonly zoho: string; readonly highlevel: string }[]
}

/** An answer that says no. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  readonly body: string
  readonly headers: Headers

  constructor(status: number, body: string, headers: Headers) {
    super(`${String(status)} ${body}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** One lead and one contact for each of the people. */
export async function openAccount(server: Server, people: number): Promise<Account> {
  const { id: org, location } = await server.cli<{ id: string; location: string }>('org', 'create', '--name', 'Acme')
  const [zohoToken, highlevelToken] = await Promise.all([
    createToken(server, org, 'zoho', 'ZohoCRM.modules.ALL'),
    createToken(server, org, 'private', HIGHLEVEL_SCOPES),
  ])
  const account = { zohoToken, highlevelToken, location, field: '', leads: [], contacts: [] }
  const zoho = (path: string, body?: object) =>
    answerTo(`${server.origin}/crm/v2${path}`, body ? jsonBody(body) : {}, zohoHeaders(account))
  const highlevel = (path: string, body: object) =>
    answerTo(server.origin + path, jsonBody(body), highlevelHeaders(account))
  const numbers = Array.from({ length: people }, (_, index) => String(index))
  const made = await zoho('/Leads', { data: numbers.map((number) => ({ Last_Name: `Lead ${number}` })) })
  const leads = (JSON.parse(made) as { data: { details: { id: string } }[] }).data.map(({ details }) => details.id)
  const faces = new Map<string, string>()
  for (const number of numbers) {
    const text = await highlevel('/contacts/', { locationId: location, lastName: number, email: emailOf(number) })
    faces.set(emailOf(number), (JSON.parse(text) as { contact: { id: string } }).contact.id)
  }
  const listed = JSON.parse(await zoho('/Contacts')) as { data: { id: string; Email: string }[] }
  const contacts = listed.data.map(({ id, Email }) => ({ zoho: id, highlevel: faces.get(Email) ?? '' }))
  const papers = { name: 'Papers', dataType: 'FILE_UPLOAD', isMultipleFile: true, maxNumberOfFiles: 5 }
  const field = JSON.parse(await highlevel(`/locations/${location}/customFields`, papers)) as {
    customField: { id: string }
  }
  return { ...account, field: field.customField.id, leads, contacts }
}

function emailOf(number: string): string {
  return `person${number}@example.com`
}

export function zohoClient(origin: string, account: Account, ledger: Ledger, person: number): Client {
  const list = `/crm/v2/Leads/${account.leads[person] ?? ''}/Attachments`
  return {
    dialect: 'zoho',
    async upload(name, bytes) {
      const upload = ledger.begin(name, bytes, list)
      const text = await answerTo(origin + list, rawForm(rawFile(name, bytes)), zohoHeaders(account))
      const id = (JSON.parse(text) as { data: { details: { id: string } }[] }).data[0]?.details.id
      assert.ok(id !== undefined, text)
      upload.place = { via: 'zoho', path: `${list}/${id}` }
      return upload
    },
    remove: (upload) => removeUpload(origin, account, upload),
  }
}

export function highlevelClient(origin: string, account: Account, ledger: Ledger, person: number): Client {
  const contact = account.contacts[person] ?? { zoho: '', highlevel: '' }
  const query = `contactId=${contact.highlevel}&locationId=${account.location}`
  return {
    dialect: 'highlevel',
    async upload(name, bytes) {
      const upload = ledger.begin(name, bytes, `/crm/v2/Contacts/${contact.zoho}/Attachments`)
      // A file id of its own: the same bytes under the same id would be the same attachment.
      const body = rawForm(rawFile(name, bytes, `${account.field}_${name}`))
      const text = await answerTo(`${origin}/forms/upload-custom-files?${query}`, body, highlevelHeaders(account))
      const document = /"documentId":"([0-9A-Za-z]{20})"/.exec(text)?.[1]
      assert.ok(document !== undefined, text)
      upload.place = { via: 'document', path: `/documents/download/${document}` }
      return upload
    },
    remove: (upload) => removeUpload(origin, account, upload),
  }
}

/** Uploads, and now and then deletes something of its own, until the server is gone. */
export async function workUntilGone(client: Client, chance: Chance, contents: Contents, prefix: string): Promise<void> {
  const mine: Upload[] = []
  for (let count = 0; ; count++) {
    try {
      mine.push(await client.upload(`${prefix}-${String(count)}.txt`, contents.next()))
      if (client.dialect === 'zoho' && chance.below(5) === 0) {
        await client.remove(mine.splice(chance.below(mine.length), 1)[0] as Upload)
      }
    } catch (error) {
      // What the server does not refuse but break off is what this is about; an answer that says no is a failure.
      if (error instanceof Refused || error instanceof assert.AssertionError) throw error
      return
    }
    await sleep(chance.below(5))
  }
}

export interface Contents {
  next(): Uint8Array
}

const KIB = 1024
const SIZES = [0, 1, 900, 10 * KIB, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 200 * KIB, 3 * KIB * KIB]

/** Texts of all sizes; every fifth is one that others upload as well. */
export function mixedContents(chance: Chance): Contents {
  const shared = SIZES.map((size) => textOf('the same for everybody ', size))
  let count = 0
  const own = chance.text('0123456789abcdef', 16)
  return {
    next() {
      if (chance.below(5) === 0) return chance.pick(shared)
      // The largest come seldom, or the disk would be all that is tested.
      const size = chance.below(12) === 0 ? 3 * KIB * KIB : chance.pick(SIZES.slice(0, -1))
      return textOf(`${own} ${String(count++)} `, size)
    },
  }
}

export function textOf(text: string, size: number): Buffer {
  return Buffer.alloc(size, text)
}

export function zohoHeaders({ zohoToken }: Account): Record<string, string> {
  return { authorization: `Zoho-oauthtoken ${zohoToken}` }
}

function highlevelHeaders({ highlevelToken }: Account): Record<string, string> {
  return { authorization: `Bearer ${highlevelToken}`, version: '2021-07-28' }
}

async function removeUpload(origin: string, account: Account, upload: Upload): Promise<void> {
  upload.deletion = 'asked'
  await answerTo(origin + (upload.place?.path ?? ''), { method: 'DELETE' }, zohoHeaders(account))
  upload.deletion = 'acknowledged'
}

async function answerTo(url: string, init: RequestInit, headers: Record<string, string>): Promise<string> {
  const response = await fetch(url, {
    ...init,
    headers: { ...(init.headers as Record<string, string> | undefined), ...headers },
  })
  const text = await response.text()
  if (!response.ok) throw new Refused(response.status, text, response.headers)
  return text
}
