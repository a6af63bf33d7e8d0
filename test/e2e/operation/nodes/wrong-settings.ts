/** Settings that the engines refuse: the start ends with one sentence that says what to change. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startRelay } from '../../../../engines/relay.ts'
import { run, type Ran } from '../../cli/run.ts'
import { newFolder } from '../recovery.ts'
import { startServer } from '../../support/server.ts'
import type { Cluster } from './cluster.ts'

type Wrong = readonly [what: string, env: Readonly<Record<string, string>>, sentence: RegExp]

/** Started at once: each is a process of its own. */
const AT_ONCE = 3

export function testWrongSettings(cluster: () => Cluster): void {
  test('each wrong setting of an engine stops the start with one sentence that says what to change', async () => {
    const { url } = cluster()
    const silent = await startRelay(Number(new URL(url).port))
    silent.stall()
    const cases = wrongSettings(cluster(), silent.port)
    const tryNext = async (): Promise<void> => {
      for (let next = cases.pop(); next !== undefined; next = cases.pop()) await mustSay(next)
    }
    const tried = await Promise.allSettled(Array.from({ length: AT_ONCE }, tryNext))
    await silent.close()
    for (const one of tried) if (one.status === 'rejected') throw one.reason
  })

  test('commands refuse a bucket or a database that there is not in the same sentence, before they begin', async (t) => {
    const folder = newFolder(t)
    const backup = join(folder, 'backup')
    const made = await run(['backup', '--to', backup], { cwd: folder })
    assert.equal(made.status, 0, made.err)
    const wrong = { cwd: folder, env: { DOSSIER_BLOBS_URL: 's3://nothing-here' } }
    const onSqlite = { cwd: folder, env: { ...wrong.env, DOSSIER_DATABASE_URL: '' } }
    const tried = [
      run(['doctor'], wrong),
      run(['backup', '--to', join(folder, 'another')], wrong),
      run(['move', '--to-blobs-url', 's3://nothing-here'], { cwd: folder }),
      run(['restore', '--from', backup, '--data', join(folder, 'restored')], onSqlite),
    ]
    await mustRefuse(tried, /^.* has no bucket "nothing-here"; make it, or correct its name in blobsUrl .*\n$/)
    const none = new URL(cluster().url)
    none.pathname = '/none'
    const lost = { cwd: folder, env: { DOSSIER_DATABASE_URL: none.href } }
    const triedAgain = [
      run(['doctor'], lost),
      run(['backup', '--to', join(folder, 'another')], lost),
      run(['move', '--to-database-url', none.href], { cwd: folder }),
      run(['restore', '--from', backup, '--data', join(folder, 'restored')], lost),
    ]
    await mustRefuse(triedAgain, /^.* has no database "none"; make it \(createdb none\), or correct its name .*\n$/)
  })
}

async function mustRefuse(tried: readonly Promise<Ran>[], sentence: RegExp): Promise<void> {
  for (const { status, out, err } of await Promise.all(tried)) {
    assert.equal(status, 1, err)
    assert.equal(out, '')
    assert.match(err, sentence)
  }
}

async function mustSay([what, env, sentence]: Wrong): Promise<void> {
  await assert.rejects(
    startServer({ env, args: ['--database-seconds', '2', '--s3-seconds', '2'] }),
    (error) => {
      assert.ok(error instanceof Error)
      const lines = error.message.split('\n').filter((line) => line.trim() !== '')
      assert.equal(lines.length, 2, `${what}: ${error.message}`)
      assert.match(lines[1] ?? '', sentence, what)
      return true
    },
    what,
  )
}

function wrongSettings({ url, ceph, node }: Cluster, silentPort: number): Wrong[] {
  const database = (change: (parsed: URL) => void) => {
    const parsed = new URL(url)
    change(parsed)
    return { DOSSIER_DATABASE_URL: parsed.href }
  }
  const store = (endpoint: string) => ({ DOSSIER_S3_ENDPOINT: endpoint })
  return [
    [
      'a host that is not there',
      database((at) => (at.hostname = 'nowhere.invalid')),
      /host nowhere\.invalid of databaseUrl \(DOSSIER_DATABASE_URL\) is not known here; correct/,
    ],
    [
      'a port where nobody listens',
      database((at) => (at.port = '9')),
      /PostgreSQL cannot be reached at 127\.0\.0\.1:9: nobody listens there; start it, or correct host and port in databaseUrl/,
    ],
    [
      'a server that is silent',
      database((at) => (at.port = String(silentPort))),
      /Nothing answers at 127\.0\.0\.1:\d+; correct host and port/,
    ],
    [
      'a user that there is not',
      database((at) => (at.username = 'nobody2')),
      /does not let user "nobody2" in \(.*\); correct databaseUrl/,
    ],
    [
      'a database that there is not',
      database((at) => (at.pathname = '/none')),
      /has no database "none"; make it \(createdb none\), or correct its name/,
    ],
    [
      'TLS that the server has not',
      database((at) => (at.search = '?sslmode=verify-full')),
      /speaks no TLS; turn it on there \(ssl = on\), or take sslmode out/,
    ],
    [
      'a bucket that there is not',
      { DOSSIER_BLOBS_URL: 's3://nothing-here' },
      /has no bucket "nothing-here"; make it, or correct its name in blobsUrl \(DOSSIER_BLOBS_URL\)/,
    ],
    [
      'an access key that nobody has',
      { AWS_ACCESS_KEY_ID: 'wrong' },
      /does not know the access key; correct AWS_ACCESS_KEY_ID/,
    ],
    [
      'a wrong secret',
      { AWS_SECRET_ACCESS_KEY: 'wrong' },
      /does not take the secret key; correct AWS_SECRET_ACCESS_KEY/,
    ],
    [
      'a store that is not there',
      store('http://127.0.0.1:9'),
      /Nobody answers at http:\/\/127\.0\.0\.1:9; start it, or correct s3Endpoint/,
    ],
    [
      'TLS where there is none',
      store(ceph.endpoint.replace('http:', 'https:')),
      /TLS with https:.* fails \(\w+\); correct http or https in s3Endpoint/,
    ],
    ['a server of another kind', store(node(0).origin), /does not answer as an S3 service does; correct s3Endpoint/],
  ]
}
