/** Every module that the reference page lists, in every spelling that clients use: a record from its making to its end. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { form } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, insert, mustJson, type Tenant } from '../support/tenant.ts'

/** API name, and the one field that Zoho asks for. */
const MODULES = [
  ['Leads', 'Last_Name'],
  ['Accounts', 'Account_Name'],
  ['Contacts', 'Last_Name'],
  ['Deals', 'Deal_Name'],
  ['Campaigns', 'Campaign_Name'],
  ['Tasks', 'Subject'],
  ['Cases', 'Subject'],
  ['Events', 'Event_Title'],
  ['Solutions', 'Solution_Title'],
  ['Products', 'Product_Name'],
  ['Vendors', 'Vendor_Name'],
  ['Price_Books', 'Price_Book_Name'],
  ['Quotes', 'Subject'],
  ['Sales_Orders', 'Subject'],
  ['Purchase_Orders', 'Subject'],
  ['Invoices', 'Subject'],
  ['Notes', 'Note_Content'],
  ['Site_Visits', 'Name'],
] as const

let server: Server
let tenant: Tenant

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
})
after(() => server.stop())

function spellingsOf(module: string): string[] {
  const bare = module.replaceAll('_', '')
  return [...new Set([module, module.toLowerCase(), bare, bare.toLowerCase(), module.replaceAll('_', '%20')])]
}

for (const [module, mandatory] of MODULES) {
  for (const spelling of spellingsOf(module)) {
    test(`${spelling}: insert, upload, list, download, delete`, async () => {
      const record = await insert(tenant.zoho, spelling, { [mandatory]: `One of ${module}` })
      const path = `/${spelling}/${record}/Attachments`
      const file = form(['file', new File([`of ${spelling}`], 'file.txt')])
      const { data } = await mustJson<{ data: { details: { id: string } }[] }>(await tenant.zoho(path, file), 200)
      const id = data[0]?.details.id ?? ''

      const listed = await mustJson<{ data: Record<string, unknown>[] }>(await tenant.zoho(path), 200)
      const [row] = listed.data
      assert.deepEqual([listed.data.length, row?.['id'], row?.['$se_module']], [1, id, module])
      assert.deepEqual(row?.['Parent_Id'], { name: `One of ${module}`, id: record })
      assert.equal(await (await tenant.zoho(`${path}/${id}`)).text(), `of ${spelling}`)

      await mustJson(await tenant.zoho(`${path}/${id}`, { method: 'DELETE' }), 200)
      assert.equal((await tenant.zoho(path)).status, 204)
      await mustJson(await tenant.zoho(`/${spelling}/${record}`, { method: 'DELETE' }), 200)
      assert.equal((await tenant.zoho(`/${spelling}/${record}`)).status, 204)
    })
  }

  test(`${module}: no record without ${mandatory}`, async () => {
    const sent = await tenant.zoho(`/${module}`, { method: 'POST', body: '{"data":[{"Remark":"x"}]}' })
    const { data } = await mustJson<{ data: { code: string; details: object }[] }>(sent, 400)
    assert.deepEqual([data[0]?.code, data[0]?.details], ['MANDATORY_NOT_FOUND', { api_name: mandatory }])
  })
}
