import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runProgram, runProgramIn } from './program.ts'

test('what looks after a data folder says so when things are kept elsewhere, and repeats no password', async () => {
  const env = { DOSSIER_DATABASE_URL: 'postgres://dossier:hush-hush@127.0.0.1:1/x' }
  for (const words of [['doctor'], ['backup', '--to', '/nowhere/x'], ['restore', '--from', '/nowhere/x']]) {
    const { status, err } = await runProgramIn(env, ...words)
    assert.notEqual(status, 0)
    assert.match(err, /works on a data folder, but databaseUrl is set.*pg_dump/)
    assert.ok(!err.includes('hush'))
  }
})

test('a catalog that cannot be reached is told in one sentence, without its password', async () => {
  const { status, err } = await runProgram(
    'token',
    'list',
    '--database-url',
    'postgres://dossier:hush-hush@127.0.0.1:1/x',
  )
  assert.notEqual(status, 0)
  assert.match(err, /PostgreSQL cannot be reached/)
  assert.ok(!err.includes('hush') && !err.includes('    at '), err)
})

test('a wrong address is refused in one sentence, without what it holds', async () => {
  for (const [flag, value, says] of [
    ['--database-url', 'mysql://dossier:hush-hush@127.0.0.1/x', /databaseUrl .*expected postgres:\/\//],
    ['--blobs-url', 'gs://bucket', /blobsUrl .*expected s3:\/\/bucket/],
    ['--s3-endpoint', 's3.example.com', /s3Endpoint .*expected an origin/],
  ] as const) {
    const { status, err } = await runProgram('serve', flag, value)
    assert.notEqual(status, 0)
    assert.match(err, says)
    assert.ok(!err.includes('hush'))
  }
})
