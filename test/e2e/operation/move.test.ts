// A server's catalog and files brought to PostgreSQL and S3 while it takes and gives up files, by a move that is killed twice; and back.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { Client } from 'pg'
import { ACCESS_KEY, SECRET_KEY, startCeph, type Ceph } from '../../../engines/ceph.ts'
import { startPostgres, withClient, type Postgres } from '../../../engines/postgres.ts'
import { missing, need } from '../../support/require.ts'
import { jsonLines, run, start, type Ran, type Running } from '../cli/run.ts'
import { until } from './data-folder.ts'
import { digestOf, form } from '../support/files.ts'
import { edit, hashAt, newFolder } from './recovery.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

interface Line {
  readonly stage?: string
  readonly summary?: {
    readonly ended: string
    readonly standing: string
    readonly rows: number
    readonly pauseMs: number
  }
}

const HELD = 'blob where claimed_at is null order by hash, organization'

describe('dossier move', { skip: missing('postgres', 'ceph') }, () => {
  let postgres: Postgres
  let ceph: Ceph
  let url: string
  let bucket: string
  let server: Server
  let tenant: Tenant
  const data = newFolder({ after })
  const env = { AWS_ACCESS_KEY_ID: ACCESS_KEY, AWS_SECRET_ACCESS_KEY: SECRET_KEY }
  /** What was acknowledged: id and hash, and the ids of what was removed again. */
  const kept = new Map<string, string>()
  const removed = new Set<string>()
  const refusals = new Set<number>()

  before(async () => {
    need('postgres', 'ceph')
    ;[postgres, ceph, server] = await Promise.all([
      startPostgres(),
      startCeph(),
      startServer({ folder: data, args: ['--no-limits'] }),
    ])
    ;[url, bucket] = await Promise.all([postgres.database(), ceph.bucket()])
    tenant = await createTenant(server)
    for (let count = 0; count < 60; count++) await change(count)
  })
  after(async () => {
    await server.stop()
    await Promise.all([postgres.remove(), ceph.remove()])
  })

  const there = () => [
    '--to-database-url',
    url,
    '--to-blobs-url',
    `s3://${bucket}/files`,
    '--to-s3-endpoint',
    ceph.endpoint,
  ]
  const moving = (...more: string[]) => start(['move', '--data', data, ...there(), ...more, '--json'], { env })

  /** Uploads, mostly, of sizes for either shelf; now and then something goes. */
  async function change(count: number): Promise<void> {
    const { zoho, leadId } = tenant
    const [first] = kept.keys()
    if (count % 4 === 3 && first !== undefined) {
      const { status } = await zoho(`/Leads/${leadId}/Attachments/${first}`, { method: 'DELETE' })
      refusals.add(status)
      // What was not acknowledged may be gone or not.
      kept.delete(first)
      if (status === 200) removed.add(first)
      return
    }
    const bytes = randomBytes(count % 3 === 0 ? 100_000 + count : 500 + count)
    const response = await zoho(`/Leads/${leadId}/Attachments`, form(['file', new File([bytes], `${count}.bin`)]))
    refusals.add(response.status)
    const body = (await response.json()) as { data?: { details: { id: string } }[] }
    if (response.status === 200) kept.set(body.data?.[0]?.details.id ?? '', (await digestOf([bytes])).sha256)
    else assert.match(response.headers.get('retry-after') ?? '', /^\d+$/)
  }

  /** Goes on beside `work`. */
  async function underLoad<T>(work: () => Promise<T>): Promise<T> {
    let isOver = false
    const lane = async (from: number) => {
      for (let count = from; !isOver; count += 2) await change(count).then(() => wait(60))
    }
    const lanes = [lane(1_000), lane(2_001)]
    try {
      return await work()
    } finally {
      isOver = true
      await Promise.all(lanes)
    }
  }

  async function reached(stage: string, { child }: Running): Promise<void> {
    let heard = ''
    child.stdout?.on('data', (chunk: Buffer) => (heard += chunk.toString()))
    await until(() => heard.includes(`"stage":"${stage}"`), `the move did not come to ${stage}`, 30_000)
  }

  async function killAt(stage: string, running: Running, then = async () => undefined as void): Promise<void> {
    await reached(stage, running)
    await then()
    assert.equal(running.child.exitCode, null, 'the move was over')
    running.child.kill('SIGKILL')
    await running.ended
  }

  async function mustGiveUp(stage: string, running: Running, when: () => Promise<void>): Promise<void> {
    await reached(stage, running)
    await when()
    const { status, err } = await running.ended
    assert.equal(status, 1, err)
    assert.match(err, /^dossier: [^\n]*What was copied stays: run the same line again to go on\.\n$/)
  }

  test('killed among the files, it goes on where it was', () =>
    underLoad(async () => {
      await killAt('files', moving('--rate', '1'), () => wait(300).then(() => undefined))
      assert.equal((await withClient(url, (client) => client.query('select id from organization'))).rowCount, 1)
    }))

  test('killed during the switch, the old server takes files again by itself', () =>
    underLoad(async () => {
      refusals.clear()
      await withClient(url, async (client) => {
        // The rows of an empty table are counted during the switch and touched at no other time.
        await client.query('begin; lock table login_attempt in access exclusive mode')
        await killAt('switch', moving(), () => until(() => refusals.has(503), 'nothing was refused'))
      })
      refusals.clear()
      await until(() => refusals.has(200), 'the fence stayed up', 10_000)
    }))

  test('a store that goes away ends it in one sentence; whoever serves in the old place never notices', () =>
    underLoad(async () => {
      refusals.clear()
      await mustGiveUp('files', moving('--rate', '1'), () => ceph.killGateway())
      await ceph.startGateway()
      await mustGiveUp('files', moving('--rate', '1'), () => postgres.stop('immediate'))
      await postgres.start()
      assert.deepEqual([...refusals], [200])
    }))

  test('a store that goes away during the switch: the old server takes files again', () =>
    underLoad(async () => {
      refusals.clear()
      const holder = new Client({ connectionString: url })
      const gone = new Promise((resolve) => holder.on('error', () => undefined).once('end', resolve))
      await holder.connect()
      await holder.query('begin; lock table login_attempt in access exclusive mode')
      await mustGiveUp('switch', moving(), async () => {
        await until(() => refusals.has(503), 'nothing was refused')
        await postgres.stop('immediate')
      })
      await gone
      refusals.clear()
      await until(() => refusals.has(200), 'the fence stayed up', 10_000)
      await postgres.start()
    }))

  test('a server on what is half moved is refused', async () => {
    const { status, err } = await run(['serve', '--database-url', url, '--port', '0'], { env })
    assert.equal(status, 1)
    assert.match(
      err,
      /^dossier: What is being copied into this catalog .* is not complete: run the same dossier move[^\n]*\n$/,
    )
  })

  test('gone on with, it ends; the old server answers what is read', async () => {
    const summary = mustEnd(await underLoad(() => moving().ended))
    assert.deepEqual([summary.ended, summary.standing], ['moved', 'going on'])
    assert.ok(summary.pauseMs < 5_000, `nothing could be written for ${summary.pauseMs} ms`)
    const [id = '', hash] = [...kept].at(-1) ?? []
    assert.equal(await hashAt(server, tenant, id), hash)
    const refused = await tenant.zoho(`/Leads/${tenant.leadId}/Attachments`, form(['file', new File(['x'], 'x.txt')]))
    assert.equal(refused.status, 503)
    const { code, message } = (await refused.json()) as { code: string; message: string }
    assert.equal(code, 'SERVICE_UNAVAILABLE')
    assert.match(message, /moved to another store/)
    const ready = await fetch(`${server.origin}/api/v1/ready`)
    assert.equal(ready.status, 503)
  })

  test('both catalogs name the same bytes, and the bucket holds exactly these', async () => {
    const left = edit(data, `select key, organization, hash, size, holders from ${HELD}`)
    const query = `select key, organization, hash, size::int, holders::int from ${HELD}`
    assert.deepEqual((await withClient(url, (client) => client.query(query))).rows, left)
    const names = `select key from blob where claimed_at is null and place = 'store' order by key`
    const s3 = new S3Client({
      endpoint: ceph.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
    })
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }))
    s3.destroy()
    const stored = new Set(Contents.map(({ Key = '' }) => Key.replace('files/', '')))
    for (const { key } of edit(data, names) as { key: string }[]) assert.ok(stored.has(key), key)
  })

  test('the old place is refused to whoever starts there, and the new one has all that was acknowledged', async () => {
    await server.stop()
    const { status, err } = await run(['serve', '--data', data, '--port', '0'])
    assert.equal(status, 1)
    assert.match(err, /^dossier: What was kept here was moved on .*dossier move --undo\.\n$/)
    server = await startServer({
      args: ['--no-limits'],
      env: {
        ...env,
        DOSSIER_DATABASE_URL: url,
        DOSSIER_BLOBS_URL: `s3://${bucket}/files`,
        DOSSIER_S3_ENDPOINT: ceph.endpoint,
      },
    })
    await mustHaveAll(server)
    assert.equal((await uploadTo(server)).status, 200)
    const again = await run(['move', '--data', data, ...there()], { env })
    assert.equal(again.status, 1)
    assert.match(again.err, /was moved on .*start Dossier with those settings/)
  })

  test('and back into a folder, from under a node that serves', async (t) => {
    const back = newFolder(t)
    const from = ['--database-url', url, '--blobs-url', `s3://${bucket}/files`, '--s3-endpoint', ceph.endpoint]
    const ran = await run(['move', ...from, '--to-data', back, '--json'], { env })
    assert.equal(mustEnd(ran).ended, 'moved')
    assert.equal((await uploadTo(server)).status, 503)
    const examined = await run(['doctor', '--data', back, '--read-data'])
    assert.equal(examined.status, 0, examined.out)
    const other = await startServer({ folder: back })
    try {
      await mustHaveAll(other)
      assert.equal((await uploadTo(other)).status, 200)
    } finally {
      await other.stop()
    }
    assert.equal((await run(['move', ...from, '--undo'], { env })).status, 0)
    assert.equal((await uploadTo(server)).status, 200)
  })

  async function mustHaveAll(at: Server): Promise<void> {
    assert.ok(kept.size > 30 && removed.size > 10)
    const expected = new Map([...kept, ...[...removed].map((id) => [id, 'status 204'] as const)])
    const found = [...expected.keys()].map(async (id) => [id, await hashAt(at, tenant, id)] as const)
    assert.deepEqual(new Map(await Promise.all(found)), expected)
  }

  function uploadTo({ origin }: Server): Promise<Response> {
    return fetch(`${origin}/crm/v2/Leads/${tenant.leadId}/Attachments`, {
      ...form(['file', new File([randomBytes(90_000)], 'later.bin')]),
      headers: { authorization: `Zoho-oauthtoken ${tenant.zohoToken}` },
    })
  }
})

function mustEnd({ status, out, err }: Ran) {
  assert.equal(status, 0, `${out}\n${err}`)
  const summary = jsonLines<Line>(out).at(-1)?.summary
  assert.ok(summary, out)
  return summary
}
