import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { form, mustRefuse } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, insert, mustJson, type Tenant } from '../support/tenant.ts'

interface Uploaded {
  readonly data: readonly { readonly details: { readonly id: string } }[]
}

let server: Server
let tenant: Tenant
let attachments: string

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  attachments = `/Leads/${tenant.leadId}/Attachments`
})
after(() => server.stop())

const UNKNOWN = '1000000000000000001'
const remove = { method: 'DELETE' }

async function uploaded(count: number, to = attachments): Promise<string[]> {
  const files = Array.from(
    { length: count },
    (_, at) => ['file', new File([`file ${String(at)}`], `${String(at)}.txt`)] as const,
  )
  const { data } = await mustJson<Uploaded>(await tenant.zoho(to, form(...files)), 200)
  return data.map(({ details }) => details.id)
}

function deleted(id: string) {
  return { code: 'SUCCESS', details: { id }, message: 'record deleted', status: 'success' }
}

function notDeleted(id: string) {
  return { code: 'INVALID_DATA', details: { id }, message: 'record not deleted', status: 'error' }
}

async function isThere(id: string): Promise<boolean> {
  return (await tenant.zoho(`${attachments}/${id}`)).status === 200
}

test('one attachment, and then it is gone', async () => {
  const [id = ''] = await uploaded(1)
  assert.deepEqual(await mustJson(await tenant.zoho(`${attachments}/${id}`, remove), 200), { data: [deleted(id)] })
  assert.equal(await isThere(id), false)
  await mustRefuse(await tenant.zoho(`${attachments}/${id}`, remove), {
    status: 400,
    code: 'INVALID_DATA',
    message: 'record not deleted',
  })
})

test('a link is deleted like a file, and may be attached again', async () => {
  const link = form(['attachmentUrl', 'https://example.com/again'])
  const { data } = await mustJson<Uploaded>(await tenant.zoho(attachments, link), 200)
  const id = data[0]?.details.id ?? ''
  assert.deepEqual(await mustJson(await tenant.zoho(`${attachments}/${id}`, remove), 200), { data: [deleted(id)] })
  assert.equal((await tenant.zoho(attachments, link)).status, 200)
})

for (const [way, comma] of [
  ['raw', ','],
  ['encoded', '%2C'],
] as const) {
  test(`many at once, in the order of ids, with ${way} commas`, async () => {
    const [a = '', b = '', c = '', kept = ''] = await uploaded(4)
    const response = await tenant.zoho(`${attachments}?ids=${[c, a, b].join(comma)}&`, remove)
    assert.deepEqual(await mustJson(response, 200), { data: [deleted(c), deleted(a), deleted(b)] })
    assert.deepEqual(await Promise.all([a, b, c, kept].map(isThere)), [false, false, false, true])
  })
}

test('unknown ids among known ones fail alone', async () => {
  const [a = '', b = ''] = await uploaded(2)
  const response = await tenant.zoho(`${attachments}?ids=${a},${UNKNOWN},no-id,${b}`, remove)
  assert.deepEqual(await mustJson(response, 200), {
    data: [deleted(a), notDeleted(UNKNOWN), notDeleted('no-id'), deleted(b)],
  })
})

test('an id that is named twice is deleted and answered once', async () => {
  const [a = '', b = ''] = await uploaded(2)
  const response = await tenant.zoho(`${attachments}?ids=${a},${b},%20${a},`, remove)
  assert.deepEqual(await mustJson(response, 200), { data: [deleted(a), deleted(b)] })
})

test('an attachment of another record is not there', async () => {
  const other = await insert(tenant.zoho, 'Leads', { Last_Name: 'Grey' })
  const [id = ''] = await uploaded(1)
  assert.deepEqual(await mustJson(await tenant.zoho(`/Leads/${other}/Attachments?ids=${id}`, remove), 200), {
    data: [notDeleted(id)],
  })
  assert.equal((await tenant.zoho(`/Leads/${other}/Attachments/${id}`, remove)).status, 400)
  assert.equal(await isThere(id), true)
})

for (const query of ['', '?ids=', '?ids=,', '?ids']) {
  test(`without ids (${query || 'no query'}) nothing is deleted`, async () => {
    const [id = ''] = await uploaded(1)
    await mustRefuse(await tenant.zoho(attachments + query, remove), {
      status: 400,
      code: 'REQUIRED_PARAM_MISSING',
      message: 'One of the expected parameter is missing',
      details: { param_name: 'ids' },
    })
    assert.equal(await isThere(id), true)
  })
}

test('more than 100 ids in one call are refused, and nothing is deleted', async () => {
  const [id = ''] = await uploaded(1)
  const ids = [id, ...Array.from({ length: 100 }, (_, at) => String(2_000_000_000_000_000_000n + BigInt(at)))]
  const response = await tenant.zoho(`${attachments}?ids=${ids.join(',')}`, remove)
  assert.equal(response.status, 400)
  const body = (await response.json()) as Record<string, unknown>
  assert.equal(body['code'], 'INVALID_DATA')
  assert.match(String(body['message']), /101 .*at most 100/)
  assert.equal(await isThere(id), true)
})

test('with its record an attachment goes', async () => {
  const lead = await insert(tenant.zoho, 'Leads', { Last_Name: 'Short' })
  const [id = ''] = await uploaded(1, `/Leads/${lead}/Attachments`)
  await mustJson(await tenant.zoho(`/Leads/${lead}`, remove), 200)
  await mustRefuse(await tenant.zoho(`/Leads/${lead}/Attachments/${id}`), {
    status: 400,
    code: 'INVALID_DATA',
    message: 'the related id given seems to be invalid',
  })
})
