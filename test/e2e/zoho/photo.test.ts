import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { form, mustRefuse, type Refusal } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, insert, mustJson, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant
let lead: string

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  lead = `/Leads/${tenant.leadId}`
})
after(() => server.stop())

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')
const remove = { method: 'DELETE' }

function photo(bytes: Uint8Array<ArrayBuffer> | string, name: string, type = 'image/png'): RequestInit {
  return form(['file', new File([bytes], name, { type })])
}

const uploadedText = '{"message":"photo uploaded successfully","details":{},"status":"success","code":"SUCCESS"}\n'
const deletedText = '{"message":"Photo deleted","details":{},"status":"success","code":"SUCCESS"}\n'
const NO_PHOTO: Refusal = {
  status: 400,
  code: 'INVALID_MODULE',
  message: 'The given module is not supported in API',
}

test('a photo is uploaded, downloaded, replaced and deleted', async () => {
  const first = await tenant.zoho(`${lead}/photo`, photo(PNG, "it's me.png"))
  assert.deepEqual([first.status, await first.text()], [200, uploadedText])
  const found = await tenant.zoho(`${lead}/photo`)
  assert.equal(found.headers.get('content-type'), 'application/x-download;charset=UTF-8')
  assert.equal(found.headers.get('content-disposition'), "attachment; filename*=UTF-8''it%27s%20me.png")
  assert.equal(found.headers.get('x-content-type-options'), 'nosniff')
  assert.deepEqual(Buffer.from(await found.arrayBuffer()), PNG)

  await mustJson(await tenant.zoho(`${lead}/photo`, photo(JPEG, 'second.jpg', 'image/jpeg')), 200)
  const second = await tenant.zoho(`${lead}/photo`)
  assert.equal(second.headers.get('content-disposition'), "attachment; filename*=UTF-8''second.jpg")
  assert.deepEqual(Buffer.from(await second.arrayBuffer()), JPEG)

  const gone = await tenant.zoho(`${lead}/photo`, remove)
  assert.deepEqual([gone.status, await gone.text()], [200, deletedText])
  const none = await tenant.zoho(`${lead}/photo`)
  assert.deepEqual([none.status, await none.text()], [204, ''])
  assert.equal((await tenant.zoho(`${lead}/photo`, remove)).status, 204)
})

test('a photo is no attachment: not listed, not downloaded and not deleted as one', async () => {
  const record = await insert(tenant.zoho, 'Leads', { Last_Name: 'Pictured' })
  await mustJson(await tenant.zoho(`/Leads/${record}/photo`, photo(PNG, 'me.png')), 200)
  assert.equal((await tenant.zoho(`/Leads/${record}/Attachments`)).status, 204)
})

test('what is no picture is refused and the photo stays', async () => {
  await mustJson(await tenant.zoho(`${lead}/photo`, photo(PNG, 'kept.png')), 200)
  const refusal: Refusal = { status: 400, code: 'INVALID_DATA', message: 'invalid file type' }
  await mustRefuse(await tenant.zoho(`${lead}/photo`, photo('some text', 'notes.txt', 'text/plain')), refusal)
  await mustRefuse(await tenant.zoho(`${lead}/photo`, photo('<html><script>1</script>', 'page.png')), refusal)
  await mustRefuse(await tenant.zoho(`${lead}/photo`, photo('%PDF-1.7\n', 'paper.png')), refusal)
  await mustRefuse(await tenant.zoho(`${lead}/photo`, photo(PNG, 'me.exe')), refusal)
  assert.deepEqual(Buffer.from(await (await tenant.zoho(`${lead}/photo`)).arrayBuffer()), PNG)
})

test('a form without a file, and a body that is no form, hold no photo', async () => {
  const refusal: Refusal = { status: 400, code: 'INVALID_DATA', message: 'the request does not contain any file' }
  await mustRefuse(await tenant.zoho(`${lead}/photo`, form(['picture', new File([PNG], 'a.png')])), refusal)
  await mustRefuse(await tenant.zoho(`${lead}/photo`, { method: 'POST', body: '{}' }), refusal)
  await mustRefuse(await tenant.zoho(`${lead}/photo`, { method: 'POST' }), refusal)
})

for (const module of ['Leads', 'Contacts', 'Accounts', 'Products', 'Vendors', 'Site_Visits']) {
  test(`records of ${module} may have a photo`, async () => {
    const id = await insert(tenant.zoho, module, mandatory(module))
    assert.equal((await tenant.zoho(`/${module}/${id}/photo`, photo(PNG, 'a.png'))).status, 200)
    assert.equal((await tenant.zoho(`/${module}/${id}/photo`)).status, 200)
  })
}

for (const module of ['Deals', 'Notes', 'Price_Books']) {
  test(`records of ${module} have none`, async () => {
    const id = await insert(tenant.zoho, module, mandatory(module))
    await mustRefuse(await tenant.zoho(`/${module}/${id}/photo`, photo(PNG, 'a.png')), NO_PHOTO)
    await mustRefuse(await tenant.zoho(`/${module}/${id}/photo`), NO_PHOTO)
    await mustRefuse(await tenant.zoho(`/${module}/${id}/photo`, remove), NO_PHOTO)
  })
}

test('an unknown record has no photo', async () => {
  await mustRefuse(await tenant.zoho('/Leads/1000000000000000001/photo', photo(PNG, 'a.png')), {
    status: 400,
    code: 'INVALID_DATA',
    message: 'the related id given seems to be invalid',
  })
})

function mandatory(module: string): object {
  const names: Record<string, string> = {
    Leads: 'Last_Name',
    Contacts: 'Last_Name',
    Accounts: 'Account_Name',
    Products: 'Product_Name',
    Vendors: 'Vendor_Name',
    Site_Visits: 'Name',
    Deals: 'Deal_Name',
    Notes: 'Note_Content',
    Price_Books: 'Price_Book_Name',
  }
  return { [names[module] ?? 'Name']: `A photographed one of ${module}` }
}
