// With several threads: a token that one of them revokes is refused by all within a second.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { zohoToken, type Program } from '../support/oauth.ts'
import { startServer, type Server } from '../support/server.ts'

let server: Server
let program: Program
let refreshToken: string
before(async () => {
  server = await startServer({ command: 'demo', args: ['--workers', '2'] })
  const { zoho } = JSON.parse(readFileSync(join(server.folder, 'demo-credentials.json'), 'utf8')) as {
    zoho: { clientId: string; clientSecret: string; refreshToken: string }
  }
  program = { id: zoho.clientId, secret: zoho.clientSecret }
  refreshToken = zoho.refreshToken
})
after(() => server.stop())

/** On a connection of its own, so that the kernel deals it to any thread. */
function statusWith(token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Zoho-oauthtoken ${token}` }
    request(`${server.origin}/crm/v2/Leads?per_page=1`, { headers, agent: new Agent() }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
      .once('error', reject)
      .end()
  })
}

async function statusesWith(token: string): Promise<number[]> {
  return [...new Set(await Promise.all(Array.from({ length: 24 }, () => statusWith(token))))]
}

test('a revoked token is refused by every thread within a second, and so are those of a revoked refresh token', async () => {
  const { body } = await zohoToken(server, program, { grant_type: 'refresh_token', refresh_token: refreshToken })
  const { body: second } = await zohoToken(server, program, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
  })
  const tokens = [body.access_token ?? '', second.access_token ?? '']
  for (const token of tokens) assert.deepEqual(await statusesWith(token), [200])
  const revoke = (token: string) => fetch(`${server.origin}/oauth/v2/token/revoke?token=${token}`, { method: 'POST' })
  assert.equal((await revoke(tokens[0] ?? '')).status, 200)
  await sleep(1_000)
  assert.deepEqual(await statusesWith(tokens[0] ?? ''), [401])
  assert.deepEqual(await statusesWith(tokens[1] ?? ''), [200])
  assert.equal((await revoke(refreshToken)).status, 200)
  await sleep(1_000)
  assert.deepEqual(await statusesWith(tokens[1] ?? ''), [401])
})
