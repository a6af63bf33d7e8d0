/** Lists of attachments: filters, orders, pages, and what cannot be asked. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  createNativeTenant,
  mustBeProblem,
  newRecord,
  operatorOf,
  put,
  type Api,
  type Listed,
  type NativeTenant,
} from './tenant.ts'
import { startServer, type Server } from '../support/server.ts'
import { mustJson } from '../support/tenant.ts'

let server: Server
let operator: Api
let tenant: NativeTenant
let lead: string

before(async () => {
  server = await startServer()
  operator = await operatorOf(server)
  tenant = await createNativeTenant(server, operator)
  const { api, contact } = tenant
  lead = await newRecord(api, 'Leads', { name: 'A lead' })
  await put(api, contact, ['Beta.PDF', 'bb'], ['alpha.txt', 'a'], ['ÄRGER 100%.txt', 'ccc'])
  await put(api, lead, ['photo.jpeg', 'jjjj'], ['noext', 'eeeee'])
  const form = new FormData()
  form.append('link', 'https://example.com/alpha')
  await api(`/records/${lead}/attachments`, { method: 'POST', body: form })
})
after(() => server.stop())

async function names(query: string, path = '/attachments'): Promise<string[]> {
  const { items } = await mustJson<Listed>(await tenant.api(`${path}?${query}`), 200)
  return items.map(({ name }) => name)
}

test('each filter lets through what it says', async () => {
  const { contact } = tenant
  const link = 'https://example.com/alpha'
  const all = ['Beta.PDF', 'alpha.txt', 'ÄRGER 100%.txt', 'photo.jpeg', 'noext', link]
  const cases: readonly (readonly [query: string, expected: readonly string[]])[] = [
    ['', all],
    [`record=${contact}`, all.slice(0, 3)],
    ['module=leads', all.slice(3)],
    [`record=${lead}&kind=file`, ['photo.jpeg', 'noext']],
    ['kind=link', [link]],
    ['type=application/pdf', ['Beta.PDF']],
    ['type=text/plain', ['alpha.txt', 'ÄRGER 100%.txt']],
    ['type=image/*', ['photo.jpeg']],
    ['type=image/nothing', []],
    ['name=ALPHA', ['alpha.txt', link]],
    [`name=${encodeURIComponent('ärger')}`, ['ÄRGER 100%.txt']],
    ['name=100%25', ['ÄRGER 100%.txt']],
    ['name=%25', ['ÄRGER 100%.txt']],
    ['name=_', []],
    ['minSize=2&maxSize=3', ['Beta.PDF', 'ÄRGER 100%.txt']],
    [`sha256=${createHash('sha256').update('a').digest('hex').toUpperCase()}`, ['alpha.txt']],
    ['createdUntil=2020-01-01T00:00:00Z', []],
    ['createdFrom=2020-01-01T00:00:00Z&createdUntil=2100-01-01T00:00:00%2B02:00&name=beta', ['Beta.PDF']],
    ['field=1000000000000000001', []],
    ['record=none', []],
    ['record=1000000000000000001', []],
  ]
  for (const [query, expected] of cases) assert.deepEqual(await names(`${query}&order=asc`), expected, query)
  assert.deepEqual(await names('name=a', `/records/${contact}/attachments`), ['Beta.PDF', 'alpha.txt'].reverse())
})

test('every order goes through in pages, each attachment once', async () => {
  for (const sort of ['created', 'name', 'size']) {
    for (const order of ['asc', 'desc']) {
      const whole = await names(`sort=${sort}&order=${order}`)
      const found: string[] = []
      for (let next: string | null = ''; next !== null;) {
        const cursor: string = next === '' ? '' : `&cursor=${next}`
        const path = `/attachments?sort=${sort}&order=${order}&limit=2${cursor}`
        const page: Listed = await mustJson<Listed>(await tenant.api(path), 200)
        assert.ok(page.items.length <= 2)
        found.push(...page.items.map(({ name }) => name))
        next = page.next
      }
      assert.equal(new Set(found).size, 6)
      assert.deepEqual(found, whole)
    }
  }
  assert.deepEqual((await names('sort=name&order=asc')).slice(0, 2), ['alpha.txt', 'Beta.PDF'])
  assert.deepEqual((await names('sort=size&order=desc')).slice(0, 2), ['noext', 'photo.jpeg'])
})

test('a page goes on where it ended, though its last attachment was removed meanwhile', async () => {
  const { api, contact } = await createNativeTenant(server, operator)
  const files = await put(api, contact, ['1', '1'], ['2', '2'], ['3', '3'])
  for (const sort of ['name', 'created']) {
    const page = await mustJson<Listed>(await api(`/attachments?sort=${sort}&order=asc&limit=1`), 200)
    await api(`/attachments/${page.items[0]?.id ?? ''}`, { method: 'DELETE' })
    const path = `/attachments?sort=${sort}&order=asc&cursor=${page.next ?? ''}`
    const rest = await mustJson<Listed>(await api(path), 200)
    assert.equal(rest.items.at(-1)?.id, files[2]?.id)
    assert.equal(rest.items[0]?.id, sort === 'name' ? files[1]?.id : files[2]?.id)
  }
})

test('what cannot be asked is told, parameter by parameter', async () => {
  const { api } = tenant
  const foreign = Buffer.from('["size","desc","x","1000000000000000001"]').toString('base64url')
  const wrong = [
    ...['limit=0', 'limit=201', 'limit=1e2', 'limit=-1', 'limit=1&limit=2', 'sort=hash', 'order=up', 'recrod=1'],
    ...[
      'cursor=x',
      `cursor=${foreign}`,
      `sort=size&cursor=${foreign}`,
      'cursor=WyJhIl0',
      `cursor=${'A'.repeat(3_000)}`,
    ],
    ...['sha256=abc', 'type=image', 'type=*/*', 'minSize=-1', 'minSize=999999999999999999', 'createdFrom=yesterday'],
    ...['record=x', "field='%20or%201=1", `name=${'x'.repeat(256)}`, 'name='],
  ]
  for (const query of wrong) {
    const problem = await mustBeProblem(await api(`/attachments?${query}`), 400, 'invalid_input')
    assert.equal(problem.subject, 'parameter', query)
  }
  await mustBeProblem(await api('/attachments?module=Nothing'), 404, 'not_found')
})
