/** The native API at the door: its voice whatever comes, and whether it can serve. */
import assert from 'node:assert/strict'
import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { mustBeProblem, operatorOf, type Api } from './tenant.ts'
import { startServer, type Server } from '../support/server.ts'
import { mustJson } from '../support/tenant.ts'

let server: Server
let operator: Api

before(async () => {
  server = await startServer()
  operator = await operatorOf(server)
})
after(() => server.stop())

test('health and readiness are told without a token', async () => {
  assert.deepEqual(await mustJson(await fetch(`${server.origin}/api/v1/health`), 200), { status: 'up' })
  const ready = await mustJson(await fetch(`${server.origin}/api/v1/ready`), 200)
  assert.deepEqual(ready, { status: 'ready', checks: { catalog: 'ok', blobs: 'ok' } })
})

test('a store that takes no bytes is not ready, and says so', async () => {
  const broken = await startServer()
  try {
    rmSync(join(broken.folder, 'blobs', 'incoming'), { recursive: true })
    symlinkSync('/proc/nowhere', join(broken.folder, 'blobs', 'incoming'))
    const answer = await fetch(`${broken.origin}/api/v1/ready`)
    assert.ok(answer.headers.has('retry-after'))
    const problem = await mustBeProblem(answer, 503, 'unavailable')
    assert.deepEqual((problem as { checks?: unknown }).checks, { catalog: 'ok', blobs: 'failed' })
    assert.equal((await fetch(`${broken.origin}/api/v1/health`)).status, 200)
  } finally {
    await broken.stop()
  }
})

test('whatever is wrong is a problem document', async () => {
  await mustBeProblem(await fetch(`${server.origin}/api/v1/me`), 401, 'unauthenticated')
  for (const authorization of ['Bearer nobody', 'Bearer dossier_nobody', 'Basic eDp4', 'dossier_x']) {
    const answer = await fetch(`${server.origin}/api/v1/me`, { headers: { authorization } })
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
    await mustBeProblem(answer, 401, 'unauthenticated')
  }
  for (const path of ['/api', '/api/v2/x', '/api/v1/nothing', '/api/v1/%zz', '/docs/../api/v1/x'])
    await mustBeProblem(await fetch(server.origin + path), 404, 'not_found')
  const put = await operator('/me', { method: 'PUT' })
  assert.equal(put.headers.get('allow'), 'GET')
  await mustBeProblem(put, 405, 'not_found')
})

test('a page of any origin may call, and read what it needs', async () => {
  const headers = {
    origin: 'https://app.example.com',
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'authorization, idempotency-key',
  }
  const preflight = await fetch(`${server.origin}/api/v1/me`, { method: 'OPTIONS', headers })
  assert.equal(preflight.status, 204)
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /idempotency-key/)
  assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PATCH/)
  const answer = await operator('/me', { headers: { origin: 'https://app.example.com' } })
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  assert.match(answer.headers.get('access-control-expose-headers') ?? '', /content-range/)
})
