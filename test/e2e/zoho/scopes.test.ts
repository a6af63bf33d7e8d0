/** Scopes as tokens really carry them; the whole matrix is walked without a socket elsewhere. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { form } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, createToken, insert, mustJson, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant
/** A record of each of these modules, with one attachment. */
const places = new Map<string, { path: string; attachment: string }>()

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  const records = [
    ['Leads', tenant.leadId],
    ['Site_Visits', await insert(tenant.zoho, 'Site_Visits', { Name: 'A visit' })],
    ['Price_Books', await insert(tenant.zoho, 'Price_Books', { Price_Book_Name: 'A book' })],
  ] as const
  for (const [module, record] of records) {
    const path = `/${module}/${record}`
    const sent = await tenant.zoho(`${path}/Attachments`, form(['file', new File(['kept'], 'kept.txt')]))
    const { data } = await mustJson<{ data: { details: { id: string } }[] }>(sent, 200)
    places.set(module, { path, attachment: data[0]?.details.id ?? '' })
  }
})
after(() => server.stop())

const CALLS = ['upload', 'list', 'download', 'delete', 'get', 'update'] as const
type Name = (typeof CALLS)[number]

function call(name: Name, module: string, token: string): Promise<Response> {
  const { path, attachment } = places.get(module) ?? { path: '', attachment: '' }
  const calls: Record<Name, [string, RequestInit]> = {
    upload: [`${path}/Attachments`, form(['file', new File(['x'], 'x.txt')])],
    list: [`${path}/Attachments`, {}],
    download: [`${path}/Attachments/${attachment}`, {}],
    // An id that is not there: allowed or not, the attachment stays for the next row.
    delete: [`${path}/Attachments/1000000000000000001`, { method: 'DELETE' }],
    get: [path, {}],
    update: [path, { method: 'PUT', body: '{"data":[{"Remark":"x"}]}' }],
  }
  const [where, init] = calls[name]
  return tenant.zoho(where, { ...init, headers: { authorization: `Zoho-oauthtoken ${token}` } })
}

const ROWS: readonly (readonly [scopes: string, module: string, allowed: readonly Name[]])[] = [
  ['ZohoCRM.modules.ALL', 'Leads', CALLS],
  ['ZohoCRM.modules.READ', 'Leads', ['list', 'download', 'get']],
  ['ZohoCRM.modules.leads.ALL,ZohoCRM.modules.attachments.ALL', 'Leads', CALLS],
  ['ZohoCRM.modules.leads.CREATE, ZohoCRM.modules.attachments.CREATE', 'Leads', ['upload']],
  ['ZohoCRM.modules.leads.WRITE,ZohoCRM.modules.attachments.WRITE', 'Leads', ['upload', 'delete', 'update']],
  ['zohocrm.modules.LEADS.read,ZohoCRM.modules.attachments.read', 'Leads', ['list', 'download', 'get']],
  ['ZohoCRM.modules.leads.ALL', 'Leads', ['get', 'update']],
  ['ZohoCRM.modules.attachments.ALL', 'Leads', []],
  ['ZohoCRM.modules.contacts.ALL,ZohoCRM.modules.attachments.ALL', 'Leads', []],
  ['ZohoCRM.modules.custom.ALL,ZohoCRM.modules.attachments.ALL', 'Site_Visits', CALLS],
  ['ZohoCRM.modules.custom.ALL,ZohoCRM.modules.attachments.ALL', 'Leads', []],
  ['ZohoCRM.modules.pricebooks.ALL,ZohoCRM.modules.attachments.DELETE', 'Price_Books', ['delete', 'get', 'update']],
  ['ZohoCRM.settings.ALL,ZohoCRM.users.READ', 'Leads', []],
]

for (const [scopes, module, allowed] of ROWS) {
  test(`${scopes} allows in ${module}: ${allowed.join(', ') || 'nothing'}`, async () => {
    const token = await createToken(server, tenant.org, 'zoho', scopes)
    for (const name of CALLS) {
      const response = await call(name, module, token)
      const text = await response.text()
      const refused = text.includes('OAUTH_SCOPE_MISMATCH')
      assert.equal(refused, !allowed.includes(name), `${name}: ${String(response.status)} ${text.slice(0, 200)}`)
      assert.equal(response.status === 401, refused, name)
    }
  })
}
