/** Attachments through the native API: in, listed, changed, out of the way. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { rawFile, rawForm } from '../support/files.ts'
import {
  createNativeTenant,
  mustBeProblem,
  newRecord,
  operatorOf,
  put,
  type Item,
  type Listed,
  type NativeTenant,
} from './tenant.ts'
import { startServer, type Server } from '../support/server.ts'
import { jsonBody, mustJson } from '../support/tenant.ts'

let server: Server
let tenant: NativeTenant

before(async () => {
  server = await startServer()
  tenant = await createNativeTenant(server, await operatorOf(server))
})
after(() => server.stop())

interface AttachmentItem extends Item {
  readonly record: string | null
  readonly kind: string
  readonly size: number
  readonly sha256: string
  readonly field: string | null
}

test('files and links are uploaded together, in order, with their hashes', async () => {
  const { api } = tenant
  const record = await newRecord(api, 'Leads', { name: 'Up' })
  const form = new FormData()
  form.append('file', new File(['one'], 'Übersicht.txt'))
  form.append('link', 'https://example.com/page')
  form.append('anything', new File(['x'.repeat(100_000)], 'large.pdf'))
  const path = `/records/${record}/attachments`
  const { items } = await mustJson<Listed<AttachmentItem>>(await api(path, { method: 'POST', body: form }), 201)
  assert.deepEqual(
    items.map(({ name, kind, size }) => [name, kind, size]),
    [
      ['Übersicht.txt', 'file', 3],
      ['https://example.com/page', 'link', 0],
      ['large.pdf', 'file', 100_000],
    ],
  )
  assert.equal(items[0]?.sha256, sha256('one'))
  const blank = new FormData()
  blank.append('link', '')
  await mustBeProblem(await api(path, { method: 'POST', body: blank }), 400, 'invalid_input')
  assert.deepEqual(await mustJson(await api(`/attachments/${items[0]?.id ?? ''}`), 200), items[0])
  const listed = await mustJson<Listed>(await api(path), 200)
  assert.deepEqual(listed, { items: [...items].reverse(), next: null })
})

test('a request with one bad part attaches nothing', async () => {
  const { api } = tenant
  const record = await newRecord(api, 'Leads', { name: 'Whole' })
  const bad = [
    ['link', 'ftp://example.com'],
    ['note', 'what is this'],
  ] as const
  for (const [name, text] of bad) {
    const form = new FormData()
    form.append('file', new File(['x'.repeat(70_000)], 'good.txt'))
    form.append(name, text)
    const refused = await api(`/records/${record}/attachments`, { method: 'POST', body: form })
    await mustBeProblem(refused, 400, 'invalid_input')
  }
  await mustBeProblem(
    await api(`/records/${record}/attachments`, { method: 'POST', body: new FormData() }),
    400,
    'invalid_input',
  )
  assert.deepEqual(await mustJson(await api(`/records/${record}/attachments`), 200), { items: [], next: null })
})

test('an upload that is repeated under its key is answered as it was; announced hashes are compared', async () => {
  const { api, contact } = tenant
  const path = `/records/${contact}/attachments`
  const once = () => {
    const { body, headers } = rawForm(rawFile('once.txt', 'once'))
    return api(path, {
      method: 'POST',
      body: body ?? null,
      headers: { ...headers, 'idempotency-key': 'once' } as Record<string, string>,
    })
  }
  const first = await mustJson(await once(), 201)
  assert.deepEqual(await mustJson(await once(), 201), first)
  const other = rawForm(rawFile('once.txt', 'other'))
  const wrong = { ...(other.headers as Record<string, string>), 'idempotency-key': 'once' }
  await mustBeProblem(await api(path, { method: 'POST', body: other.body ?? null, headers: wrong }), 409, 'conflict')
  const digest = { ...(other.headers as Record<string, string>), 'content-digest': `sha-256=:${btoa('x'.repeat(32))}:` }
  await mustBeProblem(
    await api(path, { method: 'POST', body: other.body ?? null, headers: digest }),
    400,
    'invalid_input',
  )
})

test('files go into a file field that takes their type, and not into another', async () => {
  const { api, contact } = tenant
  const body = { name: 'Scans', acceptedTypes: ['jpg'], maxFiles: 1 }
  const { id } = await mustJson<Item>(await api('/modules/Contacts/fields', jsonBody(body)), 201)
  const upload = (query: string, record: string, ...names: string[]) => {
    const form = new FormData()
    for (const name of names) form.append('file', new File([name], name))
    return api(`/records/${record}/attachments?${query}`, { method: 'POST', body: form })
  }
  const { items } = await mustJson<Listed<AttachmentItem>>(await upload(`field=${id}`, contact, 'a.JPEG'), 201)
  assert.equal(items[0]?.field, id)
  const record = await mustJson<{ entries: { attachment: string }[] }>(await api(`/records/${contact}`), 200)
  assert.deepEqual(
    record.entries.map(({ attachment }) => attachment),
    [items[0]?.id],
  )
  await mustBeProblem(await upload(`field=${id}`, contact, 'a.pdf'), 415, 'type_refused')
  await mustBeProblem(await upload(`field=${id}`, contact, 'a.jpg', 'b.jpg'), 400, 'invalid_input')
  const lead = await newRecord(api, 'Leads', { name: 'Other module' })
  await mustBeProblem(await upload(`field=${id}`, lead, 'a.jpg'), 400, 'invalid_input')
  await mustBeProblem(await upload('field=1000000000000000001', contact, 'a.jpg'), 404, 'not_found')
})

test('what belongs to the organization itself is uploaded, listed and moved to a record', async () => {
  const { api, contact } = tenant
  const form = new FormData()
  form.append('file', new File(['terms'], 'terms.txt'))
  const { items } = await mustJson<Listed<AttachmentItem>>(
    await api('/attachments', { method: 'POST', body: form }),
    201,
  )
  const [own] = items
  assert.equal(own?.record, null)
  const listed = await mustJson<Listed>(await api('/attachments?record=none'), 200)
  assert.deepEqual(listed.items, [own])
  const path = `/attachments/${own.id}`
  const moved = await mustJson<AttachmentItem>(await api(path, jsonBody({ record: contact }, 'PATCH')), 200)
  assert.equal(moved.record, contact)
  assert.deepEqual((await mustJson<Listed>(await api('/attachments?record=none'), 200)).items, [])
})

test('an attachment is renamed and moved, out of its field, and not to a record that is not there', async () => {
  const { api, contact } = tenant
  const { id: field } = await mustJson<Item>(await api('/modules/Contacts/fields', jsonBody({ name: 'Moving' })), 201)
  const form = new FormData()
  form.append('file', new File(['m'], 'm.txt'))
  const path = `/records/${contact}/attachments?field=${field}`
  const { items } = await mustJson<Listed<AttachmentItem>>(await api(path, { method: 'POST', body: form }), 201)
  const one = `/attachments/${items[0]?.id ?? ''}`
  const named = await mustJson<AttachmentItem>(await api(one, jsonBody({ name: 'renamed.txt' }, 'PATCH')), 200)
  assert.deepEqual([named.name, named.record, named.field], ['renamed.txt', contact, field])
  await mustBeProblem(await api(one, jsonBody({ record: '1000000000000000001' }, 'PATCH')), 404, 'not_found')
  await mustBeProblem(await api(one, jsonBody({ name: '' }, 'PATCH')), 400, 'invalid_input')
  const other = await newRecord(api, 'Leads', { name: 'There' })
  const moved = await mustJson<AttachmentItem>(await api(one, jsonBody({ record: other }, 'PATCH')), 200)
  assert.deepEqual([moved.name, moved.record, moved.field], ['renamed.txt', other, null])
  const left = await mustJson<{ entries: { field: string }[] }>(await api(`/records/${contact}`), 200)
  assert.ok(left.entries.every((entry) => entry.field !== field))
  assert.equal(await (await api(`${one}/content`)).text(), 'm')
})

test('a link moves to no record that has it already', async () => {
  const { api } = tenant
  const [from, to] = [await newRecord(api, 'Leads', { name: 'A' }), await newRecord(api, 'Leads', { name: 'B' })]
  const ids: string[] = []
  for (const record of [from, to]) {
    const form = new FormData()
    form.append('link', 'https://example.com/same')
    const sent = await api(`/records/${record}/attachments`, { method: 'POST', body: form })
    ids.push((await mustJson<Listed>(sent, 201)).items[0]?.id ?? '')
  }
  await mustBeProblem(await api(`/attachments/${ids[0] ?? ''}`, jsonBody({ record: to }, 'PATCH')), 409, 'conflict')
})

test('attachments are deleted one by one and in bulk', async () => {
  const { api, contact } = tenant
  const files = await put(api, contact, ['1', '1'], ['2', '2'], ['3', '3'])
  const [one = '', two = '', three = ''] = files.map(({ id }) => id)
  assert.equal((await api(`/attachments/${one}`, { method: 'DELETE' })).status, 204)
  await mustBeProblem(await api(`/attachments/${one}`, { method: 'DELETE' }), 404, 'not_found')
  const bulk = await mustJson(await api('/attachments/delete', jsonBody({ ids: [one, two, three] })), 200)
  assert.deepEqual(bulk, {
    items: [
      { id: one, outcome: 'missing' },
      { id: two, outcome: 'removed' },
      { id: three, outcome: 'removed' },
    ],
  })
  for (const ids of [[], ['x'], Array.from({ length: 501 }, () => one)])
    await mustBeProblem(await api('/attachments/delete', jsonBody({ ids })), 400, 'invalid_input')
})

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
