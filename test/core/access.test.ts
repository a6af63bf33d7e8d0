// What an authenticated request costs the catalog: one read at most, and none while its token was seen within the last second.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openSqliteCatalog } from '../../src/catalog/sqlite/open.ts'
import { createAccess, type Access } from '../../src/core/access/access.ts'
import type { Catalog } from '../../src/core/ports/catalog.ts'
import { Fault } from '../../src/core/model/fault.ts'
import { createIdSource } from '../../src/core/model/ids.ts'
import { createGate } from '../../src/core/access/authorize.ts'
import { OPERATOR } from '../../src/core/access/operator.ts'
import { createOrganizations } from '../../src/core/crm/organizations.ts'

let folder: string
let catalog: Catalog
let clock = 1_000_000
/** The catalog's methods by name, as they were called. */
const calls: string[] = []
let access: Access
let other: Access
let secret: string

/** Another thread's view of the same catalog would have an Access of its own. */
function accessOn(counted: Catalog): Access {
  return createAccess({ catalog: counted, gate: createGate(counted), newId: createIdSource(), now: () => clock })
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dossier-access-'))
  catalog = await openSqliteCatalog({ folder })
  const counted = new Proxy(catalog, {
    get(target, name, receiver) {
      calls.push(String(name))
      return Reflect.get(target, name, receiver) as unknown
    },
  })
  access = accessOn(counted)
  other = accessOn(catalog)
  const organizations = createOrganizations({
    ...{ catalog, gate: createGate(catalog), newId: createIdSource(), now: () => clock },
    collect: async () => undefined,
  })
  const { id } = await organizations.create(OPERATOR, { name: 'Acme', user: { name: 'Ann', email: 'ann@example.com' } })
  const request = { kind: 'zoho', organization: id, agency: '', user: null, client: null, label: '' } as const
  const scopes = ['ZohoCRM.modules.ALL']
  secret = (await access.create(OPERATOR, { ...request, scopes, expiresAt: null }, null)).secret
})
after(async () => {
  await catalog.close()
  await rm(folder, { recursive: true })
})

function readsOf(work: () => Promise<unknown>): Promise<string[]> {
  calls.length = 0
  return work().then(() => [...calls])
}

const isRefused = (error: unknown) => error instanceof Fault && error.code === 'unauthenticated'

test('a token is looked up once in a second, however often it comes', async () => {
  assert.deepEqual(await readsOf(() => access.identify(secret, ['zoho'])), ['tokenHolder'])
  const often = async () => {
    for (let request = 0; request < 100; request++) await access.identify(secret, ['zoho'])
  }
  assert.deepEqual(await readsOf(often), [])
  clock += 999
  assert.deepEqual(await readsOf(() => access.identify(secret, ['zoho'])), [])
  clock += 1
  assert.deepEqual(await readsOf(() => access.identify(secret, ['zoho'])), ['tokenHolder'])
})

test('a token that nobody has costs one read, and none without a token', async () => {
  assert.deepEqual(await readsOf(() => assert.rejects(access.identify('1000.nobody.has', ['zoho']), isRefused)), [
    'tokenHolder',
  ])
  assert.deepEqual(await readsOf(() => assert.rejects(access.identify(null, ['zoho']), isRefused)), [])
})

test('a token is good for the API that it was made for, and for no other', async () => {
  const isForAnother = (error: unknown) => error instanceof Fault && error.reason === 'audience'
  await assert.rejects(access.identify(secret, ['highlevel', 'private']), isForAnother)
  await assert.rejects(access.identify(secret, ['native']), isForAnother)
  await assert.rejects(access.identify(secret, []), isForAnother)
})

test('revoked elsewhere it is refused within a second, revoked here at once', async () => {
  const caller = await access.identify(secret, ['zoho'])
  await other.revokeAny(OPERATOR, caller.token)
  clock += 1_000
  await assert.rejects(access.identify(secret, ['zoho']), isRefused)
  await assert.rejects(other.identify(secret, ['zoho']), isRefused)
})
