// The implicit flow, word by word as the reference page's browser sample asks for it and reads the answer.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  createAccountHolder,
  REDIRECT_URI,
  register,
  Visitor,
  type AccountHolder,
  type Program,
  type Seen,
} from '../support/oauth.ts'
import { startServer, type Server } from '../support/server.ts'

const SCOPE =
  'ZohoCRM.users.ALL,ZohoCRM.bulk.read,ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,Aaaserver.profile.Read,ZohoCRM.org.ALL,profile.userphoto.READ,ZohoFiles.files.ALL,ZohoCRM.bulk.ALL,ZohoCRM.settings.variable_groups.ALL'
/** With parameters of its own: unencoded, they look like ours. */
const LONG_URI = 'http://127.0.0.1:5500/redirect.html?tenant=a&state=theirs'

let server: Server
let holder: AccountHolder
let other: Program
before(async () => {
  server = await startServer()
  holder = await createAccountHolder(server)
  other = await register(server, holder.org, 'zoho', {
    flow: 'implicit',
    redirectUri: [REDIRECT_URI, LONG_URI],
  })
})
after(() => server.stop())

/** Nothing is encoded, and redirect_uri comes last. */
function question(
  { id }: Program = holder.program,
  path = '/oauth/v2/auth',
  scope = SCOPE,
  uri = REDIRECT_URI,
): string {
  return `${server.origin}${path}?scope=${scope}&client_id=${id}&response_type=token&state=zohocrmclient&redirect_uri=${uri}`
}

/** As redirect.html takes it apart: `&` and `=`, and only api_domain decoded. */
function valuesOf(to: string): Record<string, string> {
  const pairs = to.slice(to.indexOf('#') + 1).split('&')
  return Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]))
}

async function granted(visitor: Visitor, url = question()): Promise<string> {
  const page = await visitor.logIn(url, holder.person)
  const answer = await visitor.submit(page, 'allow')
  assert.equal(answer.status, 302, answer.text)
  return answer.location ?? ''
}

async function statusWith(token: string | undefined): Promise<number> {
  const headers = { authorization: `Zoho-oauthtoken ${token ?? ''}` }
  const response = await fetch(`${server.origin}/crm/v2/Leads`, { headers })
  await response.arrayBuffer()
  return response.status
}

test('the token comes in the fragment, with what redirect.html copies', async () => {
  const to = await granted(new Visitor())
  assert.ok(to.startsWith(`${REDIRECT_URI}#access_token=1000.`), to)
  const { access_token, api_domain, ...rest } = valuesOf(to)
  assert.match(access_token ?? '', /^1000\.[0-9a-f]{32}\.[0-9a-f]{32}$/)
  assert.equal(decodeURIComponent(api_domain ?? ''), server.origin)
  const expected = { expires_in: '3600', location: 'us', granted_for_session: 'true', state: 'zohocrmclient' }
  assert.deepEqual(rest, expected)
  assert.equal(await statusWith(access_token), 204)
})

test('a redirect URI with parameters of its own, unencoded and last, is taken whole', async () => {
  const to = await granted(new Visitor(), question(other, '/oauth/v2/auth', SCOPE, LONG_URI))
  assert.ok(to.startsWith(`${LONG_URI}#access_token=`), to)
  assert.equal(valuesOf(to)['state'], 'zohocrmclient')
})

describe('/oauth/v2/auth/refresh', () => {
  const again = (program?: Program, scope?: string) => question(program, '/oauth/v2/auth/refresh', scope)
  const asksForConsent = ({ status, text }: Seen) => status === 200 && text.includes('asks for access')

  test('another token comes without a word, for as long as the session lasts', async () => {
    const visitor = new Visitor()
    const first = valuesOf(await granted(visitor))['access_token']
    const answer = await visitor.open(again())
    assert.equal(answer.status, 302)
    const second = valuesOf(answer.location ?? '')['access_token']
    assert.notEqual(second, first)
    assert.equal(await statusWith(second), 204)
    assert.equal((await visitor.open(again(undefined, 'ZohoCRM.modules.ALL'))).status, 302)

    const left = await visitor.submit(await visitor.open(question()), 'leave')
    assert.equal(left.status, 302)
    for (const token of [first, second]) assert.equal(await statusWith(token), 401)
    assert.match((await visitor.open(again())).text, /name="password"/)
  })

  test('asks as the first time where nothing was granted', async () => {
    const visitor = new Visitor()
    const page = await visitor.logIn(again(), holder.person)
    assert.ok(asksForConsent(page), page.text)
    const answer = await visitor.submit(page, 'allow')
    assert.equal(await statusWith(valuesOf(answer.location ?? '')['access_token']), 204)
  })

  test('asks for more scopes, for another program, in another session and inside a frame', async () => {
    const visitor = new Visitor()
    await granted(visitor, question(undefined, '/oauth/v2/auth', 'ZohoCRM.modules.READ'))
    assert.ok(asksForConsent(await visitor.open(again(undefined, 'ZohoCRM.modules.ALL'))))
    assert.ok(asksForConsent(await visitor.open(again(other, 'ZohoCRM.modules.READ'))))
    const framed = { headers: { 'sec-fetch-dest': 'iframe' } }
    assert.ok(asksForConsent(await visitor.open(again(undefined, 'ZohoCRM.modules.READ'), framed)))
    const elsewhere = new Visitor()
    assert.ok(asksForConsent(await elsewhere.logIn(again(undefined, 'ZohoCRM.modules.READ'), holder.person)))
  })
})

test('a program that is not registered for it gets no token in a fragment', async () => {
  const careful = await register(server, holder.org, 'zoho', { flow: 'code' })
  const page = await new Visitor().open(question(careful))
  assert.equal(page.status, 400)
  assert.match(page.text, /response_type may not be token for Filing cabinet/)
})
