/** `dossier backup` broken off, held up, and what is removed meanwhile. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { until } from './data-folder.ts'
import {
  command,
  edit,
  keyOf,
  keysIn,
  large,
  mustBeWell,
  mustRefuseToRun,
  newFolder,
  pathOf,
  removeUpload,
  start,
} from './recovery.ts'
import { counts, mustHold, stopAmongFiles, uploadMany, uploadOne } from './recovery-load.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

const data = newFolder({ after })
let server: Server
let tenant: Tenant

before(async () => {
  server = await startServer({ folder: data, args: ['--no-limits'] })
  tenant = await createTenant(server)
  await uploadMany(tenant, 30)
})
after(() => server.stop())

const backup = (to: string) => ['backup', '--data', data, '--to', to] as const
const restore = (from: string, into: string) => command('restore', '--from', from, '--data', into)

test('what is deleted after the catalog was copied is in the backup, and is removed afterwards', async (t) => {
  const [to, into] = [newFolder(t), newFolder(t)]
  const files = await uploadMany(tenant, 12, large)
  const running = start(...backup(to))
  await stopAmongFiles(t, running, to)
  const keys = [...files.keys()].map((id) => keyOf(data, id))
  for (const id of files.keys()) await removeUpload(tenant, id)
  assert.ok(
    keys.every((key) => existsSync(pathOf(data, key))),
    'bytes were removed under a running backup',
  )
  running.child.kill('SIGCONT')
  mustBeWell(await running.outcome)
  await mustHold(tenant, to, into, files)
  await removeUpload(tenant, (await uploadOne(tenant, [large]))[0])
  assert.deepEqual(
    keys.filter((key) => existsSync(pathOf(data, key))),
    [],
  )
})

test('a backup that died holds up removals only until its lease runs out', async () => {
  const [id] = await uploadOne(tenant, [large])
  const path = pathOf(data, keyOf(data, id))
  edit(data, "insert into lease (id, expires_at) values ('dead', ?)", Date.now() + 1_500)
  await removeUpload(tenant, id)
  assert.ok(existsSync(path))
  await until(async () => {
    await removeUpload(tenant, (await uploadOne(tenant, [large]))[0])
    return !existsSync(path)
  }, 'the lease never ran out')
})

test('a killed backup leaves the former one, and the next goes on', async (t) => {
  const [to, into] = [newFolder(t), newFolder(t)]
  const first = start(...backup(to))
  await stopAmongFiles(t, first, to)
  first.child.kill('SIGKILL')
  await first.outcome
  mustRefuseToRun(await restore(to, into), /holds no finished backup/)
  mustBeWell(await command(...backup(to)))
  const former = await uploadMany(tenant, 4)
  mustBeWell(await command(...backup(to)))
  const catalog = readFileSync(join(to, 'catalog.db'))
  const later = await uploadMany(tenant, 16, large)
  const second = start(...backup(to))
  await stopAmongFiles(t, second, to)
  second.child.kill('SIGKILL')
  await second.outcome
  assert.ok(catalog.equals(readFileSync(join(to, 'catalog.db'))))
  await mustHold(tenant, to, into, former)
  const { kept, copied } = counts(mustBeWell(await command(...backup(to))))
  assert.equal(kept + copied, keysIn(data).length)
  await mustHold(tenant, to, newFolder(t), new Map([...former, ...later]))
})
