import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NewToken } from '../../src/core/ports/accounts-catalog.ts'
import type { ClientId } from '../../src/core/model/model.ts'
import type { Fresh } from './catalog-contract.ts'
import { type Crm, ids, pageOf, sha256 } from './catalog-crm.ts'

function tokenOf(crm: Crm, change: Partial<NewToken> = {}): NewToken {
  const id = ids.token()
  const own = { id, kind: 'native' as const, hash: sha256(id), organization: crm.organization, agency: crm.agency }
  return {
    ...own,
    user: crm.user,
    client: null,
    label: 'CI',
    scopes: ['files.read'],
    at: 100,
    expiresAt: null,
    grant: null,
    refresh: null,
    parent: null,
    ...change,
  }
}

export function tokensContract(fresh: Fresh): void {
  describe('tokens and clients', () => {
    test('a token is found by its hash, with whom it stands for', async () => {
      const crm = await fresh()
      const { catalog, organization } = crm
      const input = tokenOf(crm, { kind: 'zoho', client: '1000.X', expiresAt: 900, scopes: ['a', 'b'] })
      const token = await catalog.createToken(input)
      assert.deepEqual(token, {
        ...{ id: input.id, kind: 'zoho', organization, agency: crm.agency, user: crm.user, client: '1000.X' },
        ...{
          label: 'CI',
          scopes: ['a', 'b'],
          createdAt: 100,
          expiresAt: 900,
          lastUsedAt: null,
          revokedAt: null,
          grant: null,
          parent: null,
        },
      })
      assert.deepEqual(await catalog.tokenHolder(input.hash), {
        token,
        organization: await catalog.organization(organization),
        user: await catalog.firstUser(organization),
        profile: null,
      })
      assert.equal(await catalog.tokenHolder(sha256('nobody’s')), null)
      await assert.rejects(catalog.createToken({ ...input, id: ids.token() }))
    })

    test('a token without a user stands for the first one', async () => {
      const crm = await fresh()
      const input = tokenOf(crm, { user: null })
      await crm.catalog.createToken(input)
      const holder = await crm.catalog.tokenHolder(input.hash)
      assert.equal(holder?.token.user, null)
      assert.equal(holder?.user?.id, crm.user)
    })

    test('an agency’s token belongs to no organization', async () => {
      const crm = await fresh('agency of its own')
      const input = tokenOf(crm, { organization: null, user: null })
      const token = await crm.catalog.createToken(input)
      assert.deepEqual(await crm.catalog.tokenHolder(input.hash), {
        token,
        organization: null,
        user: null,
        profile: null,
      })
      assert.deepEqual(await crm.catalog.tokens(pageOf(crm.organization)), [])
      assert.ok((await crm.catalog.tokens(pageOf(null))).some(({ id }) => id === token.id))
    })

    test('tokens come newest first', async () => {
      const [crm, other] = [await fresh(), await fresh()]
      const [a, b] = [await crm.catalog.createToken(tokenOf(crm)), await crm.catalog.createToken(tokenOf(crm))]
      const theirs = await other.catalog.createToken(tokenOf(other))
      assert.deepEqual(await crm.catalog.tokens(pageOf(crm.organization)), [b, a])
      assert.deepEqual((await crm.catalog.tokens(pageOf(null))).slice(0, 3), [theirs, b, a])
    })

    test('a token is revoked once', async () => {
      const crm = await fresh()
      const input = tokenOf(crm)
      await crm.catalog.createToken(input)
      assert.equal(await crm.catalog.revokeToken(input.id, 500), true)
      assert.equal(await crm.catalog.revokeToken(input.id, 600), false)
      assert.equal(await crm.catalog.revokeToken(ids.token(), 600), false)
      assert.equal((await crm.catalog.tokenHolder(input.hash))?.token.revokedAt, 500)
    })

    test('the last use is the latest that was told', async () => {
      const crm = await fresh()
      const [a, b] = [tokenOf(crm), tokenOf(crm)]
      await crm.catalog.createToken(a)
      await crm.catalog.createToken(b)
      await crm.catalog.touchTokens([
        { id: a.id, at: 700 },
        { id: b.id, at: 800 },
        { id: ids.token(), at: 900 },
      ])
      await crm.catalog.touchTokens([{ id: a.id, at: 600 }])
      const used = await crm.catalog.tokens(pageOf(crm.organization))
      assert.deepEqual(
        used.map(({ lastUsedAt }) => lastUsedAt),
        [800, 700],
      )
    })

    test('clients bring redirect URIs, each listed once', async () => {
      const crm = await fresh()
      const client = (id: string, ...redirectUris: string[]) =>
        crm.catalog.createClient({
          id: `${crm.organization}.${id}` as ClientId,
          organization: crm.organization,
          name: id,
          wire: 'zoho',
          flows: ['code'],
          secret: null,
          scopes: [],
          redirectUris,
          at: 1,
          ...{ parent: null, createdBy: null, expiresAt: null, reach: 'agency' as const },
        })
      const uri = (name: string) => `https://${crm.organization}.example/${name}`
      await client('one', uri('a'), uri('b'), uri('a'))
      await client('two', uri('b'), uri('c'))
      await client('three')
      await assert.rejects(client('one', uri('d')))
      const listed = (await crm.catalog.redirectUris()).filter((each) => each.includes(crm.organization))
      assert.deepEqual(listed, [uri('a'), uri('b'), uri('c')])
    })
  })
}
