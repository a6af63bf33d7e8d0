/** What goes in through Zoho comes out through Zoho and through HighLevel unchanged: large, empty, and under any name. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  digestOf,
  digestOfBody,
  form,
  manyBytes,
  MEBIBYTE,
  mustRefuse,
  rawFile,
  rawForm,
  streamedForm,
  UNICODE_NAME,
  type Digest,
} from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, jsonBody, mustJson, type Tenant } from '../support/tenant.ts'

interface FileValue {
  readonly url: string
  readonly meta: { readonly originalname: string; readonly size: number }
}
interface Contact {
  readonly contact: {
    readonly customFields: readonly { readonly id: string; readonly value: Record<string, FileValue> }[]
  }
}

const LIMIT = 100 * MEBIBYTE

let server: Server
let tenant: Tenant
let attachments: string

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  attachments = `/Contacts/${tenant.contact.zoho}/Attachments`
})
after(() => server.stop())

async function uploaded(init: RequestInit): Promise<string> {
  const { data } = await mustJson<{ data: { details: { id: string } }[] }>(await tenant.zoho(attachments, init), 200)
  return `${attachments}/${data[0]?.details.id ?? ''}`
}

/** Puts the attachment's URL into the contact's file field, and answers what HighLevel makes of it. */
async function inField(path: string): Promise<FileValue> {
  const customFields = [{ id: tenant.fieldId, field_value: { one: { url: `${server.origin}/crm/v2${path}` } } }]
  const sent = await tenant.highlevel(`/contacts/${tenant.contact.highlevel}`, jsonBody({ customFields }, 'PUT'))
  const { contact } = await mustJson<Contact>(sent, 200)
  const value = contact.customFields.find(({ id }) => id === tenant.fieldId)?.value['one']
  assert.ok(value !== undefined)
  return value
}

async function mustComeOut(path: string, name: string, expected: Digest): Promise<void> {
  const throughZoho = await tenant.zoho(path)
  assert.equal(throughZoho.headers.get('content-length'), String(expected.size))
  assert.deepEqual(await digestOfBody(throughZoho), expected)

  const { url, meta } = await inField(path)
  assert.deepEqual([meta.originalname, meta.size], [name, expected.size])
  const throughHighLevel = await fetch(url)
  assert.equal(throughHighLevel.status, 200)
  assert.equal(throughHighLevel.headers.get('content-length'), String(expected.size))
  const disposition = throughHighLevel.headers.get('content-disposition') ?? ''
  assert.equal(decodeURIComponent(/filename\*=UTF-8''(.*)$/.exec(disposition)?.[1] ?? ''), name)
  assert.deepEqual(await digestOfBody(throughHighLevel), expected)
}

test('exactly 100 MiB', async () => {
  const path = await uploaded(streamedForm('file', 'limit.bin', LIMIT))
  await mustComeOut(path, 'limit.bin', await digestOf(manyBytes(LIMIT)))
})

test('one byte more is refused, and nothing of it is kept', async () => {
  const before = await (await tenant.zoho(attachments)).text()
  await mustRefuse(await tenant.zoho(attachments, streamedForm('file', 'over.bin', LIMIT + 1)), {
    status: 400,
    code: 'FILE_SIZE_MORE_THAN_ALLOWED_SIZE',
    message: 'please check if the file size is in the correct range',
  })
  assert.equal(await (await tenant.zoho(attachments)).text(), before)
})

test(`a file named ${UNICODE_NAME}`, async () => {
  const content = Buffer.from('Grüße, 見積書 📎')
  await mustComeOut(await uploaded(rawForm(rawFile(UNICODE_NAME, content))), UNICODE_NAME, await digestOf([content]))
})

test('an empty file', async () => {
  await mustComeOut(await uploaded(form(['file', new File([], 'empty.txt')])), 'empty.txt', await digestOf([]))
})

for (const size of [1, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 3 * MEBIBYTE]) {
  test(`${String(size)} bytes`, async () => {
    const path = await uploaded(streamedForm('file', `${String(size)}.bin`, size))
    await mustComeOut(path, `${String(size)}.bin`, await digestOf(manyBytes(size)))
  })
}

test('the same bytes twice are two attachments, and one outlives the other', async () => {
  const digest = await digestOf(manyBytes(200_000))
  const first = await uploaded(streamedForm('file', 'first.bin', 200_000))
  const second = await uploaded(streamedForm('file', 'second.bin', 200_000))
  await mustJson(await tenant.zoho(first, { method: 'DELETE' }), 200)
  assert.equal((await tenant.zoho(first)).status, 204)
  await mustComeOut(second, 'second.bin', digest)
})

test('what is deleted through Zoho is gone from the field and from its link', async () => {
  const path = await uploaded(form(['file', new File(['short-lived'], 'short.txt')]))
  const { url } = await inField(path)
  await mustJson(await tenant.zoho(path, { method: 'DELETE' }), 200)
  assert.equal((await fetch(url)).status, 404)
  const { contact } = await mustJson<Contact>(await tenant.highlevel(`/contacts/${tenant.contact.highlevel}`), 200)
  const value = contact.customFields.find(({ id }) => id === tenant.fieldId)?.value ?? {}
  assert.equal(value['one'], undefined)
})
