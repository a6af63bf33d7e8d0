/** Profiles, roles and sharing over the wire: INVALID_MODULE, NO_PERMISSION and AUTHORIZATION_FAILED as they are told apart. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openAdministration, type Administration } from '../../src/server/administration.ts'
import type { Actor } from '../../src/core/access/actor.ts'
import { operatorIn } from '../../src/core/access/operator.ts'
import type { RuleRequest } from '../../src/core/access/staff.ts'
import { readConfig } from '../../src/config/config.ts'
import type { OrganizationId, ProfileId, RoleId, UserId } from '../../src/core/model/model.ts'
import { form } from '../e2e/support/files.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createTenant, HIGHLEVEL_SCOPES, insert, jsonBody, mustJson, type Tenant } from '../e2e/support/tenant.ts'

interface Refusal {
  readonly code: string
  readonly details: object
  readonly message: string
  readonly status: string
}

let server: Server
let tenant: Tenant
let administration: Administration
let organization: OrganizationId
let operator: Actor
/** Of the first user, an administrator. */
let attachment: string
let agent: { readonly user: UserId; readonly zoho: Tenant['zoho']; readonly highlevel: Tenant['highlevel'] }
let profile: ProfileId

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  organization = tenant.org as OrganizationId
  administration = await openAdministration(readConfig({ data: server.folder }))
  operator = operatorIn(
    organization,
    (await administration.organizations.firstUser(organization))?.id ?? ('' as UserId),
  )
  attachment = await attached(tenant.zoho, tenant.leadId)
  agent = await newUser('agent')
  profile = (await administration.staff.createProfile(operator, 'Agents', { rules: [] })).id
  await administration.staff.place(operator, agent.user, { profile })
})
after(async () => {
  await administration.close()
  await server.stop()
})

async function newUser(name: string) {
  const { id } = await administration.users.create(operator, { name, email: `${name}@example.com` })
  const secret = async (kind: 'zoho' | 'private', scopes: string) => {
    const terms = { kind, organization, agency: tenant.agency, user: id, client: null, label: name, expiresAt: null }
    return (await administration.access.create(operator, { ...terms, scopes: scopes.split(',') }, null)).secret
  }
  const zoho = await secret('zoho', 'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.READ')
  const highlevel = await secret('private', HIGHLEVEL_SCOPES)
  const call =
    (to: Tenant['zoho'], token: string): Tenant['zoho'] =>
    (path, init = {}) =>
      to(path, { ...init, headers: { ...(init.headers as object | undefined), authorization: `Bearer ${token}` } })
  return { user: id, zoho: call(tenant.zoho, zoho), highlevel: call(tenant.highlevel, highlevel) }
}

async function attached(zoho: Tenant['zoho'], record: string): Promise<string> {
  const sent = await zoho(`/Leads/${record}/Attachments`, form(['file', new File(['kept'], 'kept.txt')]))
  return (await mustJson<{ data: { details: { id: string } }[] }>(sent, 200)).data[0]?.details.id ?? ''
}

/** A token is believed for a second, and so is the profile that came with it. */
async function under(rules: readonly RuleRequest[]): Promise<void> {
  await administration.staff.changeProfile(operator, profile, { rules })
  await new Promise((resolve) => setTimeout(resolve, 1_050))
}

async function share(module: string, sharing: 'write' | 'read' | 'private'): Promise<void> {
  await administration.staff.share(operator, module, sharing)
}

async function refusal(response: Response, status: number): Promise<Refusal> {
  return mustJson<Refusal>(response, status)
}

const upload = (zoho: Tenant['zoho'], record: string, module = 'Leads') =>
  zoho(`/${module}/${record}/Attachments`, form(['file', new File(['new'], 'new.txt')]))

describe('a profile', () => {
  test('that denies nothing allows everything', async () => {
    assert.equal((await upload(agent.zoho, tenant.leadId)).status, 200)
    assert.equal((await agent.zoho(`/Leads/${tenant.leadId}/Attachments`)).status, 200)
    assert.equal((await agent.zoho('/Leads')).status, 200)
  })

  test('that denies uploads in one module: NO_PERMISSION there, nothing kept, and nothing else denied', async () => {
    await under([{ module: 'Leads', denied: ['attachments.create'] }])
    const before = await (await tenant.zoho(`/Leads/${tenant.leadId}/Attachments`)).text()
    const denied = {
      code: 'NO_PERMISSION',
      details: { permissions: ['Crm_Implied_Create_Attachments'] },
      message: 'Permission denied to upload attachment',
      status: 'error',
    }
    assert.deepEqual(await refusal(await upload(agent.zoho, tenant.leadId), 403), denied)
    const link = await agent.zoho(`/Leads/${tenant.leadId}/Attachments?attachmentUrl=https://example.com/`, {
      method: 'POST',
    })
    assert.deepEqual(await refusal(link, 403), denied)
    assert.equal(await (await tenant.zoho(`/Leads/${tenant.leadId}/Attachments`)).text(), before)
    assert.equal((await agent.zoho(`/Leads/${tenant.leadId}/Attachments/${attachment}`)).status, 200)
    const contact = await upload(agent.zoho, tenant.contact.zoho, 'Contacts')
    assert.equal(contact.status, 200, await contact.text())
    assert.equal((await upload(tenant.zoho, tenant.leadId)).status, 200)
  })

  test('says what it denies of each kind', async () => {
    const denied = ['attachments.view', 'attachments.delete', 'records.create', 'records.change', 'records.delete']
    await under([{ module: '*', denied }])
    const record = `/Leads/${tenant.leadId}`
    const calls: readonly (readonly [string, RequestInit, string])[] = [
      [`${record}/Attachments`, {}, 'Permission denied to read attachment details'],
      [`${record}/Attachments/${attachment}`, {}, 'Permission denied to read attachment details'],
      [`${record}/Attachments/${attachment}`, { method: 'DELETE' }, 'Permission denied to delete attachment'],
      [`${record}/Attachments?ids=${attachment}`, { method: 'DELETE' }, 'Permission denied to delete attachment'],
      [record, jsonBody({ data: [{ Last_Name: 'X' }] }, 'PUT'), 'Permission denied to update records'],
      [record, { method: 'DELETE' }, 'Permission denied to delete records'],
      [`${record}/photo`, form(['file', new File([PNG], 'p.png')]), 'Permission denied to update records'],
      ['/Leads', jsonBody({ data: [{ Last_Name: 'X' }] }), 'Permission denied to create records'],
    ]
    for (const [path, init, message] of calls) {
      const { code, message: said } = await refusal(await agent.zoho(path, init), 403)
      assert.deepEqual([code, said], ['NO_PERMISSION', message], path)
    }
    assert.equal((await tenant.zoho(`${record}/Attachments/${attachment}`)).status, 200)
    assert.equal((await agent.zoho(record)).status, 200)
  })

  test('hides a module: INVALID_MODULE, as for one that nobody has', async () => {
    await under([{ module: 'Leads', hidden: true }])
    const never = await refusal(await agent.zoho('/Unheard_Of'), 400)
    for (const path of ['/Leads', `/Leads/${tenant.leadId}`, `/Leads/${tenant.leadId}/Attachments`]) {
      assert.deepEqual(await refusal(await agent.zoho(path), 400), never, path)
    }
    assert.deepEqual(await refusal(await upload(agent.zoho, tenant.leadId), 400), never)
    const { modules } = await mustJson<{ modules: { api_name: string }[] }>(await agent.zoho('/settings/modules'), 200)
    assert.ok(modules.every(({ api_name }) => api_name !== 'Leads'))
    assert.equal((await refusal(await agent.zoho('/settings/fields?module=Leads'), 400)).code, 'INVALID_MODULE')
    assert.equal((await agent.zoho('/Contacts')).status, 200)
  })

  test('holds in HighLevel too: 403 in its words', async () => {
    await under([{ module: 'Contacts', denied: ['attachments.create', 'records.create'] }])
    const { contact, location, fieldId } = tenant
    const sent = form([`${fieldId}_1`, new File(['x'], 'x.txt')])
    const place = `contactId=${contact.highlevel}&locationId=${location}`
    const refused = await agent.highlevel(`/forms/upload-custom-files?${place}`, sent)
    assert.equal(refused.status, 403)
    const body = await mustJson<Record<string, unknown>>(refused, 403)
    assert.deepEqual([body['statusCode'], body['error']], [403, 'Forbidden'])
    assert.match(String(body['message']), /profile "Agents".*attachments\.create/)
    const made = await agent.highlevel('/contacts/', jsonBody({ locationId: location, firstName: 'X' }))
    assert.equal(made.status, 403)
    assert.equal((await agent.highlevel(`/contacts/${contact.highlevel}`)).status, 200)
  })

  test('shows in users', async () => {
    const { users } = await mustJson<{ users: { profile: object; role: object; full_name: string }[] }>(
      await agent.zoho('/users?type=CurrentUser'),
      200,
    )
    assert.deepEqual([users.length, users[0]?.profile], [1, { id: profile, name: 'Agents' }])
    const admins = await mustJson<{ users: object[] }>(await agent.zoho('/users?type=AdminUsers'), 200)
    assert.equal(admins.users.length, 1)
  })
})

describe('role and sharing', () => {
  test('a module shared for reading: AUTHORIZATION_FAILED for what would change another’s record', async () => {
    await under([])
    await share('Leads', 'read')
    const record = `/Leads/${tenant.leadId}`
    const failed = {
      code: 'AUTHORIZATION_FAILED',
      details: {},
      message: 'User does not have sufficient privilege to upload attachments',
      status: 'error',
    }
    assert.deepEqual(await refusal(await upload(agent.zoho, tenant.leadId), 400), failed)
    const calls: readonly (readonly [string, RequestInit, string])[] = [
      [`${record}/Attachments/${attachment}`, { method: 'DELETE' }, 'delete attachments'],
      [record, jsonBody({ data: [{ Last_Name: 'X' }] }, 'PUT'), 'update records'],
      [record, { method: 'DELETE' }, 'delete records'],
    ]
    for (const [path, init, words] of calls) {
      const { code, message } = await refusal(await agent.zoho(path, init), 400)
      assert.deepEqual(
        [code, message],
        ['AUTHORIZATION_FAILED', `User does not have sufficient privilege to ${words}`],
        path,
      )
    }
    assert.equal((await agent.zoho(`${record}/Attachments/${attachment}`)).status, 200)
    const own = await insert(agent.zoho, 'Leads', { Last_Name: 'Own' })
    assert.equal((await upload(agent.zoho, own)).status, 200)
    assert.equal((await upload(tenant.zoho, own)).status, 200)
  })

  test('a private module: others’ records are in no list and open for nobody below', async () => {
    await share('Leads', 'private')
    const own = await insert(agent.zoho, 'Leads', { Last_Name: 'Private' })
    const { data } = await mustJson<{ data: { id: string; Owner: { id: string } }[] }>(await agent.zoho('/Leads'), 200)
    assert.ok(data.some(({ id }) => id === own))
    assert.ok(data.every(({ Owner }) => Owner.id === agent.user))
    const record = `/Leads/${tenant.leadId}`
    for (const path of [record, `${record}/Attachments`, `${record}/Attachments/${attachment}`]) {
      assert.equal((await refusal(await agent.zoho(path), 400)).code, 'AUTHORIZATION_FAILED', path)
    }
    const all = await mustJson<{ data: { id: string }[] }>(await tenant.zoho('/Leads'), 200)
    assert.ok(all.data.some(({ id }) => id === own) && all.data.some(({ id }) => id === tenant.leadId))
  })

  test('whose role is above the owner’s may do what the owner may; a role beside it may not', async () => {
    const boss = await newUser('boss')
    const peer = await newUser('peer')
    const top = await administration.staff.createRole(operator, 'Sales director', null)
    const low = await administration.staff.createRole(operator, 'Sales agent', top.id)
    for (const [user, role] of [
      [boss.user, top.id],
      [agent.user, low.id],
      [peer.user, low.id],
    ] as readonly (readonly [UserId, RoleId])[]) {
      await administration.staff.place(operator, user, { profile, role })
    }
    const own = await insert(agent.zoho, 'Leads', { Last_Name: 'Of the agent' })
    assert.equal((await upload(boss.zoho, own)).status, 200)
    assert.equal((await refusal(await upload(peer.zoho, own), 400)).code, 'AUTHORIZATION_FAILED')
    assert.equal((await refusal(await upload(boss.zoho, tenant.leadId), 400)).code, 'AUTHORIZATION_FAILED')
    const seen = await mustJson<{ data: { id: string }[] }>(await boss.zoho('/Leads'), 200)
    assert.ok(seen.data.some(({ id }) => id === own))
    const theirs = await peer.zoho('/Leads')
    assert.ok(theirs.status === 204 || !(await theirs.text()).includes(own))
    await share('Leads', 'write')
    assert.equal((await upload(peer.zoho, own)).status, 200)
  })

  test('a file of a record that somebody may not see gets no public address through a field of their own', async () => {
    await share('Leads', 'private')
    const hidden = `${server.origin}/crm/v2/Leads/${tenant.leadId}/Attachments/${attachment}`
    const value = { customFields: [{ id: tenant.fieldId, field_value: { stolen: { url: hidden } } }] }
    const refused = await agent.highlevel(`/contacts/${tenant.contact.highlevel}`, jsonBody(value, 'PUT'))
    assert.equal(refused.status, 403, await refused.text())
    await share('Leads', 'write')
  })
})

test('of a scope, a profile and a record that all say no the scope speaks first, then the module, then the record', async () => {
  await under([{ module: 'Leads', denied: ['attachments.create'] }])
  await share('Leads', 'private')
  const terms = {
    ...{
      kind: 'zoho' as const,
      organization,
      agency: tenant.agency,
      user: agent.user,
      client: null,
      label: '',
      expiresAt: null,
    },
    scopes: ['ZohoCRM.modules.READ'],
  } as const
  const { secret } = await administration.access.create(operator, terms, null)
  const narrow: Tenant['zoho'] = (path, init = {}) =>
    tenant.zoho(path, { ...init, headers: { authorization: `Zoho-oauthtoken ${secret}` } })
  assert.equal((await refusal(await upload(narrow, tenant.leadId), 401)).code, 'OAUTH_SCOPE_MISMATCH')
  assert.equal((await refusal(await upload(agent.zoho, tenant.leadId, 'Unheard_Of'), 400)).code, 'INVALID_MODULE')
  assert.equal((await refusal(await upload(agent.zoho, tenant.leadId), 403)).code, 'NO_PERMISSION')
  await under([])
  assert.equal((await refusal(await upload(agent.zoho, tenant.leadId), 400)).code, 'AUTHORIZATION_FAILED')
  await share('Leads', 'write')
  assert.equal((await upload(agent.zoho, tenant.leadId)).status, 200)
})

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
