import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { countersOf, mustWork, upload, type Counter } from '../e2e/support/counter.ts'
import { form } from '../e2e/support/form.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createTenant, jsonBody, mustJson, type Tenant } from '../e2e/support/tenant.ts'

const COUNT = 1_000
const BATCH = 100

let server: Server
let tenant: Tenant
let counters: readonly Counter[]

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  counters = countersOf(server, tenant)
})
after(() => server.stop())

test('class 26: guessable or never-ending public links', async (t) => {
  const ids = await uploadMany()

  await t.test('a thousand ids share nothing', () => {
    assert.equal(new Set(ids).size, COUNT)
    for (const id of ids) assert.match(id, /^[0-9A-Za-z]{20}$/)
    // Two of a thousand share four characters once in thirty runs; three such pairs are no accident.
    for (const cut of [(id: string) => id.slice(0, 4), (id: string) => id.slice(-4)])
      assert.ok(COUNT - new Set(ids.map(cut)).size <= 2, 'prefixes or ends repeat')
    // In every place nearly all of the 62 characters come up, each about as often as any other.
    for (let place = 0; place < 20; place++) {
      const counts = countsOf(ids.map((id) => id.charAt(place)))
      assert.ok(counts.size >= 58, `place ${place} knows ${counts.size} characters`)
      assert.ok(Math.max(...counts.values()) < 50, `place ${place} has a favourite`)
    }
    const counts = [...countsOf(ids.flatMap((id) => [...id])).values()]
    const expected = (COUNT * 20) / 62
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // 61 degrees of freedom: 61 on average, above 150 less than once in a billion runs.
    assert.ok(chiSquare < 150, `chi-square ${chiSquare.toFixed(1)}`)
    const rising = ids.filter((id, index) => index > 0 && id > (ids[index - 1] ?? '')).length
    assert.ok(rising > 400 && rising < 600, `${rising} of ${COUNT} are greater than the one before`)
  })

  await t.test('no other id opens a document, nor can one be made of them', async () => {
    const listed = await mustJson<{ data: { id: string; $file_id: string }[] }>(
      await tenant.zoho(`/Contacts/${tenant.contact.zoho}/Attachments?per_page=50`),
      200,
    )
    assert.equal(listed.data.length, 50)
    for (const { id, $file_id } of listed.data) {
      assert.ok(!ids.includes($file_id))
      for (const guess of [id, $file_id, $file_id.slice(9) + $file_id.slice(0, 9)])
        assert.equal(await statusOf(guess), 404)
    }
    const others = [
      tenant.fieldId,
      tenant.textFieldId,
      tenant.location,
      tenant.contact.highlevel,
      tenant.leadId,
      tenant.org,
    ]
    for (const id of others) assert.equal(await statusOf(id), 404)
    const [id = ''] = ids
    const near = [
      id.toLowerCase(),
      id.toUpperCase(),
      id.slice(0, 19),
      `${id}0`,
      `${id.slice(0, 19)}_`,
      `${id.slice(0, 19)}%25`,
      `%20${id}`,
    ]
    for (const guess of near.filter((guess) => guess !== id)) assert.equal(await statusOf(guess), 404, guess)
  })

  await t.test('what entered through another door has no public link', async () => {
    const [zoho] = counters
    assert.ok(zoho)
    const [url = ''] = zoho.urlsOf(
      await upload(server, zoho, form({ name: 'file', filename: 'a.txt', bytes: 'private' })),
    )
    const { data } = await mustJson<{ data: { $file_id: string }[] }>(
      await tenant.zoho(`/Leads/${tenant.leadId}/Attachments`),
      200,
    )
    assert.equal(await statusOf(data[0]?.$file_id ?? ''), 404)
    assert.equal((await fetch(url)).status, 401)
  })

  await t.test('a link ends with its file, and with its record', async () => {
    const { data } = await mustJson<{ data: { id: string }[] }>(
      await tenant.zoho(`/Contacts/${tenant.contact.zoho}/Attachments`),
      200,
    )
    const newest = ids.at(-1) ?? ''
    assert.equal(await statusOf(newest), 200)
    const removed = await tenant.zoho(`/Contacts/${tenant.contact.zoho}/Attachments/${data[0]?.id ?? ''}`, {
      method: 'DELETE',
    })
    assert.equal(removed.status, 200)
    assert.equal(await statusOf(newest), 404)
    const [oldest = ''] = ids
    assert.equal(await statusOf(oldest), 200)
    await mustJson(await tenant.highlevel(`/contacts/${tenant.contact.highlevel}`, { method: 'DELETE' }), 200)
    assert.equal(await statusOf(oldest), 404)
    const [zoho] = counters
    assert.ok(zoho)
    await mustWork(server, zoho)
  })
})

/** Ids of documents in the order in which they were given. */
async function uploadMany(): Promise<string[]> {
  const body = { name: 'Many', dataType: 'FILE_UPLOAD', isMultipleFile: true, maxNumberOfFiles: BATCH }
  const { customField } = await mustJson<{ customField: { id: string } }>(
    await tenant.highlevel(`/locations/${tenant.location}/customFields`, jsonBody(body)),
    201,
  )
  const [, highlevel] = counters
  assert.ok(highlevel)
  const ids: string[] = []
  for (let batch = 0; batch < COUNT / BATCH; batch++) {
    const parts = Array.from({ length: BATCH }, (_, index) => ({
      name: `${customField.id}_${index}`,
      filename: 'a.txt',
      bytes: `${batch} ${index}`,
    }))
    const answer = await upload(server, highlevel, form(...parts))
    assert.equal(answer.status, 200, answer.body)
    const { contact } = JSON.parse(answer.body) as Uploaded
    const value = contact.customFields.find(({ id }) => id === customField.id)?.value ?? {}
    ids.push(...parts.map((_, index) => value[String(index)]?.documentId ?? ''))
  }
  return ids
}

interface Uploaded {
  readonly contact: {
    readonly customFields: { readonly id: string; readonly value: Record<string, { documentId: string }> }[]
  }
}

async function statusOf(id: string): Promise<number> {
  const response = await fetch(`${server.origin}/documents/download/${id}`)
  await response.arrayBuffer()
  return response.status
}

function countsOf(characters: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1)
  return counts
}
