// `dossier move` between folders: what it refuses, what it finds damaged, how it is stopped, gone on with and given up.
import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { run, start, type Ran } from '../cli/run.ts'
import { until } from './data-folder.ts'
import {
  command,
  edit,
  hashAt,
  keyOf,
  keysIn,
  large,
  mustBeWell,
  newFolder,
  pathOf,
  small,
  upload,
} from './recovery.ts'
import { uploadMany } from './recovery-load.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

const data = newFolder({ after })
let server: Server
let tenant: Tenant
let files: ReadonlyMap<string, string>

before(async () => {
  server = await startServer({ folder: data, args: ['--no-limits'] })
  tenant = await createTenant(server)
  files = await uploadMany(tenant, 12, large, small)
})
after(() => server.stop())

const move = (...words: string[]) => run(['move', '--data', data, ...words])

function mustRefuse({ status, err, out }: Ran, sentence: RegExp): void {
  assert.deepEqual([status, out], [1, ''], err)
  assert.match(err, sentence)
  assert.equal(err.trim().split('\n').length, 1, err)
}

/** The server is as if no move had ever been. */
async function mustBeAsBefore(): Promise<void> {
  await upload(tenant, small())
  assert.deepEqual(edit(data, "select name from sqlite_master where type = 'trigger'"), [])
  assert.deepEqual(edit(data, 'select id from move union all select id from move_change'), [])
}

test('what cannot be is refused in one sentence', async (t) => {
  const full = newFolder(t)
  writeFileSync(join(full, 'a-letter.txt'), 'mine')
  const refusals: [string[], RegExp][] = [
    [[], /Both ends of the move are the same \(catalog in .*name a new place with --to-data/],
    [['--to-data', data], /Both ends of the move are the same/],
    [['--to-data', full], /The folder .* is not empty, and was not begun by a move from here; name an empty one/],
    [['--to-data', join(data, 'within')], /lie within each other/],
    [
      ['--to-database-url', 'mysql://there'],
      /^dossier: toDatabaseUrl \(DOSSIER_TO_DATABASE_URL\) is something else; expected postgres:/,
    ],
    [
      ['--to-blobs-url', 'https://there'],
      /^dossier: toBlobsUrl \(DOSSIER_TO_BLOBS_URL\) is "https:\/\/there"; expected s3:/,
    ],
    [
      ['--to-database-url', 'postgres://nobody@127.0.0.1:9/none'],
      /PostgreSQL cannot be reached at 127\.0\.0\.1:9: nobody listens there; start it, or correct host and port/,
    ],
  ]
  for (const [words, sentence] of refusals) mustRefuse(await move(...words), sentence)
  mustRefuse(await run(['move', '--data', newFolder(t), '--to-data', newFolder(t)]), /There is no catalog in/)
  await mustBeAsBefore()
})

test('all but the switch; another place, and a second mover, are refused meanwhile; then it is given up', async (t) => {
  const [to, other] = [newFolder(t), newFolder(t)]
  const copied = await run(['move', '--data', data, '--no-switch'], { env: { DOSSIER_TO_DATA: to } })
  assert.equal(copied.status, 0, copied.err)
  assert.match(copied.out, /Copied, not switched: .* rows compared, .* copied and verified/)
  mustRefuse(
    await move('--to-data', other),
    /A move of this catalog to another place is under way .*dossier move --undo/,
  )
  mustRefuse(await run(['serve', '--data', to, '--port', '0']), /is not complete: run the same dossier move/)
  const later = await upload(tenant, large())
  assert.equal((await move('--to-data', to, '--no-switch')).status, 0)
  assert.deepEqual(keysIn(to), keysIn(data))
  assert.deepEqual(edit(to, 'select id from attachment where id = ?', later), [{ id: later }])
  const backup = newFolder(t)
  mustBeWell(await command('backup', '--data', data, '--to', backup))
  assert.deepEqual(edit(backup, "select name from sqlite_master where type = 'trigger'"), [])
  const undone = await move('--undo')
  assert.match(undone.out, /^The move is given up\. What it had copied lies in the new place/)
  await mustBeAsBefore()
  assert.match((await move('--undo')).out, /^There is no move/)
})

test('Ctrl+C among the files: it says so, and the same line goes on; nobody else may begin meanwhile', async (t) => {
  const to = newFolder(t)
  const more = await uploadMany(tenant, 8, () => large(400_000))
  const first = start(['move', '--data', data, '--to-data', to, '--rate', '1'])
  let heard = ''
  first.child.stdout?.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  await until(() => heard.includes('Copying files'), 'it did not come to the files', 30_000)
  mustRefuse(await move('--to-data', to), /in use by another Dossier|Another dossier move is at work/)
  first.child.kill('SIGINT')
  const { status, err } = await first.ended
  assert.equal(status, 130)
  assert.match(err, /Stopped before it was finished; run it again to go on\./)
  await upload(tenant, small())
  const { out } = await move('--to-data', to, '--json')
  assert.match(out, /"ended":"moved","standing":"going on"/)
  assert.match(out, /"findings":\{"remaining":0,"mended":0\}/)
  mustBeWell(await command('doctor', '--data', to, '--read-data'))
  const moved = await startServer({ folder: to })
  try {
    for (const [id, hash] of [...files, ...more]) assert.equal(await hashAt(moved, tenant, id), hash)
  } finally {
    await moved.stop()
  }
  mustRefuse(await move('--to-data', to), /What was kept here was moved on .* start Dossier with those settings/)
  assert.match((await move('--undo')).out, /^The old place takes writes again\. What was written since in the new one/)
  await mustBeAsBefore()
})

test('killed after the old place was given up and before the new one was opened, it only opens it', async (t) => {
  const to = newFolder(t)
  assert.equal((await move('--to-data', to, '--no-switch')).status, 0)
  edit(data, "update move set state = 'moved', ended_at = 1")
  const { out } = await move('--to-data', to, '--json')
  assert.match(out, /"ended":"moved","standing":"sealed"/)
  assert.deepEqual(edit(to, 'select id from move'), [])
  await move('--undo')
  await mustBeAsBefore()
})

test('what is damaged is named, and nothing is switched unless the loss is accepted', async (t) => {
  const to = newFolder(t)
  const [missing, changed, tiny] = [
    await upload(tenant, large()),
    await upload(tenant, large()),
    await upload(tenant, small()),
  ]
  const keys = { missing: keyOf(data, missing), changed: keyOf(data, changed), tiny: keyOf(data, tiny) }
  appendFileSync(pathOf(data, keys.changed), 'x')
  edit(data, 'update blob_bytes set bytes = zeroblob(1000) where key = ?', keys.tiny)
  writeFileSync(pathOf(data, keys.missing), '')
  const ran = await move('--to-data', to)
  assert.equal(ran.status, 6, ran.err)
  for (const key of Object.values(keys))
    assert.match(ran.out, new RegExp(`(wrong size|changed bytes): expected .*blob ${key}`))
  assert.match(ran.out, /Not moved: the files named above are missing or damaged/)
  await upload(tenant, small())
  const accepted = await move('--to-data', to, '--accept-loss')
  assert.equal(accepted.status, 0, accepted.out)
  assert.match(accepted.out, /Moved to catalog in/)
})
