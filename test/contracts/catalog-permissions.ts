import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ProfileId, RoleId, UserId } from '../../src/core/model/model.ts'
import type { Fresh } from './catalog-contract.ts'
import { type Crm, ids, sha256 } from './catalog-crm.ts'

async function userIn({ catalog, organization }: Crm, name: string): Promise<UserId> {
  const id = ids.user()
  await catalog.createUser({ id, organization, name, email: `${name}@example.com` })
  return id
}

const newId = () => ids.user() as string
const profileIn = ({ catalog, organization }: Crm, name: string) =>
  catalog.createProfile({ id: newId() as ProfileId, organization, name, rules: [], allowed: [], at: 5 })

async function roleIn({ catalog, organization }: Crm, name: string, parent: RoleId | null): Promise<RoleId> {
  const role = await catalog.createRole({ id: newId() as RoleId, organization, name, parent, at: 5 })
  assert.ok(typeof role === 'object')
  return role.id
}

export function permissionsContract(fresh: Fresh): void {
  describe('profiles and roles', () => {
    test('a profile comes with the token of whoever has it', async () => {
      const crm = await fresh()
      const { catalog, organization } = crm
      const user = await userIn(crm, 'sam')
      const rules = [{ module: crm.leads, hidden: false, denied: ['attachments.create' as const] }]
      const id = newId() as ProfileId
      const profile = await catalog.createProfile({
        id,
        organization,
        name: 'Sales',
        rules,
        allowed: ['fields.manage'],
        at: 5,
      })
      assert.deepEqual(profile, { id, organization, name: 'Sales', rules, allowed: ['fields.manage'], createdAt: 5 })
      assert.equal(await profileIn(crm, 'Sales'), null)
      assert.equal(await catalog.placeUser(organization, user, { profile: id }), 'placed')
      const hash = sha256(id)
      const token = { id: ids.token(), kind: 'zoho' as const, hash, organization, agency: crm.agency, user }
      await catalog.createToken({
        ...token,
        client: null,
        label: '',
        scopes: [],
        at: 1,
        expiresAt: null,
        grant: null,
        refresh: null,
        parent: null,
      })
      assert.deepEqual((await catalog.tokenHolder(hash))?.profile, profile)
      const changed = await catalog.changeProfile(organization, id, { rules: [], allowed: null })
      assert.deepEqual(changed?.allowed, ['fields.manage'])
      assert.deepEqual(changed.rules, [])
      assert.deepEqual((await catalog.tokenHolder(hash))?.profile, changed)
      assert.equal(await catalog.removeProfile(organization, id), 'used')
      assert.equal(await catalog.placeUser(organization, user, { profile: null }), 'placed')
      assert.equal((await catalog.tokenHolder(hash))?.profile, null)
      assert.equal(await catalog.removeProfile(organization, id), 'removed')
      assert.equal(await catalog.removeProfile(organization, id), 'missing')
    })

    test('nobody is placed under what another organization has', async () => {
      const [crm, other] = [await fresh(), await fresh()]
      const { catalog, organization } = crm
      const theirs = await profileIn(other, 'Theirs')
      const role = await roleIn(other, 'Theirs', null)
      assert.equal(await catalog.placeUser(organization, crm.user, { profile: theirs?.id ?? null }), 'no_profile')
      assert.equal(await catalog.placeUser(organization, crm.user, { role }), 'no_role')
      assert.equal(await catalog.placeUser(organization, other.user, { role: null }), 'missing')
      assert.equal(
        await catalog.changeProfile(organization, theirs?.id ?? ('' as ProfileId), { rules: [], allowed: [] }),
        null,
      )
      assert.equal(await catalog.removeRole(organization, role), 'missing')
      assert.equal(await catalog.shareModule(organization, other.leads, 'private'), false)
      assert.deepEqual([await catalog.profiles(organization), await catalog.roles(organization)], [[], []])
    })

    test('a role is above those that hang below it, however deep', async () => {
      const crm = await fresh()
      const { catalog, organization } = crm
      const top = await roleIn(crm, 'Director', null)
      const middle = await roleIn(crm, 'Manager', top)
      const low = await roleIn(crm, 'Agent', middle)
      const side = await roleIn(crm, 'Auditor', top)
      const twice = { id: newId() as RoleId, organization, name: 'Agent', parent: null, at: 5 }
      assert.equal(await catalog.createRole(twice), 'taken')
      assert.equal(await catalog.createRole({ ...twice, name: 'X', parent: newId() as RoleId }), 'no_parent')
      assert.equal(await catalog.removeRole(organization, middle), 'used')
      const record = (await crm.lead()).id
      assert.equal(await catalog.shareModule(organization, crm.leads, 'read'), true)
      await catalog.placeUser(organization, crm.user, { role: low })
      const recordAccess = async (user: UserId) => (await catalog.recordAccess(organization, user, record))?.relation
      assert.equal(await recordAccess(crm.user), 'owner')
      const user = await userIn(crm, 'other')
      assert.equal(await recordAccess(user), 'other')
      for (const [role, relation] of [
        [top, 'above'],
        [middle, 'above'],
        [low, 'other'],
        [side, 'other'],
      ] as const) {
        await catalog.placeUser(organization, user, { role })
        assert.equal(await recordAccess(user), relation)
      }
      assert.equal((await catalog.recordAccess(organization, user, record))?.sharing, 'read')
      assert.equal(await catalog.recordAccess(organization, user, ids.record()), null)
      const members = await catalog.members(organization)
      assert.deepEqual(
        members.map(({ id, role, profile, isActive }) => [id, role?.name, profile, isActive]),
        [
          [crm.user, 'Agent', null, true],
          [user, 'Auditor', null, true],
        ],
      )
    })

    test('a list kept for somebody holds what is theirs and what is below them', async () => {
      const crm = await fresh()
      const { catalog, organization } = crm
      const top = await roleIn(crm, 'Director', null)
      const low = await roleIn(crm, 'Agent', top)
      const [boss, agent] = [await userIn(crm, 'boss'), await userIn(crm, 'agent')]
      await catalog.placeUser(organization, boss, { role: top })
      await catalog.placeUser(organization, agent, { role: low })
      await crm.save({ properties: { name: 'of the first' }, by: crm.user })
      await crm.save({ properties: { name: 'of the boss' }, by: boss })
      await crm.save({ properties: { name: 'of the agent' }, by: agent })
      const seenBy = async (visibleTo: UserId | null) => {
        const page = { organization, module: crm.leads, sort: 'created', order: 'asc', offset: 0, limit: 10 } as const
        const { records } = await catalog.records({ ...page, after: null, search: null, changedAfter: null, visibleTo })
        return records.map(({ title }) => title)
      }
      assert.deepEqual(await seenBy(null), ['of the first', 'of the boss', 'of the agent'])
      assert.deepEqual(await seenBy(boss), ['of the boss', 'of the agent'])
      assert.deepEqual(await seenBy(agent), ['of the agent'])
    })
  })
}
