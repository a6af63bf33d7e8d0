import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runProgram } from '../support/program.ts'

test('a catalog that cannot be reached is told in one sentence, without its password', async () => {
  for (const words of [['token', 'list'], ['org', 'list'], ['doctor'], ['backup', '--to', '/nowhere/x']]) {
    const { status, err } = await runProgram(...words, '--database-url', 'postgres://dossier:hush-hush@127.0.0.1:1/x')
    assert.notEqual(status, 0)
    assert.match(err, /PostgreSQL cannot be reached/)
    assert.ok(!err.includes('hush') && !err.includes('    at '), err)
  }
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
