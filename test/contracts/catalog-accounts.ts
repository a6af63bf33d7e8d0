import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CodeExchange, NewAccess, NewRefresh, RefreshExchange } from '../../src/core/ports/accounts-catalog.ts'
import type { Client, ClientId, GrantId } from '../../src/core/model/model.ts'
import type { Fresh } from './catalog-contract.ts'
import { type Crm, ids, pageOf, sha256 } from './catalog-crm.ts'

const BY_OPERATOR = { parent: null, createdBy: null, expiresAt: null, reach: 'agency' as const }
const CALLBACK = 'https://app.example.com/back'

function clientOf(crm: Crm): Promise<Client> {
  const id = `client ${ids.token()}` as ClientId
  const own = { id, organization: crm.organization, name: 'App', wire: 'zoho' as const, flows: ['code' as const] }
  return crm.catalog.createClient({
    ...own,
    secret: sha256(id),
    scopes: ['a'],
    redirectUris: [CALLBACK],
    at: 50,
    ...BY_OPERATOR,
  })
}

function access(expiresAt = 9_000): NewAccess {
  const id = ids.token()
  return { id, kind: 'zoho', hash: sha256(id), label: '', expiresAt }
}

function refresh(most: number | null = null): NewRefresh {
  const id = ids.refresh()
  return { id, hash: sha256(`refresh ${id}`), expiresAt: null, most }
}

interface Given {
  readonly grant: GrantId
  readonly code: string
  readonly exchange: (change?: Partial<CodeExchange>) => ReturnType<Crm['catalog']['exchangeCode']>
}

/** A grant with a code that is good until 1,000. */
async function given(
  crm: Crm,
  client: Client,
  change: { user?: Crm['user'] | null; offline?: boolean } = {},
): Promise<Given> {
  const [id, code] = [ids.grant(), `code ${ids.token()}`]
  const { organization, agency } = crm
  const user = change.user === undefined ? crm.user : change.user
  const grant = {
    id,
    client: client.id,
    organization,
    agency,
    user,
    scopes: ['a', 'b'],
    by: 'consent',
    session: null,
  } as const
  const fresh = {
    hash: sha256(code),
    redirectUri: CALLBACK,
    challenge: null,
    offline: change.offline ?? true,
    expiresAt: 1_000,
  }
  await crm.catalog.createGrant({ grant, at: 100, code: fresh, access: null, refresh: null })
  return {
    grant: id,
    code,
    exchange: (more = {}) =>
      crm.catalog.exchangeCode({
        ...{ client: client.id, at: 200, hash: sha256(code), access: access(), redirectUri: CALLBACK },
        ...{ challenge: null, refresh: refresh(), ...more },
      }),
  }
}

function exchangeRefresh(crm: Crm, client: Client, presented: NewRefresh, more: Partial<RefreshExchange> = {}) {
  const own = { client: client.id, at: 300, hash: presented.hash, access: access() }
  return crm.catalog.exchangeRefresh({ ...own, next: null, throttle: null, ...more })
}

export function accountsContract(fresh: Fresh): void {
  describe('users', () => {
    test('are made, listed and given a login that nobody else has', async () => {
      const [crm, other] = [await fresh(), await fresh()]
      const id = ids.user()
      const made = await crm.catalog.createUser({
        id,
        organization: crm.organization,
        name: 'Bo',
        email: 'bo@x.example',
      })
      assert.deepEqual(
        { login: made?.login, status: made?.status, reach: made?.reach, profile: made?.profile },
        { login: null, status: 'active', reach: 'organization', profile: null },
      )
      assert.deepEqual((await crm.catalog.users(crm.organization)).map((user) => user.id).sort(), [crm.user, id].sort())
      assert.equal(await crm.catalog.createUser({ id, organization: ids.organization(), name: '', email: '' }), null)

      const [name, key] = [`${id}@x.example`, { organization: crm.organization, id }]
      assert.equal(await crm.catalog.setLogin(key, name, 'hash', 'agency'), 'set')
      assert.equal(await crm.catalog.setLogin(key, name, 'hash 2', 'agency'), 'set')
      const found = await crm.catalog.login(name)
      assert.deepEqual([found?.account.id, found?.account.reach, found?.password], [id, 'agency', 'hash 2'])
      const theirs = { organization: other.organization, id: other.user }
      assert.equal(await crm.catalog.setLogin(theirs, name, 'hash', 'organization'), 'taken')
      assert.equal(await crm.catalog.setLogin({ ...theirs, id }, `x${name}`, 'hash', 'organization'), 'missing')
      assert.equal(await crm.catalog.login('nobody@x.example'), null)
      assert.equal(await crm.catalog.account(other.organization, id), null)
    })

    test('who become inactive lose what was given in their name, and nobody else does', async () => {
      const crm = await fresh()
      const client = await clientOf(crm)
      const mine = await (await given(crm, client)).exchange()
      const everybodys = await (await given(crm, client, { user: null })).exchange()
      assert.equal(await crm.catalog.setUserStatus(crm.organization, crm.user, 'inactive', 500), true)
      assert.equal(await crm.catalog.setUserStatus(crm.organization, ids.user(), 'inactive', 500), false)
      const revoked = async (exchanged: typeof mine) => {
        assert.ok(exchanged.outcome === 'issued')
        return (await crm.catalog.tokens(pageOf(crm.organization))).find(({ id }) => id === exchanged.token.id)
          ?.revokedAt
      }
      assert.equal(await revoked(mine), 500)
      assert.equal(await revoked(everybodys), null)
    })
  })

  describe('clients', () => {
    test('are found with their secret and their agency, newest first', async () => {
      const crm = await fresh('agency of clients')
      const client = await clientOf(crm)
      assert.deepEqual(await crm.catalog.client(client.id), { client, secret: sha256(client.id) })
      const { agency, flows, scopes, redirectUris, revokedAt } = client
      assert.deepEqual(
        [agency, flows, scopes, redirectUris, revokedAt],
        [crm.agency, ['code'], ['a'], [CALLBACK], null],
      )
      assert.deepEqual(await crm.catalog.clients(crm.organization), [client])
      assert.equal(await crm.catalog.client('nobody' as ClientId), null)
      assert.deepEqual(
        (await crm.catalog.organizationsOf('agency of clients', 10)).map(({ id }) => id),
        [crm.organization],
      )
    })
  })

  describe('a code', () => {
    test('is exchanged once; its second use ends everything that it gave', async () => {
      const crm = await fresh()
      const client = await clientOf(crm)
      const { grant, exchange } = await given(crm, client)
      const kept = refresh()
      const first = await exchange({ refresh: kept })
      assert.ok(first.outcome === 'issued', first.outcome)
      const { token } = first
      assert.deepEqual([token.grant, token.client, token.user, token.scopes], [grant, client.id, crm.user, ['a', 'b']])
      assert.equal(first.refreshed, true)
      assert.equal((await exchangeRefresh(crm, client, kept)).outcome, 'issued')
      assert.deepEqual(await exchange({ at: 400 }), { outcome: 'spent', grant })
      for (const each of await crm.catalog.tokens(pageOf(crm.organization))) assert.equal(each.revokedAt, 400)
      assert.equal((await exchangeRefresh(crm, client, kept)).outcome, 'revoked')
      assert.equal(await crm.catalog.revokeGrant(grant, 500), false)
    })

    test('of many exchanges at once one wins', async () => {
      const crm = await fresh()
      const { exchange } = await given(crm, await clientOf(crm))
      const outcomes = (await Promise.all(Array.from({ length: 20 }, () => exchange()))).map(({ outcome }) => outcome)
      assert.deepEqual(outcomes.sort(), ['issued', ...Array<string>(19).fill('spent')])
    })

    test('is refused by reason, and then still good', async () => {
      const crm = await fresh()
      const [client, other] = [await clientOf(crm), await clientOf(crm)]
      const { exchange } = await given(crm, client, { offline: false })
      assert.equal((await exchange({ client: other.id })).outcome, 'unknown')
      assert.equal((await exchange({ hash: sha256('guess') })).outcome, 'unknown')
      assert.equal((await exchange({ redirectUri: `${CALLBACK}/` })).outcome, 'wrong_redirect')
      assert.equal((await exchange({ challenge: 'x' })).outcome, 'wrong_verifier')
      assert.equal((await exchange({ at: 1_000 })).outcome, 'expired')
      const issued = await exchange({ at: 999 })
      assert.ok(issued.outcome === 'issued' && !issued.refreshed)
    })
  })

  describe('a refresh token', () => {
    test('that rotates is good once; when it comes again, its successor and all tokens of the grant end', async () => {
      const crm = await fresh()
      const client = await clientOf(crm)
      const [first, second] = [refresh(), refresh()]
      const { grant, exchange } = await given(crm, client)
      await exchange({ refresh: first })
      const rotated = await exchangeRefresh(crm, client, first, { next: second })
      assert.ok(rotated.outcome === 'issued' && rotated.refreshed)
      assert.deepEqual(await exchangeRefresh(crm, client, first, { next: refresh() }), { outcome: 'spent', grant })
      assert.equal(await crm.catalog.isGoodRefresh(first.hash, 300), false)
      assert.equal(await crm.catalog.isGoodRefresh(second.hash, 300), false)
      assert.equal((await exchangeRefresh(crm, client, second)).outcome, 'revoked')
      const ends = (await crm.catalog.tokens(pageOf(crm.organization))).map(({ revokedAt }) => revokedAt)
      assert.ok(ends.length === 2 && ends.every((at) => at !== null), JSON.stringify(ends))
      assert.equal((await exchangeRefresh(crm, await clientOf(crm), second)).outcome, 'unknown')
    })

    test('gives so many tokens within a time, and again later', async () => {
      const crm = await fresh()
      const client = await clientOf(crm)
      const mine = refresh()
      await (await given(crm, client)).exchange({ refresh: mine, at: 200 })
      const ask = (at: number) => exchangeRefresh(crm, client, mine, { at, throttle: { most: 3, since: at - 100 } })
      const outcomes = [await ask(210), await ask(220), await ask(230), await ask(305)].map(({ outcome }) => outcome)
      assert.deepEqual(outcomes, ['issued', 'issued', 'throttled', 'issued'])
    })

    test('of one user and client only so many stay, the oldest go, and what was asked for is told', async () => {
      const crm = await fresh()
      const client = await clientOf(crm)
      assert.equal(await crm.catalog.hasRefresh(client.id, crm.user), false)
      const all = [refresh(2), refresh(2), refresh(2)]
      for (const each of all) await (await given(crm, client)).exchange({ refresh: each })
      const good = await Promise.all(all.map(({ hash }) => crm.catalog.isGoodRefresh(hash, 300)))
      assert.deepEqual(good, [false, true, true])
      assert.equal(await crm.catalog.hasRefresh(client.id, crm.user), true)
    })

    test('is revoked with its access tokens; an access token alone', async () => {
      const crm = await fresh()
      const client = await clientOf(crm)
      const [mine, one] = [refresh(), access()]
      await (await given(crm, client)).exchange({ refresh: mine, access: one })
      assert.equal(await crm.catalog.revokeSecret(one.hash, 400), true)
      assert.equal(await crm.catalog.revokeSecret(one.hash, 400), false)
      assert.equal((await exchangeRefresh(crm, client, mine)).outcome, 'issued')
      assert.equal(await crm.catalog.revokeSecret(mine.hash, 500), true)
      const ends = (await crm.catalog.tokens(pageOf(crm.organization))).map(({ revokedAt }) => revokedAt)
      assert.deepEqual(ends.sort(), [400, 500])
    })
  })

  test('an agency’s token makes tokens of its organizations, which end with it', async () => {
    const crm = await fresh()
    const client = await clientOf(crm)
    const [id, own] = [ids.grant(), access()]
    const { agency, user } = crm
    const grant = {
      id,
      client: client.id,
      organization: null,
      agency,
      user,
      scopes: ['a'],
      by: 'consent',
      session: null,
    } as const
    await crm.catalog.createGrant({ grant, at: 100, code: null, access: own, refresh: null })
    const derived = await crm.catalog.deriveToken(own.id, crm.organization, access(), 200)
    assert.deepEqual([derived?.organization, derived?.grant, derived?.scopes], [crm.organization, id, ['a']])
    assert.equal(await crm.catalog.deriveToken(own.id, crm.organization, access(), 9_000), null)
    await crm.catalog.revokeGrant(id, 300)
    assert.equal((await crm.catalog.tokens(pageOf(crm.organization)))[0]?.revokedAt, 300)
    assert.equal(await crm.catalog.deriveToken(own.id, crm.organization, access(), 400), null)
  })

  describe('sessions', () => {
    const session = (crm: Crm, secret: string, replaces: string | null = null) => {
      const id = ids.session()
      const { organization, user } = crm
      const own = { id, hash: sha256(secret), organization, user, at: 100, expiresAt: 5_000 }
      return crm.catalog.createSession({ ...own, replaces: replaces === null ? null : sha256(replaces) }).then(() => id)
    }

    test('are found with whose they are, touched, replaced and ended with what was granted for them', async () => {
      const crm = await fresh()
      const [one, two] = [`one ${crm.organization}`, `two ${crm.organization}`]
      await session(crm, one)
      const id = await session(crm, two, one)
      assert.equal(await crm.catalog.session(sha256(one)), null)
      await crm.catalog.touchSession(id, 300)
      await crm.catalog.touchSession(id, 200)
      const found = await crm.catalog.session(sha256(two))
      assert.deepEqual([found?.account.id, found?.organization.id, found?.usedAt], [crm.user, crm.organization, 300])
      const client = await clientOf(crm)
      const own = {
        organization: crm.organization,
        agency: crm.agency,
        user: crm.user,
        scopes: ['a'],
        by: 'consent',
      } as const
      const grant = { id: ids.grant(), client: client.id, ...own, session: id }
      await crm.catalog.createGrant({ grant, at: 100, code: null, access: access(), refresh: null })
      assert.equal((await crm.catalog.sessionGrant(id, client.id))?.id, grant.id)
      await crm.catalog.endSession(sha256(two), 400)
      await crm.catalog.endSession(sha256(two), 400)
      assert.equal(await crm.catalog.session(sha256(two)), null)
      assert.equal(await crm.catalog.sessionGrant(id, client.id), null)
      assert.equal((await crm.catalog.tokens(pageOf(crm.organization)))[0]?.revokedAt, 400)
    })

    test('end with a new password', async () => {
      const crm = await fresh()
      const secret = `mine ${crm.organization}`
      await session(crm, secret)
      const key = { organization: crm.organization, id: crm.user }
      await crm.catalog.setLogin(key, `${crm.user}@x.example`, 'hash', 'organization')
      assert.equal(await crm.catalog.session(sha256(secret)), null)
    })
  })

  test('attempts are counted under every key or under none, and forgotten after a while', async () => {
    const crm = await fresh()
    const [account, address] = [sha256(`account ${crm.organization}`), sha256(`address ${crm.organization}`)]
    const limits = [
      { key: account, most: 2 },
      { key: address, most: 3 },
    ]
    const count = (at: number) => crm.catalog.countAttempt(limits, at, at - 100)
    assert.deepEqual([await count(1_000), await count(1_010), await count(1_020)], [true, true, false])
    await crm.catalog.forgiveAttempt([account, address])
    assert.deepEqual([await count(1_030), await count(1_040), await count(1_050)], [true, true, false])
    assert.equal(await count(2_000), true)
  })

  test('what ended long ago is forgotten, and what lasts is not', async () => {
    const crm = await fresh()
    const client = await clientOf(crm)
    const [old, lasting] = [refresh(), refresh()]
    const first = await given(crm, client)
    await first.exchange({ refresh: old, access: access(300) })
    await (await given(crm, client)).exchange({ refresh: lasting, access: access(300) })
    await crm.catalog.revokeSecret(old.hash, 500)
    await crm.catalog.forgetEnded(2_000, 10_000)
    assert.deepEqual(await crm.catalog.tokens(pageOf(crm.organization)), [])
    assert.equal((await first.exchange()).outcome, 'unknown')
    assert.equal(await crm.catalog.revokeGrant(first.grant, 3_000), false)
    assert.equal((await exchangeRefresh(crm, client, lasting, { at: 3_000 })).outcome, 'issued')
  })
}
