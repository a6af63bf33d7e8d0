/** `dossier doctor` on PostgreSQL and S3, beside a node that serves: damaged by hand, looked at, mended. */
import assert from 'node:assert/strict'
import { existsSync, openSync, closeSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { startEngines, type Engines, type Stores } from '../../../engines/both.ts'
import { missing, need } from '../../support/require.ts'
import { until } from './data-folder.ts'
import { digestOf } from '../support/files.ts'
import {
  command,
  hashAt,
  large,
  mustBeWell,
  mustRefuseToRun,
  newFolder,
  removeUpload,
  small,
  start,
  upload,
} from './recovery.ts'
import type { Outcome } from './recovery.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

/** Of no row. */
const STRANGER = 'ab'.repeat(16)
const SMALL_STRANGER = 'cd'.repeat(16)
const SHORT_GRACE = ['--request-seconds', '2', '--sweep-grace-seconds', '3']

describe('the doctor on PostgreSQL and S3', { skip: missing('postgres', 'ceph') }, () => {
  const data = newFolder({ after })
  let engines: Engines
  let stores: Stores
  let server: Server
  let tenant: Tenant
  /** Attachments: `twins` have the same bytes, `tiny` lives in the catalog. */
  let seed: { one: string; two: string; twins: [string, string]; tiny: string }

  before(async () => {
    need('postgres', 'ceph')
    engines = await startEngines()
    stores = await engines.stores()
    Object.assign(process.env, stores.env)
    server = await startServer({ folder: data, args: ['--no-limits'] })
    tenant = await createTenant(server)
    const same = large()
    const files = [large(), large(), same, same, small()]
    const [one = '', two = '', twin = '', other = '', tiny = ''] = await inTurn(files, (bytes) => upload(tenant, bytes))
    seed = { one, two, twins: [twin, other], tiny }
  })
  after(async () => {
    await server.stop()
    await engines.remove()
  })

  const doctor = (...more: string[]) => command('doctor', '--data', data, ...more)
  const nameOf = (key: string) => ({ Bucket: stores.bucket, Key: stores.prefix + key })
  const put = (key: string, bytes: Uint8Array) => stores.s3.send(new PutObjectCommand({ ...nameOf(key), Body: bytes }))
  const drop = (key: string) => stores.s3.send(new DeleteObjectCommand(nameOf(key)))

  async function keyOf(attachment: string): Promise<string> {
    const [row] = await stores.sql<{ blob: string }>('select blob from attachment where id = $1', attachment)
    return row?.blob ?? assert.fail('no such attachment')
  }

  async function get(key: string): Promise<Uint8Array> {
    const { Body } = await stores.s3.send(new GetObjectCommand(nameOf(key)))
    return (await Body?.transformToByteArray()) ?? assert.fail('no such object')
  }

  /** Until the stranger is older than the short grace. */
  async function grownOld(): Promise<void> {
    const { LastModified } = await stores.s3.send(new HeadObjectCommand(nameOf(STRANGER)))
    await sleep(Math.max(0, (LastModified?.getTime() ?? 0) + 4_000 - Date.now()))
  }

  test('sound stores are well, whatever is not attached yet, and no password is told', async () => {
    await put(STRANGER, Buffer.from('bytes of nobody'))
    const { summary } = mustBeWell(await doctor('--mend', '--read-data'))
    assert.deepEqual([summary['blobs'], summary['files'], summary['loose']], [4, 4, 1])
    assert.deepEqual(summary['read'], { blobs: 4, bytes: 301_000, before: 0 })
    const { catalog, bytes } = summary['stores'] as { catalog: string; bytes: string }
    assert.deepEqual([catalog, bytes.split(' at ')[0]], [stores.url, stores.env['DOSSIER_BLOBS_URL']])
  })

  test('missing, short and changed bytes are told with all who hold them, and left alone', async () => {
    const attachments = [seed.twins[0], seed.one, seed.two, seed.tiny]
    const [twin = '', one = '', two = '', tiny = ''] = await inTurn(attachments, keyOf)
    const kept = new Map(await inTurn([twin, one, two], async (key) => [key, await get(key)] as const))
    await drop(twin)
    await put(one, large(99_999))
    await put(two, large())
    await stores.sql('create table kept as select * from blob_bytes')
    await stores.sql("update blob_bytes set bytes = decode(repeat('00', 1000), 'hex') where key = $1", tiny)

    const seen = [`missing ${twin} ${seed.twins.join()}`, `wrong_size ${one} ${seed.one}`]
    const outcome = await doctor('--mend')
    assert.deepEqual([outcome.status, essence(outcome).sort()], [6, seen])
    const read = [`wrong_hash ${two} ${seed.two}`, `wrong_hash ${tiny} ${seed.tiny}`]
    assert.deepEqual(essence(await doctor('--read-data')).sort(), [...seen, ...read].sort())

    for (const [key, bytes] of kept) await put(key, bytes)
    await stores.sql('update blob_bytes b set bytes = k.bytes from kept k where k.key = b.key')
    await stores.sql('drop table kept')
  })

  test('counts, lost rows and old bytes that nobody holds are mended', async () => {
    const [twin, tiny] = await inTurn([seed.twins[0], seed.tiny], keyOf)
    const lost = await stores.sql('select * from blob where key = $1', twin)
    await stores.sql('update blob set holders = 7 where key = $1', tiny)
    await stores.sql('delete from blob where key = $1', twin)
    await stores.sql("insert into blob_bytes (key, bytes) values ($1, 'x')", SMALL_STRANGER)
    await grownOld()
    const mended = await doctor(...SHORT_GRACE, '--mend')
    assert.equal(mended.status, 0, mended.stderr)
    assert.deepEqual(essence(mended), [
      ...seed.twins.map(() => `mended no_row ${String(twin)} ${seed.twins.join()}`),
      `mended wrong_count ${String(tiny)} ${seed.tiny}`,
      `mended orphan ${SMALL_STRANGER}`,
      `mended orphan ${STRANGER}`,
    ])
    assert.deepEqual(await stores.sql('select * from blob where key = $1', twin), lost)
    assert.equal((await stores.objects()).size, 3)
    mustBeWell(await doctor(...SHORT_GRACE, '--read-data'))
  })

  test('beside uploads and deletions nothing is found and nothing is lost', async () => {
    const kept = new Map<string, string>()
    let isOver = false
    const load = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const bytes = large(70_000)
        const [stays, goes] = [await upload(tenant, bytes), await upload(tenant, large(80_000))]
        kept.set(stays, (await digestOf([bytes])).sha256)
        await removeUpload(tenant, goes)
        await sleep(30)
      }
    })
    try {
      mustBeWell(await doctor('--read-data', '--mend'))
    } finally {
      isOver = true
      await Promise.all(load)
    }
    assert.ok(kept.size > 8, 'there was no load')
    for (const [id, hash] of kept) assert.equal(await hashAt(server, tenant, id), hash)
  })

  test('a reading that is killed, or whose gateway is, goes on where it was; one of other stores does not', async () => {
    const state = join(data, 'doctor.json')
    const reading = start('doctor', '--data', data, '--read-data', '--rate', '0.3')
    await until(() => existsSync(state), 'it did not write down how far it is')
    reading.child.kill('SIGKILL')
    await reading.outcome
    const others = newFolder({ after })
    const kept = JSON.parse(readFileSync(state, 'utf8')) as { of: object; read: { blobs: number } }
    writeFileSync(join(others, 'doctor.json'), JSON.stringify({ ...kept, of: { ...kept.of, catalog: 'another' } }))
    const { read: anew } = mustBeWell(await command('doctor', '--data', others, '--read-data')).summary
    assert.equal((anew as { before: number }).before, 0)

    const broken = start('doctor', '--data', data, '--read-data', '--rate', '0.3')
    const reached = () => (JSON.parse(readFileSync(state, 'utf8')) as typeof kept).read.blobs
    await until(() => reached() > kept.read.blobs, 'it did not go on')
    await engines.ceph.killGateway()
    mustRefuseToRun(await broken.outcome, /^dossier: The (object store cannot be reached|store broke off)/)
    await engines.ceph.startGateway()
    const silenced = start('doctor', '--data', data, '--read-data', '--rate', '0.3')
    const before = reached()
    await until(() => reached() > before, 'it did not go on')
    await engines.postgres.stop('immediate')
    mustRefuseToRun(await silenced.outcome, /^dossier: PostgreSQL cannot be reached just now\.\n$/)
    await engines.postgres.start()
    const done = reached()
    const { read, blobs } = mustBeWell(await doctor('--read-data')).summary
    assert.deepEqual([done > 0, read], [true, { ...(read as object), blobs, before: done }])
    assert.equal(existsSync(state), false)
  })

  test('what cannot run says so in one sentence', async () => {
    const sentence = async (flag: string, value: string) => {
      const { status, findings, stderr } = await doctor(flag, value)
      assert.deepEqual([status, findings], [1, []])
      return stderr
    }
    const sentences = await Promise.all([
      sentence('--database-url', await engines.postgres.database()),
      sentence('--database-url', 'postgres://dossier:secret@127.0.0.1:9/none'),
      sentence('--s3-endpoint', 'http://127.0.0.1:9'),
    ])
    assert.deepEqual(sentences, [
      'dossier: There is no catalog in this PostgreSQL database; name another one with --database-url.\n',
      'dossier: PostgreSQL cannot be reached at 127.0.0.1:9: nobody listens there; start it, or correct host and port in databaseUrl (DOSSIER_DATABASE_URL).\n',
      'dossier: Nobody answers at http://127.0.0.1:9; start it, or correct s3Endpoint (DOSSIER_S3_ENDPOINT).\n',
    ])
  })

  test('a table or an index that PostgreSQL cannot read is told, and nothing is mended', async () => {
    await stores.sql('create extension amcheck')
    // Its first page says where the others are, and is read by whoever makes a plan.
    await damage('blob_pkey', 1)
    const byIndex = await doctor('--read-data')
    assert.deepEqual([byIndex.status, essence(byIndex)], [6, ['damaged_catalog']])
    assert.match(byIndex.findings[0]?.found ?? '', /^blob_pkey: /)
    await damage('attachment', 0)
    const byTable = await doctor('--mend')
    assert.deepEqual([byTable.status, essence(byTable)], [6, ['damaged_catalog']])
    assert.match(byTable.findings[0]?.found ?? '', /^attachment: invalid page/)
  })

  /** Overwrites a piece in the middle of a page, while nobody has it in memory. */
  async function damage(relation: string, page: number): Promise<void> {
    const select = "select current_setting('data_directory') || '/' || pg_relation_filepath($1::regclass) as path"
    const [file] = await stores.sql<{ path: string }>(select, relation)
    await engines.postgres.stop()
    const descriptor = openSync(file?.path ?? '', 'r+')
    writeSync(descriptor, Buffer.alloc(512, 0xee), 0, 512, page * 8_192 + 4_096)
    closeSync(descriptor)
    await engines.postgres.start()
  }
})

/** What was found, in a line. */
function essence({ findings }: Outcome): string[] {
  return findings.map(({ kind, key, attachments, mended }) =>
    [
      ...(mended ? ['mended'] : []),
      kind,
      ...(key === null ? [] : [key]),
      ...(attachments.length === 0 ? [] : [attachments.join()]),
    ].join(' '),
  )
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (const item of items) done.push(await work(item))
  return done
}
