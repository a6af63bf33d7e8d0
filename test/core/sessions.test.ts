// How long somebody stays logged in, by a clock of the test's own.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openSqliteCatalog } from '../../src/catalog/sqlite/open.ts'
import type { Catalog } from '../../src/core/ports/catalog.ts'
import { createIdSource } from '../../src/core/model/ids.ts'
import { createGate } from '../../src/core/access/authorize.ts'
import { OPERATOR, operatorIn } from '../../src/core/access/operator.ts'
import type { UserId } from '../../src/core/model/model.ts'
import { createOrganizations } from '../../src/core/crm/organizations.ts'
import { createSessions, SESSION_MS, type Sessions } from '../../src/core/access/sessions.ts'
import { createUsers } from '../../src/core/access/users.ts'
import { passwords } from '../../src/server/passwords.ts'

const [LOGIN, PASSWORD] = ['ann@example.com', 'correct horse battery']

let folder: string
let catalog: Catalog
let sessions: Sessions
let clock = 1_000_000

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dossier-sessions-'))
  catalog = await openSqliteCatalog({ folder })
  const [newId, now] = [createIdSource(), () => clock]
  const access = { invalidate: () => undefined }
  const parts = { catalog, passwords, access, gate: createGate(catalog), newId, now }
  const organizations = createOrganizations({ ...parts, collect: async () => undefined })
  const { id } = await organizations.create(OPERATOR, { name: 'Acme', user: { name: 'Ann', email: LOGIN } })
  const users = createUsers(parts)
  const actor = operatorIn(id, '' as UserId)
  const [ann] = await users.list(actor)
  assert.ok(ann)
  await users.setLogin(actor, ann, ` ${LOGIN.toUpperCase()} `, PASSWORD)
  sessions = createSessions(catalog, passwords, access, newId, now, null)
})
after(async () => {
  await catalog.close()
  await rm(folder, { recursive: true })
})

const logIn = (replaces: string | null = null) =>
  sessions.logIn({ login: LOGIN, password: PASSWORD, address: '192.0.2.1', replaces })

test('a session ends when nothing is asked of it for half an hour', async () => {
  const { secret } = await logIn()
  clock += SESSION_MS.idle - 1
  assert.equal((await sessions.find(secret))?.account.login, LOGIN)
  clock += SESSION_MS.idle - 1
  assert.notEqual(await sessions.find(secret), null)
  clock += SESSION_MS.idle
  assert.equal(await sessions.find(secret), null)
})

test('a session ends after twelve hours, however busy it is', async () => {
  const { secret } = await logIn()
  const end = clock + SESSION_MS.whole
  for (; clock < end; clock += SESSION_MS.idle / 2) assert.notEqual(await sessions.find(secret), null)
  assert.equal(await sessions.find(secret), null)
})

test('a new login takes the place of the old one, and logging out ends it', async () => {
  const { secret: old } = await logIn()
  const { secret } = await logIn(old)
  assert.equal(await sessions.find(old), null)
  assert.notEqual(await sessions.find(secret), null)
  await sessions.logOut(secret)
  assert.equal(await sessions.find(secret), null)
})
