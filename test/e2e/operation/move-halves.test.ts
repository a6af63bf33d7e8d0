// The files alone, and the catalog alone, go to another store; whoever still has the old one writes nothing any more.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ACCESS_KEY, SECRET_KEY, startCeph, type Ceph } from '../../../engines/ceph.ts'
import { startPostgres, withClient, type Postgres } from '../../../engines/postgres.ts'
import { missing, need } from '../../support/require.ts'
import { run } from '../cli/run.ts'
import { form } from '../support/files.ts'
import { command, edit, hashAt, large, mustBeWell, newFolder, small } from './recovery.ts'
import { uploadMany } from './recovery-load.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

describe('half a move', { skip: missing('postgres', 'ceph') }, () => {
  let postgres: Postgres
  let ceph: Ceph
  let url: string
  let stores: readonly string[]
  let node: Server
  let tenant: Tenant
  let files: ReadonlyMap<string, string>
  const folder = newFolder({ after })
  const env = { AWS_ACCESS_KEY_ID: ACCESS_KEY, AWS_SECRET_ACCESS_KEY: SECRET_KEY }

  before(async () => {
    need('postgres', 'ceph')
    ;[postgres, ceph] = await Promise.all([startPostgres(), startCeph()])
    url = await postgres.database()
    stores = [`s3://${await ceph.bucket()}/files`, `s3://${await ceph.bucket()}`]
    node = await startNode(0)
    tenant = await createTenant(node)
    files = await uploadMany(tenant, 10, large, small)
  })
  after(async () => {
    await node.stop()
    await Promise.all([postgres.remove(), ceph.remove()])
  })

  const storeAt = (index: number) => stores[index] ?? ''
  const kept = (index: number) => ({ DOSSIER_BLOBS_URL: storeAt(index), DOSSIER_S3_ENDPOINT: ceph.endpoint })
  const inPostgres = (index: number) => ({ ...env, ...kept(index), DOSSIER_DATABASE_URL: url })
  const startNode = (index: number) => startServer({ env: inPostgres(index) })

  async function mustMove(settings: Readonly<Record<string, string>>, ...words: string[]): Promise<void> {
    const { status, out, err } = await run(['move', ...words, '--json'], { env: settings })
    assert.equal(status, 0, err)
    assert.match(out, /"ended":"moved"/)
  }

  async function statusAt({ origin }: Server): Promise<number> {
    const headers = { authorization: `Zoho-oauthtoken ${tenant.zohoToken}` }
    const one = { ...form(['file', new File([large()], 'new.bin')]), headers }
    return (await fetch(`${origin}/crm/v2/Leads/${tenant.leadId}/Attachments`, one)).status
  }

  async function mustHaveAll(at: Server): Promise<void> {
    for (const [id, hash] of files) assert.equal(await hashAt(at, tenant, id), hash)
  }

  test('the files of nodes go to another bucket: those of the old one write no more, not even beside the new ones', async () => {
    await mustMove(inPostgres(0), '--to-blobs-url', storeAt(1))
    const refused = await run(['serve', '--port', '0', '--data', folder], { env: inPostgres(0) })
    assert.equal(refused.status, 1)
    assert.match(refused.err, /What was kept here was moved on/)
    const moved = await startNode(1)
    try {
      await mustHaveAll(moved)
      assert.deepEqual([await statusAt(node), await statusAt(moved), await statusAt(node)], [503, 200, 503])
      await mustHaveAll(node)
      await node.stop()
      // Nobody has the old store any more, so nobody needs to be told apart.
      assert.equal((await run(['move', '--undo'], { env: inPostgres(1) })).status, 0)
      assert.equal(await statusAt(moved), 200)
      const triggers = `select tgname from pg_trigger where not tgisinternal`
      assert.deepEqual((await withClient(url, (client) => client.query(triggers))).rows, [])
    } finally {
      node = moved
    }
  })

  test('the catalog goes into a folder, the files stay in their bucket', async () => {
    const to = ['--to-data', folder, '--to-blobs-url', storeAt(1), '--to-s3-endpoint', ceph.endpoint]
    await mustMove(inPostgres(1), ...to)
    assert.equal(await statusAt(node), 503)
    const moved = await startServer({ folder, env: { ...env, ...kept(1) } })
    try {
      await mustHaveAll(moved)
      assert.equal(await statusAt(moved), 200)
    } finally {
      await moved.stop()
    }
  })

  test('then the files go into the same folder, and a server that begins there finds all as it was', async () => {
    await mustMove({ ...env, ...kept(1) }, '--data', folder, '--to-data', folder)
    assert.match(
      (await run(['serve', '--port', '0', '--data', folder], { env: { ...env, ...kept(1) } })).err,
      /was moved/,
    )
    const moved = await startServer({ folder })
    try {
      assert.equal(await statusAt(moved), 200)
      await mustHaveAll(moved)
      mustBeWell(await command('doctor', '--data', folder, '--read-data'))
      assert.deepEqual(
        edit(folder, "select name from sqlite_master where type = 'trigger' union select id from move"),
        [],
      )
    } finally {
      await moved.stop()
    }
  })
})
