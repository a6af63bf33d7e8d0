// HighLevel's accounts as programs meet them: locations chosen, tokens that rotate, the agency and its locations.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  createAccountHolder,
  highlevelToken,
  REDIRECT_URI,
  Visitor,
  type AccountHolder,
  type Person,
  type Said,
  type TokenAnswer,
} from '../support/oauth.ts'
import { startServer, type Server } from '../support/server.ts'

const SCOPES = 'contacts.readonly locations.readonly oauth.write forms.write'

let server: Server
let holder: AccountHolder
/** Another location of the agency. */
let branch: AccountHolder
/** Somebody there who may act for the whole agency. */
let chief: Person
before(async () => {
  server = await startServer()
  holder = await createAccountHolder(server, 'highlevel')
  branch = await createAccountHolder(server, 'highlevel', 'Branch Office', '--agency', holder.agency)
  const words = ['--name', 'Rosa Chief', '--email', 'rosa@example.com', '--org', branch.org]
  const { id } = await server.cli<{ id: string }>('user', 'create', ...words)
  chief = await server.cli<Person>('user', 'login', id, '--agency-wide', '--org', branch.org)
})
after(() => server.stop())

function question(path = '/oauth/chooselocation', more: Record<string, string> = {}): string {
  const query = {
    response_type: 'code',
    client_id: holder.program.id,
    scope: SCOPES,
    redirect_uri: REDIRECT_URI,
  }
  return `${server.origin}${path}?${new URLSearchParams({ ...query, ...more }).toString()}`
}

async function code(fields: Record<string, string> = {}, more: Record<string, string> = {}): Promise<string> {
  const to = await new Visitor().consent(question('/oauth/chooselocation', more), holder.person, fields)
  return to.searchParams.get('code') ?? ''
}

function exchange(code: string, more: Record<string, string> = {}): Promise<TokenAnswer> {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, user_type: 'Location', ...more }
  return highlevelToken(server, holder.program, fields)
}

function refresh(token: unknown, more: Record<string, string> = {}): Promise<TokenAnswer> {
  const fields = { grant_type: 'refresh_token', refresh_token: String(token), user_type: 'Location', ...more }
  return highlevelToken(server, holder.program, fields)
}

async function read(token: unknown, location = holder.location, path = `/locations/${location}`) {
  const headers = { authorization: `Bearer ${String(token)}`, version: '2021-07-28' }
  const response = await fetch(server.origin + path, { headers })
  return { status: response.status, body: (await response.json()) as Said }
}

/** The agency's own token, from somebody who may act for it. */
async function companyToken(): Promise<Said> {
  const url = question()
  const visitor = new Visitor()
  const page = await visitor.logIn(url, chief)
  assert.match(page.text, /The whole agency/)
  assert.match(page.text, /Branch Office/)
  const answer = await visitor.submit(page, 'allow', { place: (await companyId()) ?? '' })
  const to = new URL(answer.location ?? '')
  const { status, body } = await exchange(to.searchParams.get('code') ?? '', { user_type: 'Company' })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

async function companyId(): Promise<string | undefined> {
  const { body } = await exchange(await code())
  return body['companyId'] as string | undefined
}

for (const path of ['/oauth/chooselocation', '/v2/oauth/chooselocation']) {
  test(`a user lets a program into their location, at ${path}`, async () => {
    const to = await new Visitor().consent(question(path, { state: 's t' }), holder.person)
    assert.equal(to.searchParams.get('state'), 's t')
    const { status, body } = await exchange(to.searchParams.get('code') ?? '')
    assert.equal(status, 200)
    const { access_token, refresh_token, traceId, userId, companyId, ...rest } = body
    assert.deepEqual(rest, {
      token_type: 'Bearer',
      expires_in: 86_399,
      scope: SCOPES,
      userType: 'Location',
      locationId: holder.location,
      isBulkInstallation: false,
    })
    for (const text of [access_token, refresh_token, traceId, userId, companyId]) assert.equal(typeof text, 'string')
    assert.equal((await read(access_token)).status, 200)
  })
}

describe('a refresh token', () => {
  test('is good once; when it is sent again, the newer pair ends with it', async () => {
    const first = (await exchange(await code())).body
    const second = await refresh(first.refresh_token)
    assert.equal(second.status, 200)
    assert.notEqual(second.body.refresh_token, first.refresh_token)
    const again = await refresh(first.refresh_token)
    assert.equal(again.status, 400)
    const { traceId, ...said } = again.body
    const message = 'Invalid grant: refresh token is invalid'
    assert.deepEqual(said, { statusCode: 400, message, error: 'invalid_grant', error_description: message })
    assert.equal(typeof traceId, 'string')
    for (const { access_token } of [first, second.body]) assert.equal((await read(access_token)).status, 401)
    assert.equal((await refresh(second.body.refresh_token)).status, 400)
    assert.match(server.log(), /a code or refresh token was used a second time/)
  })

  test('of ten uses at once one wins', async () => {
    const { body } = await exchange(await code())
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(body.refresh_token)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array<number>(9).fill(400)])
    const won = answers.find(({ status }) => status === 200)
    assert.equal((await read(won?.body.access_token)).status, 200)
    assert.equal((await refresh(won?.body.refresh_token)).status, 200)
  })
})

describe('an agency', () => {
  test("'s token has no location, and names those that it may ask tokens for", async () => {
    const body = await companyToken()
    assert.equal(body['userType'], 'Company')
    assert.equal(body['locationId'], undefined)
    assert.deepEqual(body['approvedLocations'], [holder.location, branch.location])
    const refused = await read(body.access_token, holder.location, `/contacts/?locationId=${holder.location}`)
    assert.equal(refused.status, 401)
    assert.equal(refused.body['message'], 'This authClass type is not allowed to access this scope.')
  })

  test('gets a token of a location, which ends with its own', async () => {
    const company = await companyToken()
    const ask = (locationId: string, token: unknown, companyId = String(company['companyId'])) =>
      fetch(`${server.origin}/oauth/locationToken`, {
        method: 'POST',
        headers: { authorization: `Bearer ${String(token)}`, version: '2021-07-28' },
        body: new URLSearchParams({ companyId, locationId }),
      }).then(async (response) => ({ status: response.status, body: (await response.json()) as Said }))
    const { status, body } = await ask(branch.location, company.access_token)
    assert.equal(status, 201, JSON.stringify(body))
    const { access_token, userId, traceId, ...rest } = body
    for (const text of [access_token, userId, traceId]) assert.equal(typeof text, 'string')
    assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 86_399, scope: SCOPES, locationId: branch.location })
    assert.equal((await read(access_token, branch.location)).status, 200)
    assert.equal((await read(access_token, holder.location)).status, 403)

    const stranger = await createAccountHolder(server, 'highlevel', 'A Stranger')
    for (const foreign of [stranger.location, 'AAAAAAAAAAAAAAAAAAAA'])
      assert.equal((await ask(foreign, company.access_token)).status, 403)
    assert.equal((await ask(branch.location, company.access_token, 'another')).status, 403)
    assert.equal((await ask(branch.location, access_token)).status, 401)
    assert.equal((await ask('', company.access_token)).status, 422)

    await fetch(`${server.origin}/oauth/v2/token/revoke?token=${String(company.refresh_token)}`, { method: 'POST' })
    for (const token of [company.access_token, access_token]) {
      const ended = await read(token, branch.location)
      assert.equal(ended.status, 401)
      assert.equal(ended.body['message'], 'Invalid token: access token is invalid')
    }
  })

  test('is not offered to who may not act for it', async () => {
    const page = await new Visitor().logIn(question().replace(holder.program.id, branch.program.id), branch.person)
    assert.equal(page.text.includes('The whole agency'), false)
    assert.equal(page.text.includes('Blue Harbor'), false)
    const visitor = new Visitor()
    const own = await visitor.logIn(question(), branch.person)
    const forged = await visitor.submit(own, 'allow', { place: holder.location })
    assert.equal(forged.status, 403)
  })
})

test('client_credentials: the location itself, or its agency', async () => {
  const fields = { grant_type: 'client_credentials', scope: 'locations.readonly' }
  const own = await highlevelToken(server, holder.program, fields)
  assert.equal(own.body['userType'], 'Location')
  assert.equal((await read(own.body.access_token)).status, 200)
  const agency = await highlevelToken(server, holder.program, { ...fields, user_type: 'Company' })
  assert.equal(agency.body['userType'], 'Company')
  assert.equal((await read(agency.body.access_token, branch.location)).status, 200)
})

describe('refusals', () => {
  test('a program that is not known, or has not its secret, is one 401', async () => {
    for (const wrong of [{ client_id: 'nobody' }, { client_secret: 'wrong' }]) {
      const { status, body } = await refresh('x', wrong)
      assert.equal(status, 401)
      const { traceId, ...said } = body
      assert.equal(typeof traceId, 'string')
      const message = 'Invalid client: client is invalid'
      assert.deepEqual(said, { statusCode: 401, message, error: 'invalid_client', error_description: message })
    }
  })

  test('what is missing or no such word is 422, each in a sentence', async () => {
    const missing = await highlevelToken(server, { id: '', secret: 'x' }, { grant_type: 'password' })
    assert.equal(missing.status, 422)
    assert.deepEqual(missing.body['message'], [
      "client_id can't be empty",
      'grant_type must be one of the following values: authorization_code, refresh_token, client_credentials',
    ])
    assert.equal((await refresh('x', { user_type: 'Everybody' })).status, 422)
  })

  test("a code of another redirect URI, another program's code, and none", async () => {
    const fresh = await code()
    const redirected = await exchange(fresh, { redirect_uri: 'http://127.0.0.1:5500/' })
    assert.equal(redirected.status, 400)
    assert.match(String(redirected.body['message']), /^Invalid grant: authorization code/)
    const other = { grant_type: 'authorization_code', code: fresh, redirect_uri: REDIRECT_URI }
    assert.equal((await highlevelToken(server, branch.program, other)).status, 400)
    assert.equal((await exchange('')).status, 400)
    assert.equal((await exchange(fresh)).status, 200)
  })

  test('a token without the scope, and one of another location', async () => {
    const { body } = await exchange(await code({}, { scope: 'contacts.readonly' }))
    const scopeless = await read(body.access_token)
    assert.equal(scopeless.status, 401)
    assert.equal(scopeless.body['message'], 'The token is not authorized for this scope.')
    const full = (await exchange(await code())).body
    const foreign = await read(full.access_token, branch.location)
    assert.equal(foreign.status, 403)
    assert.equal(foreign.body['message'], 'The token does not have access to this location.')
  })
})
