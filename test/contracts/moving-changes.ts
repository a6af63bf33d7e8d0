// What happens to a catalog while it is moved: rows of every kind come, change and go, and what is unique passes from one to another.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Catalog } from '../../src/core/ports/catalog.ts'
import type { AttachmentId, ClientId, DocumentId, ShareId, UserId } from '../../src/core/model/model.ts'
import { type Crm, ids, link, newCrm, sha256, small, stored } from './catalog-crm.ts'

export interface Life {
  readonly crm: Crm
  /** Something of everything; may be called again and again. */
  live(): Promise<void>
}

const FAR = 4_000_000_000_000

export async function newLife(catalog: Catalog): Promise<Life> {
  const crm = await newCrm(catalog, 'an agency')
  const { organization } = crm
  const lead = await crm.lead({ name: 'Zoë \u0001 “quoted” 名前' })
  const users = await Promise.all(['ann', 'bob'].map((name) => newUser(crm, name)))
  const field = await crm.field()
  let turn = 0
  await logIn(crm, users, 0)

  async function live(): Promise<void> {
    turn += 1
    await Promise.all([logIn(crm, users, turn), files(), links(), modules(), people()])
  }

  async function files(): Promise<void> {
    const same = `the same bytes again and again ${organization}`
    const own = [stored(`stored ${turn}`), small(`small ${turn} \0 with a NUL`), small(same)]
    const entered = stored(`entry ${turn}`, { field: field.id, fieldKey: 'one', document: newDocument() })
    const { attachments } = await crm.attached(lead.id, ...own, entered, small(`photo ${turn}`, { role: 'photo' }))
    const [first, , third] = attachments
    assert.ok(first && third)
    await catalog.changeAttachment({ organization, id: third.id, name: `renamed ${turn}`, by: crm.user, at: 5_000 })
    // The last holder of its bytes; the next turn brings the same ones under another key.
    await crm.remove(lead.id, third.id)
    if (turn % 2 === 0) await crm.remove(lead.id, first.id)
    await share(first.id)
  }

  async function share(attachment: AttachmentId): Promise<void> {
    const id = ids.token() as string as ShareId
    const terms = { label: '', password: null, maxDownloads: 3, expiresAt: FAR, by: crm.user, at: 1, parent: null }
    await catalog.createShare({ id, organization, attachment, hash: sha256(id), ...terms })
    await catalog.countDownload(id, 2)
  }

  /** The link goes and comes again under another id: the same address on the same record. */
  async function links(): Promise<void> {
    const { attachments } = await catalog.attachments(organization, lead.id, 0, 500)
    const former = attachments.find(({ kind }) => kind === 'link')
    if (former !== undefined) await crm.remove(lead.id, former.id)
    await crm.put(lead.id, link('https://example.com/one'))
  }

  /** A module, with a field and a record, is removed and comes again under its name. */
  async function modules(): Promise<void> {
    const former = await catalog.module(organization, 'Site_Visits')
    if (former !== null) await catalog.removeModule(organization, former.id, 6_000)
    const id = ids.module()
    const names = { name: 'Site_Visits', singular: 'Visit', plural: 'Visits', custom: true }
    await catalog.createModule(organization, { id, ...names })
    const made = await crm.field({ module: id, key: 'visit.paper' })
    const saved = await crm.save({ module: id, properties: { name: 'A visit', email: `v${turn}@example.com` } })
    assert.ok(saved.outcome === 'created')
    await crm.put(saved.record.id, small(`visit ${turn}`, { field: made.id, fieldKey: 'x' }))
    await catalog.clearRemoved(100, 7_000)
  }

  async function people(): Promise<void> {
    const id = `client ${ids.token()}` as ClientId
    const names = { name: 'App', wire: 'zoho', flows: ['code'], scopes: ['a'] } as const
    const uris = ['https://app.example.com/back', 'https://app.example.com/other']
    await catalog.createClient({
      id,
      organization,
      ...names,
      secret: sha256(id),
      redirectUris: uris,
      at: 50,
      ...{ parent: null, createdBy: null, expiresAt: null, reach: 'agency' as const },
    })
    const [session, grant] = [ids.session(), ids.grant()]
    const times = { at: 1, expiresAt: FAR, replaces: null }
    await catalog.createSession({ id: session, organization, user: crm.user, hash: sha256(session), ...times })
    const given = { scopes: ['a'], by: 'consent', session } as const
    const code = { hash: sha256(grant), redirectUri: uris[0] ?? '', challenge: null, offline: true, expiresAt: FAR }
    await catalog.createGrant({
      grant: { id: grant, client: id, organization, agency: crm.agency, user: crm.user, ...given },
      ...{ at: 100, code, access: null, refresh: null },
    })
    const token = ids.token()
    const refresh = ids.refresh()
    await catalog.exchangeCode({
      ...{ client: id, at: 200, hash: sha256(grant), redirectUri: uris[0] ?? '', challenge: null },
      access: { id: token, kind: 'zoho', hash: sha256(token), label: '', expiresAt: FAR },
      refresh: { id: refresh, hash: sha256(refresh), expiresAt: null, most: null },
    })
    if (turn % 2 === 0) await catalog.revokeGrant(grant, 300)
    await catalog.countAttempt([{ key: sha256(`attempt ${String(turn % 3)}`), most: 9 }], 400, 0)
    await catalog.rememberAnswer(sha256('nothing'), '{}')
  }

  return { crm, live }
}

function newDocument(): DocumentId {
  return randomBytes(10).toString('hex') as DocumentId
}

async function newUser({ catalog, organization }: Crm, name: string): Promise<UserId> {
  const id = ids.user()
  await catalog.createUser({ id, organization, name, email: `${name}@example.com` })
  return id
}

/** Two users change logins: each has what the other had before. */
async function logIn({ catalog, organization }: Crm, users: readonly UserId[], turn: number): Promise<void> {
  const logins = [`even@${organization}.example`, `odd@${organization}.example`]
  await catalog.setLogin(
    { organization, id: users[0] ?? ('' as UserId) },
    `free@${organization}.example`,
    'hash',
    'organization',
  )
  for (const at of [1, 0]) {
    const id = users[at] ?? ('' as UserId)
    await catalog.setLogin({ organization, id }, logins[(at + turn) % 2] ?? '', 'hash', 'organization')
  }
}
