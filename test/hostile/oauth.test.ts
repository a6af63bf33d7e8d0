// Attacks on logins, codes and tokens: what a wrong address, a stolen code, a forged form and a patient guesser get.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  highlevelToken,
  REDIRECT_URI,
  register,
  Visitor,
  zohoQuestion,
  zohoToken,
  type AccountHolder,
  type Person,
  type Program,
} from '../e2e/support/oauth.ts'
import { startServer, type Server } from '../e2e/support/server.ts'

const EVIL = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>\u202e`

interface Kept {
  readonly zoho: { readonly orgId: string; readonly clientId: string; readonly clientSecret: string }
  readonly highlevel: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string }
  readonly login: { readonly login: string; readonly password: string }
}

let server: Server
let holder: Pick<AccountHolder, 'org' | 'program'>
let person: Person
let evil: Program
let highlevel: Program & { readonly refreshToken: string }
before(async () => {
  server = await startServer({ command: 'demo', env: { DOSSIER_TRUSTED_PROXIES: '127.0.0.1' } })
  const kept = JSON.parse(readFileSync(join(server.folder, 'demo-credentials.json'), 'utf8')) as Kept
  holder = { org: kept.zoho.orgId, program: { id: kept.zoho.clientId, secret: kept.zoho.clientSecret } }
  person = { id: '', ...kept.login }
  highlevel = {
    id: kept.highlevel.clientId,
    secret: kept.highlevel.clientSecret,
    refreshToken: kept.highlevel.refreshToken,
  }
  evil = await register(server, holder.org, 'zoho', { name: EVIL, flow: 'code' })
})
after(() => server.stop())

let addresses = 0
/** A browser behind an address of its own, as a trusted proxy tells it. */
function visitor(headers: Record<string, string> = {}): Visitor {
  return new Visitor({ 'x-forwarded-for': `203.0.113.${String(++addresses)}`, ...headers })
}

async function code(program = holder.program): Promise<string> {
  const url = zohoQuestion(server, program, { access_type: 'offline', prompt: 'consent' })
  return (await visitor().consent(url, person)).searchParams.get('code') ?? ''
}

const exchange = (code: string, program = holder.program) =>
  zohoToken(server, program, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI })

const refresh = (refresh_token: string, program = holder.program) =>
  zohoToken(server, program, { grant_type: 'refresh_token', refresh_token })

async function statusWith(token: string | undefined): Promise<number> {
  const headers = { authorization: `Zoho-oauthtoken ${token ?? ''}` }
  const response = await fetch(`${server.origin}/crm/v2/Leads?per_page=1`, { headers })
  await response.arrayBuffer()
  return response.status
}

describe('open redirect: an address that is not registered letter by letter leads nowhere', () => {
  const addresses = [
    'https://evil.example/',
    `${REDIRECT_URI}/`,
    `${REDIRECT_URI}?x=1`,
    `${REDIRECT_URI}#x`,
    `${REDIRECT_URI} `,
    `${REDIRECT_URI}%20`,
    `${REDIRECT_URI}/../../evil`,
    'http://127.0.0.1:5500@evil.example/redirect.html',
    'http://127.0.0.1:5500.evil.example/redirect.html',
    'HTTP://127.0.0.1:5500/redirect.html',
    'http://127.0.0.1:5500/REDIRECT.html',
    'https://127.0.0.1:5500/redirect.html',
    'http://127.0.0.1/redirect.html',
    '//evil.example/redirect.html',
    '/redirect.html',
    'javascript:alert(1)',
    'http://127.0.0.1:5500/redirect.html\r\nSet-Cookie: a=b',
    'http://127.0.0.1:5500/redirect.html\0',
    'http://127.0.0.1:5500\\@evil.example/redirect.html',
    '',
  ]
  const questions = {
    zoho: (uri: string) => zohoQuestion(server, holder.program, { redirect_uri: uri }),
    highlevel: (uri: string) =>
      `${server.origin}/oauth/chooselocation?${new URLSearchParams({ response_type: 'code', client_id: highlevel.id, scope: 'contacts.readonly', redirect_uri: uri }).toString()}`,
  }
  for (const [dialect, question] of Object.entries(questions)) {
    test(`of ${dialect}, before a login and after it`, async () => {
      const inside = visitor()
      await inside.logIn(question(REDIRECT_URI), person)
      for (const uri of addresses) {
        for (const browser of [visitor(), inside]) {
          const page = await browser.open(question(uri))
          assert.equal(page.status, 400, uri)
          assert.equal(page.location, null)
          assert.doesNotMatch(page.text, /href|<form|http-equiv/i)
          const sent = await browser.open(question(uri), {
            method: 'POST',
            body: new URLSearchParams({ step: 'allow' }),
          })
          assert.equal(sent.status, 400, uri)
          assert.equal(sent.location, null)
        }
      }
    })
  }

  test('a second redirect_uri does not win, and none of a program that nobody knows is followed', async () => {
    const twice = `${zohoQuestion(server, holder.program)}&redirect_uri=https://evil.example/`
    const to = await visitor().consent(twice, person)
    assert.equal(to.origin, new URL(REDIRECT_URI).origin)
    const first = zohoQuestion(server, holder.program).replace(
      'redirect_uri=',
      'redirect_uri=https://evil.example/&redirect_uri=',
    )
    assert.equal((await visitor().open(first)).status, 400)
    const unknown = await visitor().open(zohoQuestion(server, { id: '1000.NOBODY', secret: '' }))
    assert.equal(unknown.status, 400)
    assert.equal(unknown.location, null)
    const other = await visitor().open(zohoQuestion(server, highlevel))
    assert.equal(other.status, 400)
  })
})

describe('cross-site scripting', () => {
  const mustBePlain = (text: string) => {
    const body = text.slice(text.indexOf('<main>'))
    assert.doesNotMatch(body, /<script|<img|onerror=alert\(2\)>|\u202e/i)
    assert.doesNotMatch(body, /(href|value|id|name)="[^"]*[<>]/)
  }

  test("through a program's name, scopes, state, and what was typed in", async () => {
    const url = zohoQuestion(server, evil, { scope: `ZohoCRM.modules.ALL,${EVIL.replaceAll(' ', '')}`, state: EVIL })
    const browser = visitor()
    const login = await browser.open(url)
    mustBePlain(login.text)
    assert.match(login.text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
    const refused = await browser.submit(login, 'login', { login: `${EVIL}@example.com`, password: EVIL })
    assert.equal(refused.status, 401)
    mustBePlain(refused.text)
    assert.equal(refused.text.includes('alert(2)&gt;'), true)
    const consent = await visitor().logIn(url, person)
    mustBePlain(consent.text)
    const notice = await visitor().open(zohoQuestion(server, evil, { redirect_uri: EVIL }))
    mustBePlain(notice.text)
    assert.equal((await browser.submit(await visitor().logIn(url, person), 'allow')).status, 403)
  })

  test('pages allow no script, no frame and nothing from elsewhere, and do not block the way back', async () => {
    for (const url of [
      zohoQuestion(server, holder.program),
      zohoQuestion(server, holder.program, { redirect_uri: 'x' }),
    ]) {
      const { headers } = await visitor().open(url)
      const policy = headers.get('content-security-policy') ?? ''
      assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; frame-ancestors 'none'$/)
      assert.equal(headers.get('x-frame-options'), 'DENY')
      assert.equal(headers.get('cache-control'), 'no-store')
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('referrer-policy'), 'same-origin')
    }
  })

  test('a registered page of another origin may not read them', async () => {
    const { headers } = await visitor({ origin: 'http://127.0.0.1:5500' }).open(zohoQuestion(server, holder.program))
    assert.equal(headers.get('access-control-allow-origin'), null)
    assert.equal(headers.get('access-control-allow-credentials'), null)
  })
})

describe('forged forms', () => {
  test('of no browser, of another browser, of another site and of another port of this host', async () => {
    const url = zohoQuestion(server, holder.program)
    const browser = visitor()
    const consent = await browser.logIn(url, person)
    const other = await visitor().logIn(url, person)
    const bare = await browser.open(url, { method: 'POST', body: new URLSearchParams({ step: 'allow' }) })
    assert.equal(bare.status, 403)
    assert.equal((await browser.submit(other, 'allow')).status, 403)
    for (const site of ['cross-site', 'same-site', 'none']) {
      const from = new Visitor({ ...browser.headers, 'sec-fetch-site': site })
      for (const [name, value] of browser.cookies) from.cookies.set(name, value)
      assert.equal((await from.submit(consent, 'allow')).status, 403, site)
    }
    assert.equal((await browser.submit(consent, 'allow')).status, 302)
    const login = await visitor().open(url)
    assert.equal((await visitor().submit(login, 'login', { ...person })).status, 403)
  })

  test('a place that is not the user’s is not granted', async () => {
    const browser = visitor()
    const consent = await browser.logIn(zohoQuestion(server, holder.program), person)
    for (const place of ['', '1000000000000000001'])
      assert.equal((await browser.submit(consent, 'allow', { place })).status, 403)
  })
})

describe('sessions', () => {
  test('are new with each login: nobody can be given one beforehand, and the former one ends', async () => {
    const url = zohoQuestion(server, holder.program)
    const browser = visitor()
    const fixed = 'A'.repeat(43)
    browser.cookies.set('dossier_session', fixed)
    await browser.logIn(url, person)
    const first = browser.cookies.get('dossier_session')
    assert.notEqual(first, fixed)
    const thief = visitor()
    thief.cookies.set('dossier_session', first ?? '')
    assert.match((await thief.open(url)).text, /asks for access/)
    await browser.submit(await browser.open(url), 'leave')
    assert.equal(browser.cookies.has('dossier_session'), false)
    assert.match((await thief.open(url)).text, /name="password"/)
  })

  test('live in cookies that no script and no other site can use; over TLS in such that no neighbour can set', async () => {
    const url = zohoQuestion(server, holder.program)
    const setBy = async (headers: Record<string, string>) => {
      const browser = visitor(headers)
      const page = await browser.open(url)
      const answer = await browser.submit(page, 'login', { ...person })
      return [page, answer].map((seen) => seen.headers.get('set-cookie') ?? '')
    }
    for (const cookie of await setBy({}))
      assert.match(cookie, /^dossier_(visit|session)=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
    for (const cookie of await setBy({ 'x-forwarded-proto': 'https' }))
      assert.match(cookie, /^__Host-dossier_(visit|session)=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  })
})

describe('codes', () => {
  test('used again end everything that they gave', async () => {
    const stolen = await code()
    const { body } = await exchange(stolen)
    const second = await refresh(body.refresh_token ?? '')
    assert.equal(await statusWith(second.body.access_token), 200)
    assert.deepEqual((await exchange(stolen)).body, { error: 'invalid_code' })
    for (const token of [body.access_token, second.body.access_token]) assert.equal(await statusWith(token), 401)
    assert.deepEqual((await refresh(body.refresh_token ?? '')).body, { error: 'invalid_code' })
  })

  test('of ten exchanges at once one wins', async () => {
    const fresh = await code()
    const answers = await Promise.all(Array.from({ length: 10 }, () => exchange(fresh)))
    const won = answers.filter(({ body }) => body.access_token !== undefined)
    assert.equal(won.length, 1)
    assert.equal(answers.filter(({ body }) => body.error === 'invalid_code').length, 9)
  })

  test('are good for their own program alone, and trying elsewhere does not end them', async () => {
    const mine = await code()
    assert.deepEqual((await exchange(mine, evil)).body, { error: 'invalid_code' })
    const elsewhere = { grant_type: 'authorization_code', code: mine, redirect_uri: REDIRECT_URI }
    assert.equal((await highlevelToken(server, highlevel, elsewhere)).status, 400)
    const { body } = await exchange(mine)
    assert.deepEqual((await refresh(body.refresh_token ?? '', evil)).body, { error: 'invalid_code' })
    assert.equal((await refresh(body.refresh_token ?? '')).status, 200)
  })

  test('programs of one dialect are nobody at the other', async () => {
    assert.deepEqual((await refresh('x', highlevel)).body, { error: 'invalid_client' })
    const crossed = await highlevelToken(server, holder.program, {
      grant_type: 'refresh_token',
      refresh_token: 'x',
    })
    assert.equal(crossed.status, 401)
  })

  test('no secret is good for anything but its own use', async () => {
    const fresh = await code()
    const { body } = await exchange(await code())
    const { access_token = '', refresh_token = '' } = body
    for (const token of [fresh, refresh_token, holder.program.secret, holder.program.id, highlevel.refreshToken])
      assert.equal(await statusWith(token), 401)
    for (const token of [fresh, access_token, holder.program.secret, highlevel.refreshToken])
      assert.deepEqual((await refresh(token)).body, { error: 'invalid_code' })
    for (const token of [access_token, refresh_token, holder.program.secret])
      assert.deepEqual((await exchange(token)).body, { error: 'invalid_code' })
    const swapped = { id: holder.program.secret, secret: holder.program.id }
    assert.deepEqual((await refresh(refresh_token, swapped)).body, { error: 'invalid_client' })
  })
})

describe('guessing passwords', () => {
  const url = () => zohoQuestion(server, holder.program)
  const attempt = async (login: string, password: string, headers: Record<string, string> = {}) => {
    const browser = visitor(headers)
    return (await browser.submit(await browser.open(url()), 'login', { login, password })).status
  }
  const count = (statuses: readonly number[], status: number) => statuses.filter((each) => each === status).length

  test('for one account, from wherever: ten wrong ones, and then nobody gets in for a while', async () => {
    const login = 'piet.jansen@example.com'
    const statuses = await Promise.all(
      Array.from({ length: 16 }, (_, guess) => attempt(login, `guess ${String(guess)}`)),
    )
    assert.equal(count(statuses, 401), 10)
    assert.equal(count(statuses, 429), 6)
    assert.equal(await attempt(`  ${login.toUpperCase()} `, 'one more'), 429)
    assert.equal(await attempt(person.login, person.password), 302)
  })

  test('from one address, for many accounts: fifty wrong ones', async () => {
    const from = { 'x-forwarded-for': '198.51.100.7' }
    const statuses: number[] = []
    for (let round = 0; round < 10; round++) {
      const six = Array.from({ length: 6 }, (_, each) =>
        attempt(`nobody${String(round * 6 + each)}@example.com`, 'wrong!!!', from),
      )
      statuses.push(...(await Promise.all(six)))
    }
    assert.equal(count(statuses, 401), 50)
    assert.equal(count(statuses, 429), 10)
    assert.equal(await attempt(person.login, person.password, from), 429)
    assert.equal(await attempt(person.login, person.password), 302)
  })

  test('from one network of IPv6, whose addresses nobody can count', async () => {
    const from = (each: number) => ({ 'x-forwarded-for': `2001:db8:7:1::${each.toString(16)}` })
    const statuses: number[] = []
    for (let round = 0; round < 9; round++) {
      const six = Array.from({ length: 6 }, (_, each) =>
        attempt(`no-one${String(round * 6 + each)}@example.com`, 'wrong!!!', from(round * 6 + each + 1)),
      )
      statuses.push(...(await Promise.all(six)))
    }
    assert.equal(count(statuses, 429), 4)
    assert.equal(await attempt(person.login, person.password, { 'x-forwarded-for': '2001:db8:7:2::1' }), 302)
  })

  test('takes as long for a user that does not exist as for one that does', async () => {
    const took = async (login: string) => {
      const began = performance.now()
      assert.equal(await attempt(login, 'wrong password'), 401)
      return performance.now() - began
    }
    // In turn, so that whatever else the machine does falls on both.
    const [known, unknown]: [number[], number[]] = [[], []]
    for (let time = 0; time < 6; time++) {
      known.push(await took(person.login))
      unknown.push(await took('nobody.at.all@example.com'))
    }
    const [slow, fast] = [Math.min(...known), Math.min(...unknown)]
    assert.ok(fast > slow / 3, `${String(fast)} ms instead of ${String(slow)}`)
  })

  test('right ones are not counted', async () => {
    for (let time = 0; time < 12; time++) assert.equal(await attempt(person.login, person.password), 302)
  })
})

test('nothing of it stands in the log: no password, no token, no code, no name that was typed in', async () => {
  const fresh = await code()
  const { body } = await exchange(fresh)
  const log = server.log()
  for (const secret of [
    person.password,
    fresh,
    body.access_token,
    body.refresh_token,
    holder.program.secret,
    'nobody1@',
  ])
    assert.equal(log.includes(secret ?? '-'), false)
})
