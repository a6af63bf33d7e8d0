// Zoho's accounts as programs meet them: codes, tokens in both directions, refresh, revocation.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import {
  createAccountHolder,
  REDIRECT_URI,
  Visitor,
  zohoQuestion,
  zohoToken,
  type AccountHolder,
  type Said,
} from '../support/oauth.ts'
import { startServer, type Server } from '../support/server.ts'

const TOKEN = /^1000\.[0-9a-f]{32}\.[0-9a-f]{32}$/

let server: Server
let holder: AccountHolder
before(async () => {
  server = await startServer()
  holder = await createAccountHolder(server)
})
after(() => server.stop())

async function code(more: Record<string, string> = {}): Promise<string> {
  const to = await new Visitor().consent(zohoQuestion(server, holder.program, more), holder.person)
  return to.searchParams.get('code') ?? ''
}

function exchange(code: string, more: Record<string, string> = {}) {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, ...more }
  return zohoToken(server, holder.program, fields)
}

async function refreshToken(): Promise<string> {
  const { body } = await exchange(await code({ access_type: 'offline', prompt: 'consent' }))
  return body.refresh_token ?? ''
}

function refresh(token: string) {
  return zohoToken(server, holder.program, { grant_type: 'refresh_token', refresh_token: token })
}

async function statusWith(token: string | undefined): Promise<number> {
  const headers = { authorization: `Zoho-oauthtoken ${token ?? ''}` }
  const response = await fetch(`${server.origin}/crm/v2/Leads`, { headers })
  await response.arrayBuffer()
  return response.status
}

describe('a code', () => {
  test('comes back with the state, letter by letter, and is exchanged for tokens', async () => {
    const state = 'a b&c=d#é"<script>\r\nSet-Cookie: x=1'
    const url = zohoQuestion(server, holder.program, { state, access_type: 'offline' })
    const to = await new Visitor().consent(url, holder.person)
    assert.equal(to.origin + to.pathname, REDIRECT_URI)
    assert.equal(to.searchParams.get('state'), state)
    assert.equal(to.searchParams.get('location'), 'us')
    assert.equal(to.searchParams.get('accounts-server'), server.origin)
    const { status, body, text } = await exchange(to.searchParams.get('code') ?? '')
    assert.equal(status, 200)
    assert.deepEqual(Object.keys(body), ['access_token', 'refresh_token', 'api_domain', 'token_type', 'expires_in'])
    assert.match(body.access_token ?? '', TOKEN)
    assert.match(body.refresh_token ?? '', TOKEN)
    const { api_domain, token_type, expires_in } = body
    assert.deepEqual(
      { api_domain, token_type, expires_in },
      { api_domain: server.origin, token_type: 'Bearer', expires_in: 3600 },
    )
    assert.equal(text.includes('\n'), false)
    assert.equal(await statusWith(body.access_token), 204)
  })

  test('gives a refresh token for offline access alone, and again only with prompt=consent', async () => {
    const online = await exchange(await code())
    assert.equal(online.body.refresh_token, undefined)
    await refreshToken()
    const again = await exchange(await code({ access_type: 'offline' }))
    assert.equal(again.body.refresh_token, undefined)
    const anew = await exchange(await code({ access_type: 'offline', prompt: 'consent' }))
    assert.match(anew.body.refresh_token ?? '', TOKEN)
  })

  test('is bound to a verifier where a challenge was offered', async () => {
    const verifier = randomBytes(32).toString('base64url')
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const asked = { code_challenge: challenge, code_challenge_method: 'S256' }
    const first = await code(asked)
    assert.equal((await exchange(first)).body.error, 'invalid_code')
    assert.equal(
      (await exchange(first, { code_verifier: randomBytes(32).toString('base64url') })).body.error,
      'invalid_code',
    )
    assert.match((await exchange(first, { code_verifier: verifier })).body.access_token ?? '', TOKEN)
    const plain = await new Visitor().open(zohoQuestion(server, holder.program, { code_challenge: verifier }))
    assert.equal(plain.status, 400)
    // Nobody takes a challenge away on the way and then sends any verifier.
    assert.equal((await exchange(await code(), { code_verifier: verifier })).body.error, 'invalid_code')
  })

  test('of a self client is made on the command line', async () => {
    const made = ['grant', 'create', '--client', holder.program.id, '--scope', 'ZohoCRM.modules.ALL']
    const { code } = await server.cli<{ code: string }>(...made)
    const fields = { grant_type: 'authorization_code', code }
    const { body } = await zohoToken(server, holder.program, fields)
    assert.match(body.refresh_token ?? '', TOKEN)
    assert.equal(await statusWith(body.access_token), 204)
  })
})

describe('parameters of the token call', () => {
  const forms: Readonly<Record<string, (fields: Record<string, string>) => [string, RequestInit]>> = {
    'the query': (fields) => [`?${new URLSearchParams(fields).toString()}`, {}],
    'an urlencoded body': (fields) => ['', { body: new URLSearchParams(fields) }],
    'an urlencoded body without a Content-Type': (fields) => [
      '',
      { body: Buffer.from(new URLSearchParams(fields).toString()) },
    ],
    'a multipart body': (fields) => {
      const body = new FormData()
      for (const [name, value] of Object.entries(fields)) body.append(name, value)
      return ['', { body }]
    },
  }
  for (const [where, write] of Object.entries(forms)) {
    test(`come in ${where}`, async () => {
      const token = await refreshToken()
      const { id, secret } = holder.program
      const [query, init] = write({
        refresh_token: token,
        client_id: id,
        client_secret: secret,
        grant_type: 'refresh_token',
      })
      const response = await fetch(`${server.origin}/oauth/v2/token${query}`, { method: 'POST', ...init })
      const body = (await response.json()) as Said
      assert.deepEqual(Object.keys(body), ['access_token', 'api_domain', 'token_type', 'expires_in'])
      assert.match(body.access_token ?? '', TOKEN)
    })
  }

  test('client_credentials: in the name of the organization itself', async () => {
    const fields = { grant_type: 'client_credentials', scope: 'ZohoCRM.modules.READ' }
    const { body } = await zohoToken(server, holder.program, {
      ...fields,
      soid: `ZohoCRM.${holder.org}`,
    })
    assert.equal(body.refresh_token, undefined)
    assert.equal(await statusWith(body.access_token), 204)
    const wrong = await zohoToken(server, holder.program, { ...fields, soid: 'ZohoCRM.1000000000000000001' })
    assert.deepEqual(wrong.body, { error: 'invalid_soid' })
    const none = await zohoToken(server, holder.program, {
      ...fields,
      scope: '',
      soid: `ZohoCRM.${holder.org}`,
    })
    assert.deepEqual(none.body, { error: 'invalid_scope' })
  })
})

describe('errors have status 200 and one word, for the SDKs look for nothing else', () => {
  const cases: readonly (readonly [string, Record<string, string>, string])[] = [
    ['an unknown client', { client_id: '1000.NOBODY' }, 'invalid_client'],
    ['no client', { client_id: '' }, 'invalid_client'],
    ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client_secret'],
    ['no secret', { client_secret: '' }, 'invalid_client_secret'],
    ['an unknown refresh token', { refresh_token: 'wrong' }, 'invalid_code'],
    ['no refresh token', { refresh_token: '' }, 'invalid_code'],
    ['an unknown code', { grant_type: 'authorization_code', code: 'wrong' }, 'invalid_code'],
    ['another grant type', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['no grant type', { grant_type: '' }, 'unsupported_grant_type'],
  ]
  for (const [what, fields, error] of cases) {
    test(`${what}: ${error}`, async () => {
      const answer = await zohoToken(server, holder.program, { grant_type: 'refresh_token', ...fields })
      assert.deepEqual(answer, { status: 200, body: { error }, text: JSON.stringify({ error }) })
    })
  }

  test('a code with another redirect URI: invalid_redirect_uri, and the code stays good', async () => {
    const fresh = await code()
    for (const redirect_uri of [`${REDIRECT_URI}/`, REDIRECT_URI.toUpperCase(), 'https://evil.example/', ''])
      assert.equal((await exchange(fresh, { redirect_uri })).body.error, 'invalid_redirect_uri')
    assert.match((await exchange(fresh)).body.access_token ?? '', TOKEN)
  })

  test('a broken form is told apart from a wrong one', async () => {
    const init = { method: 'POST', body: 'no form', headers: { 'content-type': 'multipart/form-data' } }
    const response = await fetch(`${server.origin}/oauth/v2/token`, init)
    assert.equal(response.status, 400)
    assert.deepEqual(await response.json(), { error: 'invalid_request' })
  })
})

test('ten access tokens in ten minutes for one refresh token, then the throttle; another one is not concerned', async () => {
  const [token, other] = [await refreshToken(), await refreshToken()]
  for (let use = 1; use < 10; use++) assert.match((await refresh(token)).body.access_token ?? '', TOKEN, String(use))
  const { status, body } = await refresh(token)
  assert.equal(status, 400)
  assert.deepEqual(body, {
    error_description: 'You have made too many requests continuously. Please try again after some time.',
    error: 'Access Denied',
    status: 'failure',
  })
  assert.match((await refresh(other)).body.access_token ?? '', TOKEN)
})

test('of one user and program twenty refresh tokens stay good, and the oldest go', async () => {
  const visitor = new Visitor()
  const url = zohoQuestion(server, holder.program, { access_type: 'offline', prompt: 'consent' })
  const tokens: string[] = []
  for (let count = 0; count < 21; count++) {
    const to = await visitor.consent(url, holder.person)
    tokens.push((await exchange(to.searchParams.get('code') ?? '')).body.refresh_token ?? '')
  }
  const [first = '', second = ''] = tokens
  assert.equal((await refresh(first)).body.error, 'invalid_code')
  assert.match((await refresh(second)).body.access_token ?? '', TOKEN)
})

describe('revocation', () => {
  const revoke = (token: string) =>
    fetch(`${server.origin}/oauth/v2/token/revoke?token=${token}`, { method: 'POST' }).then(async (response) => ({
      status: response.status,
      text: await response.text(),
    }))

  test('of an access token ends it at once, once', async () => {
    const { body } = await exchange(await code())
    const token = body.access_token ?? ''
    assert.equal(await statusWith(token), 204)
    assert.deepEqual(await revoke(token), { status: 200, text: '{"status":"success"}' })
    assert.equal(await statusWith(token), 401)
    assert.deepEqual(await revoke(token), { status: 400, text: '{"error":"invalid_token"}' })
  })

  test('of a refresh token ends its access tokens too', async () => {
    const token = await refreshToken()
    const { body } = await refresh(token)
    assert.equal(await statusWith(body.access_token), 204)
    assert.equal((await revoke(token)).status, 200)
    assert.equal(await statusWith(body.access_token), 401)
    assert.deepEqual((await refresh(token)).body, { error: 'invalid_code' })
  })

  test('of a user who becomes inactive: everything ends, sessions too', async () => {
    const dismissed = await createAccountHolder(server, 'zoho', 'Former Staff')
    const visitor = new Visitor()
    const url = zohoQuestion(server, dismissed.program, { access_type: 'offline' })
    const to = await visitor.consent(url, dismissed.person)
    const fields = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI }
    const { body } = await zohoToken(server, dismissed.program, { ...fields, code: to.searchParams.get('code') ?? '' })
    await server.cli('user', 'status', dismissed.person.id, '--org', dismissed.org, '--status', 'inactive')
    const later = { grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' }
    assert.deepEqual((await zohoToken(server, dismissed.program, later)).body, { error: 'invalid_code' })
    const page = await visitor.open(url)
    assert.match(page.text, /name="password"/)
    const refused = await visitor.submit(page, 'login', dismissed.person as unknown as Record<string, string>)
    assert.equal(refused.status, 401)
  })
})
