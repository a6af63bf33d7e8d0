/** An organization with one of everything that a route can change, its administrator's tokens, and users with given profiles. */
import assert from 'node:assert/strict'
import type { Actor } from '../../../src/core/access/actor.ts'
import { operatorIn } from '../../../src/core/access/operator.ts'
import { DENIABLE_ACTIONS, isGrantable, type Action } from '../../../src/core/model/actions.ts'
import { SCOPES } from '../../../src/core/model/scopes.ts'
import { publicIdOf } from '../../../src/core/model/ids.ts'
import type { OrganizationId, UserId } from '../../../src/core/model/model.ts'
import { openAdministration, type Administration } from '../../../src/server/administration.ts'
import { readConfig } from '../../../src/config/config.ts'
import { form } from '../../e2e/support/files.ts'
import type { Server } from '../../e2e/support/server.ts'
import { HIGHLEVEL_SCOPES, jsonBody, mustJson } from '../../e2e/support/tenant.ts'
import type { Fixture } from './cases.ts'

/** A token's secret by dialect. */
export type Tokens = Readonly<Record<string, string>>

export interface Bench {
  readonly server: Server
  readonly organization: OrganizationId
  /** Everything anew, made by the administrator. */
  fixture(): Promise<Fixture>
  /** Tokens of a user whose profile allows these actions and no other; null: of an administrator. `scopes`: less than all. */
  tokensOf(actions: readonly Action[] | null, scopes?: Tokens): Promise<Tokens>
  close(): Promise<void>
}

const KINDS = { zoho: 'zoho', highlevel: 'private', native: 'native' } as const
const ALL_SCOPES: Tokens = {
  zoho: 'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.ALL',
  highlevel: `${HIGHLEVEL_SCOPES},oauth.readonly,oauth.write`,
  native: SCOPES.join(),
}

export async function openBench(server: Server): Promise<Bench> {
  const administration = await openAdministration(readConfig({ data: server.folder }))
  const { id } = await server.cli<{ id: string }>('org', 'create', '--name', 'Acme')
  const organization = id as OrganizationId
  const first = await administration.organizations.firstUser(organization)
  assert.ok(first)
  const operator = operatorIn(organization, first.id)
  const tokensFor = createTokens(administration, organization)
  const { native } = await tokensFor(first.id, ALL_SCOPES)
  const api = apiOf(server, organization, native ?? '')
  let users = 0
  return {
    server,
    organization,
    fixture: () => newFixture(api, organization),
    async tokensOf(actions, scopes = ALL_SCOPES) {
      if (actions === null) return tokensFor(first.id, scopes)
      const name = `user ${String(++users)}`
      const user = await administration.users.create(operator, { name, email: `u${String(users)}@example.com` })
      await restrict(administration, operator, user.id, actions)
      return tokensFor(user.id, scopes)
    },
    close: () => administration.close(),
  }
}

/** Gives the user a profile that denies everything else. */
async function restrict(
  { staff }: Administration,
  operator: Actor,
  user: UserId,
  actions: readonly Action[],
): Promise<void> {
  const denied = DENIABLE_ACTIONS.filter((action) => !actions.includes(action))
  const rules = denied.length === 0 ? [] : [{ module: '*', denied }]
  const { id } = await staff.createProfile(operator, `of ${user}`, { rules, allowed: actions.filter(isGrantable) })
  await staff.place(operator, user, { profile: id })
}

function createTokens({ access }: Administration, organization: OrganizationId) {
  return async (user: UserId, scopes: Tokens): Promise<Tokens> => {
    const made = Object.entries(KINDS).map(async ([dialect, kind]) => {
      const terms = { kind, organization, agency: '', user, client: null, label: 'matrix', expiresAt: null }
      const request = { ...terms, scopes: (scopes[dialect] ?? '').split(',') }
      const { secret } = await access.create(operatorIn(organization, user), request, null)
      return [dialect, secret] as const
    })
    return Object.fromEntries(await Promise.all(made))
  }
}

type Api = <T>(method: string, path: string, body?: object | RequestInit) => Promise<T>

function apiOf({ origin }: Server, organization: string, token: string): Api {
  return async <T>(method: string, path: string, body?: object | RequestInit) => {
    const init = body === undefined ? { method } : 'body' in body ? { ...body, method } : jsonBody(body, method)
    const headers = { ...(init.headers as object | undefined), authorization: `Bearer ${token}` }
    const answer = await fetch(`${origin}/api/v1/organizations/${organization}${path}`, { ...init, headers })
    return mustJson<T>(answer, method === 'GET' ? 200 : 201)
  }
}

let count = 0

async function newFixture(api: Api, organization: string): Promise<Fixture> {
  const number = String(++count)
  const idOf = async (path: string, body: object) => (await api<{ id: string }>('POST', path, body)).id
  const upload = async (record: string) => {
    const sent = form(['file', new File(['bytes'], 'paper.txt')])
    const { items } = await api<{ items: { id: string }[] }>('POST', `/records/${record}/attachments`, sent)
    return items[0]?.id ?? ''
  }
  const record = await idOf('/modules/Leads/records', { properties: { lastName: `Lead ${number}` } })
  const contact = await idOf('/modules/Contacts/records', { properties: { lastName: `Contact ${number}` } })
  const attachment = await upload(record)
  const { name } = await api<{ name: string }>('POST', '/modules', { name: `Custom_${number}` })
  const profile = await idOf('/profiles', { name: `Profile ${number}`, rules: [] })
  return {
    ...{ organization, location: publicIdOf(organization), record, contact, attachment, profile, customModule: name },
    contactAttachment: await upload(contact),
    field: await idOf('/modules/Contacts/fields', { name: `Papers ${number}`, maxFiles: 5 }),
    user: await idOf('/users', { name: `User ${number}`, email: `someone${number}@example.com` }),
    role: await idOf('/roles', { name: `Role ${number}` }),
    client: await idOf('/clients', {
      ...{ name: 'Program', wire: 'zoho', flows: ['code'], redirectUris: ['https://app.example.com/back'] },
    }),
    share: await idOf('/shares', { attachment }),
    token: await idOf('/tokens', { kind: 'native', scopes: ['records.read'] }),
  }
}
