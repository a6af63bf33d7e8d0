// Two equal nodes on one PostgreSQL and one object store, and what becomes of uploads when any of them goes away.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { ACCESS_KEY, SECRET_KEY, startCeph, type Ceph } from '../engines/ceph.ts'
import { startPostgres, withClient, type Postgres } from '../engines/postgres.ts'
import { missing, need } from '../require.ts'
import { startServer, type Server } from './server.ts'
import { createTenant, type Tenant } from './tenant.ts'

const CALM = ['--sweep-grace-seconds', '4', '--request-seconds', '3', '--sweep-interval-seconds', '1']

describe('nodes on PostgreSQL and S3', { skip: missing('postgres', 'ceph') }, () => {
  let postgres: Postgres
  let ceph: Ceph
  let nodes: Server[]
  let tenant: Tenant
  let url: string
  let bucket: string
  /** What was acknowledged: attachment id and hash. */
  const kept = new Map<string, string>()

  before(async () => {
    need('postgres', 'ceph')
    ;[postgres, ceph] = await Promise.all([startPostgres(), startCeph()])
    ;[url, bucket] = await Promise.all([postgres.database(), ceph.bucket()])
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: SECRET_KEY,
      DOSSIER_DATABASE_URL: url,
      DOSSIER_BLOBS_URL: `s3://${bucket}/files`,
      DOSSIER_S3_ENDPOINT: ceph.endpoint,
    })
    // At once: they take turns at making the tables.
    nodes = await Promise.all([startServer({ args: CALM }), startServer({ args: CALM })])
    tenant = await createTenant(node(0))
  })
  after(async () => {
    for (const server of nodes) await server.stop()
    await Promise.all([postgres.remove(), ceph.remove()])
  })

  const node = (index: number): Server => {
    const server = nodes[index % nodes.length]
    assert.ok(server)
    return server
  }

  const call = (index: number, path: string, init: RequestInit = {}) =>
    fetch(`${node(index).origin}/crm/v2/Leads/${tenant.leadId}${path}`, {
      ...init,
      headers: { authorization: `Zoho-oauthtoken ${tenant.zohoToken}` },
    })

  async function upload(index: number, size: number): Promise<Response> {
    const bytes = randomBytes(size)
    const form = new FormData()
    form.append('file', new File([bytes], `${String(size)}.bin`))
    const response = await call(index, '/Attachments', { method: 'POST', body: form })
    if (response.status === 200) {
      const { data } = (await response.clone().json()) as { data: { details: { id: string } }[] }
      kept.set(data[0]?.details.id ?? '', createHash('sha256').update(bytes).digest('hex'))
    }
    return response
  }

  async function everythingIsThere(): Promise<void> {
    for (const [id, hash] of kept) {
      for (const index of nodes.keys()) {
        const response = await call(index, `/Attachments/${id}`)
        assert.equal(response.status, 200)
        const bytes = Buffer.from(await response.arrayBuffer())
        assert.equal(createHash('sha256').update(bytes).digest('hex'), hash)
      }
    }
  }

  test('what one node takes in, the other gives out and deletes', async () => {
    const sizes = [0, 10, 70_000, 300_000, 9_000_000]
    for (const [index, size] of sizes.entries()) assert.equal((await upload(index, size)).status, 200)
    await everythingIsThere()
    const [id = ''] = kept.keys()
    assert.equal((await call(1, `/Attachments/${id}`, { method: 'DELETE' })).status, 200)
    assert.equal((await call(0, `/Attachments/${id}`)).status, 204)
    kept.delete(id)
  })

  test('both dialects and many at once, over both nodes', async () => {
    const statuses = await Promise.all(Array.from({ length: 40 }, (_, at) => upload(at, 200 + at)))
    assert.deepEqual([...new Set(statuses.map(({ status }) => status))], [200])
    const form = new FormData()
    form.append(`${tenant.fieldId}_one`, new File(['%PDF-1.4'], 'scan.pdf'))
    const query = `contactId=${tenant.contact.highlevel}&locationId=${tenant.location}`
    const headers = { authorization: `Bearer ${tenant.highlevelToken}`, version: '2021-07-28' }
    const target = `${node(1).origin}/forms/upload-custom-files?${query}`
    assert.equal((await fetch(target, { method: 'POST', body: form, headers })).status, 200)
    const list = await fetch(`${node(0).origin}/crm/v2/Contacts/${tenant.contact.zoho}/Attachments`, {
      headers: { authorization: `Zoho-oauthtoken ${tenant.zohoToken}` },
    })
    assert.equal(((await list.json()) as { data: unknown[] }).data.length, 1)
  })

  test('a token revoked beside them is refused by both within a second', async () => {
    const words = ['--org', tenant.org, '--kind', 'zoho', '--scope', 'ZohoCRM.modules.ALL']
    const { token, id } = await node(0).cli<{ token: string; id: string }>('token', 'create', ...words)
    const statusOf = async (index: number) => {
      const headers = { authorization: `Zoho-oauthtoken ${token}` }
      return (await fetch(`${node(index).origin}/crm/v2/Leads`, { headers })).status
    }
    assert.deepEqual(await Promise.all([0, 1].map(statusOf)), [200, 200])
    await node(0).cli('token', 'revoke', id)
    await wait(1_050)
    assert.deepEqual(await Promise.all([0, 1].map(statusOf)), [401, 401])
  })

  test('PostgreSQL is restarted under load: success, or 503 with Retry-After, and nothing acknowledged is lost', async () => {
    const uploads = Array.from({ length: 30 }, async (_, at) => {
      await wait(at * 15)
      return upload(at, 1_000 + at)
    })
    await wait(60)
    await postgres.stop('immediate')
    await wait(100)
    await postgres.start()
    for (const response of await Promise.all(uploads)) mustBeToldAway(response)
    await soon(async () => (await upload(0, 5_000)).status === 200)
    await everythingIsThere()
  })

  test('the gateway is killed under load: the same', async () => {
    const uploads = Array.from({ length: 12 }, async (_, at) => {
      await wait(at * 20)
      return upload(at, 100_000 + at)
    })
    await wait(60)
    await ceph.killGateway()
    const ready = await fetch(`${node(0).origin}/api/v1/ready`)
    assert.equal(ready.status, 503)
    assert.equal((await fetch(`${node(0).origin}/api/v1/health`)).status, 200)
    await ceph.startGateway()
    for (const response of await Promise.all(uploads)) mustBeToldAway(response)
    await soon(async () => (await upload(1, 200_000)).status === 200)
    await soon(async () => (await fetch(`${node(0).origin}/api/v1/ready`)).status === 200)
    await everythingIsThere()
  })

  test('a node killed in the middle leaves nothing but what the sweep of the other removes', async () => {
    const dying = node(0)
    const port = Number(new URL(dying.origin).port)
    const head = `POST /crm/v2/Leads/${tenant.leadId}/Attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Zoho-oauthtoken ${tenant.zohoToken}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 40000000\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="half.bin"\r\n\r\n`
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(head)
    socket.write(randomBytes(20_000_000))
    const s3 = new S3Client({ endpoint: ceph.endpoint, region: 'us-east-1', forcePathStyle: true })
    const unfinished = async () =>
      (await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0
    while ((await unfinished()) === 0) await wait(20)
    await dying.kill()
    dying.remove()
    nodes.shift()
    const named = () =>
      withClient(
        url,
        async (client) => (await client.query<{ key: string }>("select key from blob where place = 'store'")).rows,
      )
    const stored = async () => (await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents ?? []
    const deadline = Date.now() + 30_000
    for (;;) {
      const keys = (await stored()).map(({ Key = '' }) => Key.replace('files/', '')).sort()
      const rows = (await named()).map(({ key }) => key).sort()
      if ((await unfinished()) === 0 && JSON.stringify(keys) === JSON.stringify(rows)) break
      assert.ok(Date.now() < deadline, 'the bucket holds other objects than rows name')
      await wait(250)
    }
    s3.destroy()
    await everythingIsThere()
  })
})

function mustBeToldAway(response: Response): void {
  if (response.status === 200) return
  assert.equal(response.status, 503)
  assert.match(response.headers.get('retry-after') ?? '', /^\d+$/)
}

/** A service that has just come back may want a moment; nobody restarts the node for it. */
async function soon(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    assert.ok(tries < 60, 'it did not come back')
    await wait(100)
  }
}
