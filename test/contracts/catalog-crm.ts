import type { TokenPage } from '../../src/core/ports/accounts-catalog.ts'
// An organization with a user, two modules and short ways to fill it, for tests of a catalog.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import type { Attach, Attached, Catalog, NewAttachment, SavedRecord, SaveRecord } from '../../src/core/ports/catalog.ts'
import { createIdSource, newBlobKey } from '../../src/core/model/ids.ts'
import type {
  Attachment,
  AttachmentId,
  BlobKey,
  CrmRecord,
  Field,
  FieldId,
  GrantId,
  ModuleId,
  OrganizationId,
  Properties,
  RecordId,
  RefreshTokenId,
  SessionId,
  Sha256,
  TokenId,
  UserId,
} from '../../src/core/model/model.ts'

const nextId = createIdSource()

export const ids = {
  organization: () => nextId() as OrganizationId,
  module: () => nextId() as ModuleId,
  record: () => nextId() as RecordId,
  field: () => nextId() as FieldId,
  attachment: () => nextId() as AttachmentId,
  user: () => nextId() as UserId,
  token: () => nextId() as TokenId,
  grant: () => nextId() as GrantId,
  refresh: () => nextId() as RefreshTokenId,
  session: () => nextId() as SessionId,
}

export function sha256(bytes: Uint8Array | string): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256
}

type Source = NewAttachment['source']
export type FileItem = NewAttachment & { readonly source: Extract<Source, { kind: 'file' }> }

function item(name: string, source: Source, more: Partial<NewAttachment> = {}): NewAttachment {
  const plain = { claimedType: 'text/plain', encoding: '7bit', field: null, fieldKey: null, document: null }
  return { id: ids.attachment(), role: 'attachment', name, ...plain, ...more, source }
}

/** A file whose bytes lie in the blob store. */
export function stored(bytes: string | Uint8Array = randomBytes(16), more: Partial<NewAttachment> = {}): FileItem {
  const source = { kind: 'file' as const, key: newBlobKey(), size: bytes.length, hash: sha256(bytes), bytes: null }
  return { ...item('stored.txt', source, more), source }
}

/** A small file, whose bytes travel along. */
export function small(text: string, more: Partial<NewAttachment> = {}): FileItem {
  const bytes = Buffer.from(text)
  const source = { kind: 'file' as const, key: newBlobKey(), size: bytes.length, hash: sha256(bytes), bytes }
  return { ...item('small.txt', source, more), source }
}

export function link(url: string, more: Partial<NewAttachment> = {}): NewAttachment {
  return item(url, { kind: 'link', url, hash: sha256(url) }, more)
}

export interface Crm {
  readonly catalog: Catalog
  readonly organization: OrganizationId
  readonly agency: string
  readonly user: UserId
  readonly leads: ModuleId
  readonly contacts: ModuleId
  input(change?: Partial<SaveRecord>): SaveRecord
  save(change?: Partial<SaveRecord>): Promise<SavedRecord>
  lead(properties?: Properties): Promise<CrmRecord>
  field(change?: Partial<Field>): Promise<Field>
  attach(record: RecordId | null, ...items: readonly NewAttachment[]): Promise<Attached>
  /** The attachments, and the keys that were not needed. */
  attached(
    record: RecordId | null,
    ...items: readonly NewAttachment[]
  ): Promise<{ attachments: readonly Attachment[]; unused: readonly BlobKey[] }>
  /** One attachment. */
  put(record: RecordId | null, one: NewAttachment): Promise<Attachment>
  remove(record: RecordId | null, ...attachments: readonly AttachmentId[]): Promise<readonly AttachmentId[]>
  /** The ids of the record's attachments, newest first. */
  listed(record: RecordId): Promise<readonly AttachmentId[]>
  /** The keys that wait for their bytes to be removed, of these. */
  claimed(...keys: readonly BlobKey[]): Promise<readonly BlobKey[]>
}

/** An organization of its own for each test. */
export async function newCrm(catalog: Catalog, agency = 'agency'): Promise<Crm> {
  const [organization, user, leads, contacts] = [ids.organization(), ids.user(), ids.module(), ids.module()]
  await catalog.createOrganization({
    id: organization,
    name: 'Acme',
    agency,
    properties: { domain: 'acme' },
    at: 1_000,
    modules: [
      { id: leads, name: 'Leads', singular: 'Lead', plural: 'Leads', custom: false },
      { id: contacts, name: 'Contacts', singular: 'Contact', plural: 'Contacts', custom: false },
    ],
    user: { id: user, name: 'Patricia Boyle', email: 'patricia@acme.example' },
  })

  const input: Crm['input'] = (change) => {
    const own = { organization, module: leads, change: null, id: ids.record(), by: user, at: 2_000 }
    return { ...own, properties: {}, values: {}, files: [], match: null, ...change }
  }
  const save: Crm['save'] = async (change) => {
    const [saved] = await catalog.saveRecords([input(change)])
    assert.ok(saved)
    return saved
  }
  const attach: Crm['attach'] = (record, ...items) => {
    const call: Attach = { organization, record, by: user, at: 3_000, items, retry: null }
    return catalog.attach(call)
  }
  const attached: Crm['attached'] = async (record, ...items) => {
    const answer = await attach(record, ...items)
    assert.ok(answer.outcome === 'attached', answer.outcome)
    return answer
  }

  return {
    ...{ catalog, organization, agency, user, leads, contacts, input, save, attach, attached },
    async lead(properties = { name: 'Someone' }) {
      const saved = await save({ properties })
      assert.ok(saved.outcome === 'created', saved.outcome)
      return saved.record
    },
    async field(change = {}) {
      const own = { id: ids.field(), organization, module: leads, name: 'Passport', key: `lead.${ids.field()}` }
      const shape = { type: 'file', placeholder: '', position: 0, acceptedTypes: [], maxFiles: 10, properties: {} }
      const made = await catalog.createField({ ...own, ...shape, createdAt: 1_500, ...change })
      assert.ok(made)
      return made
    },
    async put(record, one) {
      const [attachment] = (await attached(record, one)).attachments
      assert.ok(attachment)
      return attachment
    },
    remove: (record, ...attachments) => catalog.removeAttachments(organization, record, attachments, 4_000),
    async listed(record) {
      const page = await catalog.attachments(organization, record, 0, 100)
      return page.attachments.map((attachment) => attachment.id)
    },
    async claimed(...keys) {
      const all = await catalog.claimed(10_000, 1)
      return keys.filter((key) => all.includes(key))
    },
  }
}

/** The newest thousand tokens of an organization; null: of all. */
export function pageOf(organization: OrganizationId | null): TokenPage {
  return { organization, user: null, before: null, limit: 1_000 }
}
