/** `dossier backup` of PostgreSQL and S3 beside a node that serves, and `dossier restore` into any stores. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { startEngines, type Engines, type Stores } from '../../../engines/both.ts'
import { withClient } from '../../../engines/postgres.ts'
import { missing, need } from '../../support/require.ts'
import { until } from './data-folder.ts'
import {
  command,
  hashAt,
  keysIn,
  large,
  mustBeWell,
  mustRefuseToRun,
  newFolder,
  removeUpload,
  start,
  type Outcome,
  type Running,
} from './recovery.ts'
import { counts, mustHold, stopAmongFiles, uploadMany, uploadOne } from './recovery-load.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

describe('backups of PostgreSQL and S3', { skip: missing('postgres', 'ceph') }, () => {
  let engines: Engines
  let stores: Stores
  let server: Server
  let tenant: Tenant
  /** What was acknowledged and stays. */
  const files = new Map<string, string>()
  const backups = newFolder({ after })
  const to = join(backups, 'backup')

  before(async () => {
    need('postgres', 'ceph')
    engines = await startEngines()
    stores = await engines.stores()
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = stores.env
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY })
    server = await startServer({ env: stores.env, args: ['--no-limits'] })
    tenant = await createTenant(server)
    await keep(await uploadMany(tenant, 20))
  })
  after(async () => {
    await server.stop()
    await engines.remove()
  })

  async function keep(more: ReadonlyMap<string, string>): Promise<void> {
    for (const [id, hash] of more) files.set(id, hash)
  }

  /** The flags of whatever is to be done on these stores. */
  const at = ({ url, env }: Stores, data = server.folder) =>
    ['--data', data, '--database-url', url, ...inBucket(env)] as const
  const inBucket = (env: Stores['env']) =>
    ['--blobs-url', env['DOSSIER_BLOBS_URL'] ?? '', '--s3-endpoint', engines.ceph.endpoint] as const
  const backup = (folder = to) => ['backup', ...at(stores), '--to', folder] as const
  const copied = (outcome: Outcome) => counts(mustBeWell(outcome))

  async function mustServe(other: Server): Promise<void> {
    for (const [id, hash] of files) assert.equal(await hashAt(other, tenant, id), hash)
  }

  test('one beside uploads and deletions holds what was acknowledged before, as a data folder', async (t) => {
    const acknowledged = new Map(files)
    let isOver = false
    const load = Array.from({ length: 6 }, async (_, lane) => {
      while (!isOver) {
        const [id, hash] = await uploadOne(tenant)
        if (lane % 2 === 0) await removeUpload(tenant, id)
        else files.set(id, hash)
      }
    })
    try {
      mustBeWell(await command(...backup()))
    } finally {
      isOver = true
      await Promise.all(load)
    }
    await mustHold(tenant, to, newFolder(t), acknowledged)
    const first = copied(await command(...backup()))
    const more = await uploadMany(tenant, 3, large)
    const [[gone] = assert.fail(), ...rest] = more
    await removeUpload(tenant, gone)
    await keep(new Map(rest))
    const objects = await stores.objects()
    const again = copied(await command(...backup()))
    assert.deepEqual(again, { copied: 2, kept: objects.size - 2, dropped: 0 })
    assert.ok(first.kept + first.copied === objects.size - 2)
    assert.deepEqual(keysIn(to), [...objects.keys()].sort())
  })

  test('what is deleted while it copies is in it, and goes from the bucket afterwards', async (t) => {
    const folder = newFolder(t)
    const doomed = await uploadMany(tenant, 6, large)
    const before = await stores.objects()
    const running = start(...backup(folder))
    await stopAmongFiles(t, running, folder)
    for (const id of doomed.keys()) await removeUpload(tenant, id)
    assert.deepEqual(await stores.objects(), before, 'bytes were removed under a running backup')
    running.child.kill('SIGCONT')
    mustBeWell(await running.outcome)
    assert.deepEqual(keysIn(folder), [...before.keys()].sort())
    await removeUpload(tenant, (await uploadOne(tenant, [large]))[0])
    assert.equal((await stores.objects()).size, before.size - doomed.size)
  })

  test('when the gateway goes away it says so, the former one stays, and the next run goes on', async (t) => {
    await keep(await uploadMany(tenant, 4, large))
    const catalog = readFileSync(join(to, 'catalog.db'))
    const running = start(...backup())
    await stopAmongFiles(t, running, to)
    await engines.ceph.killGateway()
    running.child.kill('SIGCONT')
    mustRefuseToRun(await running.outcome, /^dossier: The (object store cannot be reached|store broke off)/)
    assert.ok(catalog.equals(readFileSync(join(to, 'catalog.db'))))
    await engines.ceph.startGateway()
    assert.equal(copied(await command(...backup())).copied, 4)
  })

  test('an object that is missing is told and not in it', async (t) => {
    const [id] = await uploadOne(tenant, [large])
    const [row] = await stores.sql<{ blob: string }>('select blob from attachment where id = $1', id)
    await stores.s3.send(new DeleteObjectCommand({ Bucket: stores.bucket, Key: stores.prefix + String(row?.blob) }))
    const outcome = await command(...backup(newFolder(t)))
    assert.deepEqual(
      outcome.findings.map(({ kind, attachments }) => [kind, attachments]),
      [['missing', [id]]],
    )
    assert.equal(outcome.status, 6)
    await removeUpload(tenant, id)
  })

  test('it is restored into a database and a bucket, also by a second try, and nobody serves half of it', async (t) => {
    const [others, data] = [await engines.stores(), newFolder(t)]
    const words = ['restore', ...at(others, data), '--from', to] as const
    await killedAmongRows(others, start(...words))
    mustRefuseToRun(await command('serve', ...at(others, data), '--port', '0'), /is not complete: run the same/)
    const another = newFolder(t)
    mustBeWell(await command(...backup(another)))
    const elsewhere = ['restore', ...at(others, data), '--from', another]
    mustRefuseToRun(await command(...elsewhere), /holds a part of something else \(restore of the backup of/)

    mustBeWell(await command(...words))
    assert.equal(existsSync(join(data, 'catalog.next')), false)
    mustBeWell(await command('doctor', ...at(others, data), '--read-data'))
    const restored = await startServer({ env: others.env })
    try {
      await mustServe(restored)
    } finally {
      await restored.stop()
    }
    mustRefuseToRun(await command(...words), /is not empty; restore into an empty or a new database/)
    const halfNew = ['restore', ...at(await engines.stores(), data), ...inBucket(others.env), '--from', to]
    mustRefuseToRun(await command(...halfNew), /is not empty; restore into an empty or a new bucket or prefix/)
  })

  test('catalog and files may go to different kinds of stores', async (t) => {
    const [{ env }, { url }] = [await engines.stores(), await engines.stores()]
    for (const [settings, holds] of [
      [inBucket(env), 'catalog.db'],
      [['--database-url', url], 'blobs'],
    ] as const) {
      const data = newFolder(t)
      mustBeWell(await command('restore', '--data', data, ...settings, '--from', to))
      mustBeWell(await command('doctor', '--data', data, ...settings, '--read-data'))
      assert.ok(existsSync(join(data, holds)))
    }
  })

  /** All files are there, and no row. */
  async function killedAmongRows(at: Stores, { child, outcome }: Running): Promise<void> {
    await withClient(at.url, async (client) => {
      const exists = async () =>
        (await client.query("select to_regclass('lease') as lease")).rows[0] as { lease: unknown }
      await until(async () => (await exists()).lease !== null, 'no table was made', 30_000)
      await client.query('begin; lock table organization in share mode')
      await until(async () => (await at.objects()).size === keysIn(to).length, 'not all files came', 30_000)
      child.kill('SIGKILL')
      await outcome
      await client.query('rollback')
    })
  }
})
