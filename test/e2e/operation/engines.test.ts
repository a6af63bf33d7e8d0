// The suites of both dialects and of the native API, unchanged, on PostgreSQL and Ceph: each of their servers has a database
// and a prefix of its own. Together they do every operation of both dialects.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startEngines, type Engines } from '../../../engines/both.ts'
import { missing, need } from '../../support/require.ts'
import { operationsDone, type Asked } from '../support/described.ts'
import { startServer } from '../support/server.ts'

const SUITES: Readonly<Record<string, readonly string[]>> = {
  zoho: ['upload', 'links', 'list', 'download', 'delete', 'photo', 'records', 'settings'],
  highlevel: ['upload', 'fields', 'contacts', 'shared-store'],
  native: ['attachments', 'list', 'records'],
}
const FILES = [
  'all-wires/idempotency',
  ...Object.entries(SUITES).flatMap(([dialect, names]) => names.map((name) => `${dialect}/${name}`)),
]
/** Other versions of the same, and logins, which have suites of their own. */
const ELSEWHERE = /^\w+ (\/api\/|\/docs|\/crm\/v2\.1\/|.*\/(oauth|chooselocation)\b)/
const AT_ONCE = 2

const skip = missing('postgres', 'ceph')

describe('on PostgreSQL and S3', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'dossier-engines-'))
  const asked = join(folder, 'asked')
  let engines: Engines
  let env: NodeJS.ProcessEnv

  before(async () => {
    need('postgres', 'ceph')
    engines = await startEngines()
    const { DOSSIER_DATABASE_URL: postgres, DOSSIER_BLOBS_URL: _, ...common } = (await engines.stores()).env
    const named = { postgres, bucket: await engines.ceph.bucket(), env: common }
    env = { ...process.env, DOSSIER_TEST_ENGINES: JSON.stringify(named), DOSSIER_TEST_ASKED: asked }
    // Each is a run of its own, not a part of this one.
    delete env['NODE_TEST_CONTEXT']
  })
  after(async () => {
    await engines.remove()
    rmSync(folder, { recursive: true })
  })

  describe('each suite', { concurrency: AT_ONCE }, () => {
    for (const name of FILES) test(name, () => mustPass(name))
  })

  async function mustPass(name: string): Promise<void> {
    const child = spawn(process.execPath, [join(import.meta.dirname, '..', `${name}.test.ts`)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    const [status] = (await once(child, 'close')) as [number | null]
    assert.equal(status, 0, said)
    const count = (what: string) => Number(new RegExp(`^. ${what} (\\d+)$`, 'm').exec(said)?.[1])
    assert.ok(count('pass') > 0 && count('skipped') === 0, said)
  }

  test('every operation of both dialects was done there', async () => {
    const lines = readFileSync(asked, 'utf8').trimEnd().split('\n')
    const server = await startServer()
    try {
      const { all, done } = await operationsDone(
        server.origin,
        lines.map((line) => JSON.parse(line) as Asked),
      )
      const own = all.filter((operation) => !ELSEWHERE.test(operation))
      assert.ok(own.length > 30, `only ${String(own.length)} operations are described`)
      const others = own.filter((operation) => !done.has(operation))
      assert.deepEqual(others, [])
    } finally {
      await server.stop()
    }
  })
})
